// Collects from the registry what an account's permissions are worked out from. Reads go through a view, so that
// a guard can ask what a change would lead to before it happens.
import { encodeId } from '../base/index.ts';
import type { DeclaredObject, Registry, ValueOf } from '../registry/index.ts';
import type { AccountGrants, CredentialLimit, Grants, Holder, RoleGrants, RoleTable } from './effective.ts';
import { PermissionSet } from './permissions.ts';

type Account = ValueOf<'Account'>;
type OwnPermissions = Account['permissions'];
type CredentialPermissions = ValueOf<'AppPassword'>['permissions'];

/** Types that say what accounts may do. */
export type GrantingType = 'Account' | 'Role' | 'Tenant' | 'Domain';

/** The registry as it is, or as a change would make it. */
export interface GrantsView {
  records<N extends GrantingType>(
    type: N,
    ids: readonly number[],
  ): Promise<readonly (ValueOf<N> | undefined)[]>;
  readonly defaults: Pick<
    ValueOf<'Authentication'>,
    | 'defaultAdminRoleIds'
    | 'defaultGroupRoleIds'
    | 'defaultTenantRoleIds'
    | 'defaultUserRoleIds'
    | 'directoryId'
  >;
}

export const registryView = (registry: Registry): GrantsView => ({
  async records(type, ids) {
    const records = await registry.records(type as DeclaredObject & typeof type, ids);
    return records.map((record) => record?.value as never);
  },
  get defaults() {
    return registry.singleton('Authentication');
  },
});

/** A view in which one record has another value, or none. */
export function viewWith<C extends GrantingType>(
  view: GrantsView,
  changed: { readonly type: C; readonly id: number; readonly value: ValueOf<C> | undefined },
): GrantsView {
  return {
    async records<N extends GrantingType>(type: N, ids: readonly number[]) {
      if (type !== (changed.type as string)) return view.records(type, ids);
      const others = ids.filter((id) => id !== changed.id);
      const found = [...(await view.records(type, others))];
      return ids.map((id) => (id === changed.id ? (changed.value as ValueOf<N> | undefined) : found.shift()));
    },
    defaults: view.defaults,
  };
}

/** Everything that `effectivePermissions` needs, and the names of all records it was taken from. */
export interface ResolvedGrants {
  readonly grants: AccountGrants;
  /** `Role/5`, `Tenant/1`...: a change of one of these makes the answer out of date. */
  readonly from: readonly string[];
}

/** Grants of an account: of a user with those of the groups, of a group when it acts itself. */
export async function resolveGrants(view: GrantsView, id: number, account: Account): Promise<ResolvedGrants> {
  const groupIds = account['@type'] === 'User' ? account.memberGroupIds : [];
  const [groups, [tenant]] = await Promise.all([
    view.records('Account', groupIds),
    account.memberTenantId === null ? [undefined] : view.records('Tenant', [account.memberTenantId]),
  ]);
  const own = grantsOf(account.permissions, accountRoles(view, account));
  const groupHolders = groups.flatMap((group, i): Holder[] =>
    group?.['@type'] === 'Group'
      ? [
          {
            id: encodeId(groupIds[i] as number),
            name: group.name,
            grants: grantsOf(group.permissions, customRoles(group.roles) ?? []),
          },
        ]
      : [],
  );
  const tenantHolder =
    account.memberTenantId === null
      ? undefined
      : {
          id: encodeId(account.memberTenantId),
          name: tenant?.name ?? '',
          // a tenant that has gone allows nothing
          grants: tenant ? tenantGrants(view, tenant) : NOTHING,
        };
  const holders = [
    own,
    ...groupHolders.map((one) => one.grants),
    ...(tenantHolder ? [tenantHolder.grants] : []),
  ];
  const { roles, asked } = await loadRoles(
    view,
    holders.flatMap((one) => one.roles),
  );
  return {
    grants: {
      account: { id: encodeId(id), name: account.name, grants: own },
      groups: groupHolders,
      tenant: tenantHolder,
      roles,
    },
    from: [
      `Account/${id}`,
      ...groupIds.map((group) => `Account/${group}`),
      ...(account.memberTenantId === null ? [] : [`Tenant/${account.memberTenantId}`]),
      ...asked.map((role) => `Role/${role}`),
    ],
  };
}

/** Roles with everything they are made of, one read for each level of nesting. */
export async function loadRoles(
  view: GrantsView,
  ids: readonly number[],
): Promise<{ readonly roles: RoleTable; readonly asked: readonly number[] }> {
  const roles = new Map<number, RoleGrants>();
  const asked = new Set<number>();
  let wanted = [...new Set(ids)];
  while (wanted.length > 0) {
    for (const id of wanted) asked.add(id);
    const found = await view.records('Role', wanted);
    for (const [i, role] of found.entries()) if (role) roles.set(wanted[i] as number, roleGrants(role));
    wanted = [...new Set(found.flatMap((role) => role?.roleIds ?? []))].filter((id) => !asked.has(id));
  }
  return { roles, asked: [...asked] };
}

/** Grants of roles by their values: the registry gives the same value until the role changes. */
const known = new WeakMap<ValueOf<'Role'>, RoleGrants>();

export function roleGrants(role: ValueOf<'Role'>): RoleGrants {
  let grants = known.get(role);
  if (!grants) {
    grants = {
      name: role.description,
      enabled: PermissionSet.ofNames(role.enabledPermissions),
      disabled: PermissionSet.ofNames(role.disabledPermissions),
      roles: role.roleIds,
    };
    known.set(role, grants);
  }
  return grants;
}

/** Ceiling of a tenant. */
export const tenantGrants = (view: GrantsView, tenant: ValueOf<'Tenant'>): Grants =>
  grantsOf(tenant.permissions, customRoles(tenant.roles) ?? view.defaults.defaultTenantRoleIds);

/** What was given to a group on purpose: what its members receive. */
export const explicitGrants = (group: Account): Grants =>
  grantsOf(group.permissions, customRoles(group.roles) ?? []);

/** Restriction of an app password or API key. */
export function credentialLimit(permissions: CredentialPermissions): CredentialLimit {
  return permissions['@type'] === 'Inherit'
    ? UNLIMITED
    : { mode: permissions['@type'], permissions: PermissionSet.ofNames(permissions.permissions) };
}

/** The restriction that restricts nothing. */
export const UNLIMITED: CredentialLimit = { mode: 'Inherit', permissions: PermissionSet.empty() };

const NOTHING: Grants = {
  mode: 'Replace',
  roles: [],
  enabled: PermissionSet.empty(),
  disabled: PermissionSet.empty(),
};

function grantsOf(permissions: OwnPermissions, roles: readonly number[]): Grants {
  if (permissions['@type'] === 'Inherit') {
    return { mode: 'Inherit', roles, enabled: PermissionSet.empty(), disabled: PermissionSet.empty() };
  }
  return {
    mode: permissions['@type'],
    roles,
    enabled: PermissionSet.ofNames(permissions.enabledPermissions),
    disabled: PermissionSet.ofNames(permissions.disabledPermissions),
  };
}

function accountRoles(view: GrantsView, account: Account): readonly number[] {
  const { roles } = account;
  switch (roles['@type']) {
    case 'Custom':
      return roles.roleIds;
    case 'Default':
      return view.defaults.defaultGroupRoleIds;
    case 'User':
      return view.defaults.defaultUserRoleIds;
    case 'Admin':
      return account.memberTenantId === null
        ? view.defaults.defaultAdminRoleIds
        : view.defaults.defaultTenantRoleIds;
  }
}

const customRoles = (roles: Account['roles']): readonly number[] | undefined =>
  roles['@type'] === 'Custom' ? roles.roleIds : undefined;
