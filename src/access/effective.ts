// What an account may do, worked out from what its roles, its own lists, its groups, its tenant and the
// credential in use say. Pure: the same inputs give the same set, and the same explanation of it.
import { type Permission, permissionName, PermissionSet } from './permissions.ts';
import type { Explanation, ExplanationStep } from './token.ts';

/** A role: what it enables and disables itself, and the roles that are part of it. */
export interface RoleGrants {
  readonly name: string;
  readonly enabled: PermissionSet;
  readonly disabled: PermissionSet;
  readonly roles: readonly number[];
}

export type RoleTable = ReadonlyMap<number, RoleGrants>;

/** Roles and own lists of an account, group or tenant. */
export interface Grants {
  /** `Inherit` goes by the roles, `Replace` by the own lists, `Merge` by both. */
  readonly mode: 'Inherit' | 'Merge' | 'Replace';
  readonly roles: readonly number[];
  readonly enabled: PermissionSet;
  readonly disabled: PermissionSet;
}

/** Somebody who carries grants, as explanations name them. */
export interface Holder {
  readonly id: string;
  readonly name: string;
  readonly grants: Grants;
}

export interface AccountGrants {
  readonly account: Holder;
  /** Groups of a user, each with only what was given to it on purpose: no default roles. */
  readonly groups: readonly Holder[];
  /** A ceiling, not a grant. */
  readonly tenant: Holder | undefined;
  readonly roles: RoleTable;
}

/** What the credential in use is restricted to. A restriction, never a grant. */
export interface CredentialLimit {
  readonly mode: 'Inherit' | 'Disable' | 'Replace';
  readonly permissions: PermissionSet;
}

/** Enabled and disabled permissions, kept apart until the end: what is disabled anywhere stays disabled. */
export interface Pair {
  readonly enabled: PermissionSet;
  readonly disabled: PermissionSet;
}

/** Effective permissions of an account. */
export function effectivePermissions(grants: AccountGrants): PermissionSet {
  const { enabled, disabled } = accountPair(grants);
  return enabled.minus(disabled);
}

/** What is left of a set under a credential. */
export function limitToCredential(effective: PermissionSet, limit: CredentialLimit): PermissionSet {
  switch (limit.mode) {
    case 'Inherit':
      return effective;
    case 'Disable':
      return effective.minus(limit.permissions);
    case 'Replace':
      return effective.intersect(limit.permissions);
  }
}

/** Roles and own lists of one holder, with the roles' roles: each role counts once, circles do no harm. */
export function ownPair(grants: Grants, roles: RoleTable): Pair {
  let enabled = PermissionSet.empty();
  let disabled = PermissionSet.empty();
  if (grants.mode !== 'Inherit') {
    enabled = grants.enabled;
    disabled = grants.disabled;
  }
  if (grants.mode !== 'Replace') {
    for (const id of reachableRoles(grants.roles, roles)) {
      const role = roles.get(id);
      if (!role) continue;
      enabled = enabled.union(role.enabled);
      disabled = disabled.union(role.disabled);
    }
  }
  return { enabled, disabled };
}

/** The given roles and everything they are made of, each once. */
export function reachableRoles(from: readonly number[], roles: RoleTable): Set<number> {
  const found = new Set<number>();
  const waiting = [...from];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(roles.get(id)?.roles ?? []));
  }
  return found;
}

function accountPair({ account, groups, tenant, roles }: AccountGrants): Pair {
  let { enabled, disabled } = ownPair(account.grants, roles);
  for (const group of groups) {
    const given = ownPair(group.grants, roles);
    if (account.grants.mode !== 'Replace') enabled = enabled.union(given.enabled);
    disabled = disabled.union(given.disabled);
  }
  if (tenant) {
    const ceiling = ownPair(tenant.grants, roles);
    enabled = enabled.intersect(ceiling.enabled);
    disabled = disabled.union(ceiling.disabled);
  }
  return { enabled, disabled };
}

/** Says for one permission what grants, withholds or cuts it, and what decided. */
export function explainPermission(
  grants: AccountGrants,
  credential: { readonly name: string; readonly limit: CredentialLimit },
  p: Permission,
): Explanation {
  const { account, groups, tenant, roles } = grants;
  const own = holderSteps('account', account, roles, p);
  const fromGroups = groups.flatMap((group) => holderSteps('group', group, roles, p));
  const counted =
    account.grants.mode === 'Replace' ? fromGroups.filter((step) => step.effect === 'disables') : fromGroups;
  const steps: ExplanationStep[] = [...own, ...counted];
  const enabled = steps.some((step) => step.effect === 'enables');
  let allowed = true;
  if (tenant) {
    const inTenant = holderSteps('tenant', tenant, roles, p);
    allowed = inTenant.some((step) => step.effect === 'enables');
    steps.push(
      ...inTenant.map((step) => (step.effect === 'enables' ? { ...step, effect: 'allows' as const } : step)),
    );
    if (!allowed) {
      steps.push({ source: 'tenant', id: tenant.id, path: `tenant "${tenant.name}"`, effect: 'withholds' });
    }
  }
  const { limit } = credential;
  const cut =
    (limit.mode === 'Disable' && limit.permissions.has(p)) ||
    (limit.mode === 'Replace' && !limit.permissions.has(p));
  if (cut) steps.push({ source: 'credential', id: '', path: credential.name, effect: 'withholds' });
  const disabler = steps.find((step) => step.effect === 'disables');
  const granted = enabled && !disabler && allowed && !cut;
  const permission = permissionName(p);
  return { permission, granted, steps, because: verdict(permission, steps, { granted, disabler, enabled }) };
}

function verdict(
  permission: string,
  steps: readonly ExplanationStep[],
  {
    granted,
    disabler,
    enabled,
  }: { granted: boolean; disabler: ExplanationStep | undefined; enabled: boolean },
): string {
  if (granted) return `${permission} is granted by ${steps.find((step) => step.effect === 'enables')?.path}.`;
  if (disabler) return `${permission} is disabled by ${disabler.path}; a disabled entry always wins.`;
  if (!enabled) return `Nothing grants ${permission}.`;
  return `${permission} is withheld by ${steps.findLast((step) => step.effect === 'withholds')?.path}.`;
}

function holderSteps(
  source: 'account' | 'group' | 'tenant',
  holder: Holder,
  roles: RoleTable,
  p: Permission,
): ExplanationStep[] {
  const { grants, id } = holder;
  const name = `${source} "${holder.name}"`;
  const steps: ExplanationStep[] = [];
  if (grants.mode !== 'Inherit') {
    if (grants.enabled.has(p)) steps.push({ source, id, path: name, effect: 'enables' });
    if (grants.disabled.has(p)) steps.push({ source, id, path: name, effect: 'disables' });
  }
  if (grants.mode === 'Replace') return steps;
  const seen = new Set<number>();
  const waiting = grants.roles.map((roleId) => ({ roleId, above: name })).reverse();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const role = roles.get(next.roleId);
    if (!role || seen.has(next.roleId)) continue;
    seen.add(next.roleId);
    const path = `${next.above} > role "${role.name}"`;
    if (role.enabled.has(p)) steps.push({ source, id, path, effect: 'enables' });
    if (role.disabled.has(p)) steps.push({ source, id, path, effect: 'disables' });
    waiting.push(...role.roles.map((roleId) => ({ roleId, above: path })).reverse());
  }
  return steps;
}
