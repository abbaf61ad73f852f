// The guard against escalation: nobody passes on what they do not hold themselves, and no change leaves the server
// without an administrator.
import { isDeepStrictEqual } from 'node:util';
import {
  type Caller,
  type Change,
  type Hook,
  Refusal,
  type Registry,
  type ValueOf,
} from '../registry/index.ts';
import { keys } from '../store/index.ts';
import type { Account, User } from './account-types.ts';
import { scopeOf } from './caller.ts';
import { effectivePermissions, limitToCredential, ownPair, type Pair, reachableRoles } from './effective.ts';
import { PermissionSet } from './permissions.ts';
import {
  credentialLimit,
  explicitGrants,
  type GrantsView,
  loadRoles,
  registryView,
  resolveGrants,
  tenantGrants,
  viewWith,
} from './resolve.ts';

type CredentialPermissions = ValueOf<'AppPassword'>['permissions'];

/** Who holds all of these, outside any tenant, can give everything else back. */
export const ADMINISTRATOR = PermissionSet.ofNames(['authenticate', 'sysAccountUpdate', 'sysRoleUpdate']);

/** Moves with each change that may take an administrator's rights, so that two of them cannot pass each other. */
const ADMINISTRATORS_KEY = keys.otherKey(keys.Subspace.System, 'access/administrators');

/** Administrators that are remembered, so that the next check need not look for one. */
const REMEMBERED = 4;

export class GrantsGuard {
  readonly #registry: Registry;
  readonly #view: GrantsView;
  readonly #administrators = new Set<number>();

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#view = registryView(registry);
  }

  /** Hook `grants` of Account, Role, Tenant, Authentication and Domain. */
  readonly hook: Hook = {
    before: async (change) => {
      if (change.caller.internal) return;
      switch (change.declaration.name) {
        case 'Account':
          return this.#account(change);
        case 'Role':
          return this.#role(change);
        case 'Tenant':
          return this.#tenant(change);
        case 'Authentication':
          return this.#defaults(change);
        case 'Domain':
          return this.#domain(change);
        default:
          throw new Error(`${change.declaration.name} grants nothing`);
      }
    },
  };

  /** Throws unless the caller may give an account a credential with these permissions. */
  async credential(caller: Caller, account: number, permissions: CredentialPermissions): Promise<void> {
    if (caller.internal) return;
    const limit = credentialLimit(permissions);
    const value = await this.#registry.object('Account', account);
    if (!value) throw new Refusal('notFound');
    const given =
      limit.mode === 'Replace'
        ? limit.permissions
        : limitToCredential(await effective(this.#view, account, value), limit);
    refuseUnlessHeld(caller, given);
  }

  async #account(change: Change): Promise<void> {
    const { caller, id = NEW } = change;
    const before = change.before as Account | undefined;
    const value = change.value as Account | undefined;
    const after = value && viewWith(this.#view, { type: 'Account', id, value });
    const heldBefore = before ? await effective(this.#view, id, before) : PermissionSet.empty();
    if (value && after && (!before || GRANTING.some((name) => !sameProperty(before, value, name)))) {
      refuseUnlessHeld(caller, await effective(after, id, value));
      if (value['@type'] === 'Group') {
        await this.#givenByGroup(caller, id, value, after);
        if (before) await this.#noLongerTaken(caller, before, value, after);
      }
    }
    if (before && (!value || !sameProperty(before, value, 'credentials'))) {
      this.#protect(caller, heldBefore);
    }
    // what a group disables is taken from its members
    const mayTake =
      before?.['@type'] === 'Group' &&
      (!value || GRANTING.some((name) => !sameProperty(before, value, name)));
    if (before && (mayTake || isAdministrator(before, heldBefore))) {
      await this.#keepAdministrator(change, viewWith(this.#view, { type: 'Account', id, value }));
    }
  }

  /** Members outside the group's tenant are not cut by it. */
  async #givenByGroup(caller: Caller, id: number, group: Account, view: GrantsView): Promise<void> {
    if (group.memberTenantId === null || id === NEW) return;
    for await (const page of this.#registry.referrers({ type: 'Account', id }, 'Account')) {
      const members = await this.#registry.records(
        'Account',
        page.map((one) => one.id),
      );
      if (members.every((member) => !member || member.value.memberTenantId === group.memberTenantId))
        continue;
      const grants = explicitGrants(group);
      const { roles } = await loadRoles(view, grants.roles);
      return refuseUnlessHeld(caller, ownPair(grants, roles).enabled);
    }
  }

  /** What a group no longer takes from its members is as good as given to them. */
  async #noLongerTaken(caller: Caller, before: Account, group: Account, view: GrantsView): Promise<void> {
    const disabled = async (from: GrantsView, value: Account): Promise<PermissionSet> => {
      const grants = explicitGrants(value);
      return ownPair(grants, (await loadRoles(from, grants.roles)).roles).disabled;
    };
    refuseUnlessHeld(caller, (await disabled(this.#view, before)).minus(await disabled(view, group)));
  }

  /** Who is less may not take over who is more. */
  #protect(caller: Caller, held: PermissionSet): void {
    if (caller.tenant === undefined && caller.has('impersonate')) return;
    if (held.isSubsetOf(scopeOf(caller))) return;
    throw new Refusal('forbidden', {
      description: 'You are not authorized to change an account that holds more permissions than you.',
    });
  }

  async #role(change: Change): Promise<void> {
    const { id = NEW } = change;
    const before = change.before as ValueOf<'Role'> | undefined;
    const value = change.value as ValueOf<'Role'> | undefined;
    const view = viewWith(this.#view, { type: 'Role', id, value });
    const had = before ? await rolePair(this.#view, [id]) : NOTHING;
    const has = value ? await rolePair(view, [id]) : NOTHING;
    if (value) {
      const { roles } = await loadRoles(view, value.roleIds);
      if (reachableRoles(value.roleIds, roles).has(id)) {
        throw new Refusal('invalidProperties', {
          description: 'A role cannot be part of itself.',
          properties: ['roleIds'],
        });
      }
      refuseUnlessHeld(change.caller, gained(had, has));
    }
    if (takesAway(had, has)) await this.#keepAdministrator(change, view);
  }

  async #tenant(change: Change): Promise<void> {
    const value = change.value as ValueOf<'Tenant'> | undefined;
    const before = change.before as ValueOf<'Tenant'> | undefined;
    if (!value) return;
    const pair = async (tenant: ValueOf<'Tenant'> | undefined): Promise<Pair> => {
      if (!tenant) return NOTHING;
      const grants = tenantGrants(this.#view, tenant);
      return ownPair(grants, (await loadRoles(this.#view, grants.roles)).roles);
    };
    refuseUnlessHeld(change.caller, gained(await pair(before), await pair(value)));
  }

  async #defaults(change: Change): Promise<void> {
    const value = change.value as ValueOf<'Authentication'>;
    const before = change.before as ValueOf<'Authentication'>;
    // whose password another directory keeps cannot be counted on
    let taken = value.directoryId !== null && value.directoryId !== before.directoryId;
    for (const name of DEFAULT_SETS) {
      if (isDeepStrictEqual(before[name], value[name])) continue;
      const [had, has] = [await rolePair(this.#view, before[name]), await rolePair(this.#view, value[name])];
      refuseUnlessHeld(change.caller, gained(had, has));
      taken ||= takesAway(had, has);
    }
    if (taken) await this.#keepAdministrator(change, { ...this.#view, defaults: value });
  }

  /** Nobody signs in under a domain that is switched off, or only by the grace of another directory. */
  async #domain(change: Change): Promise<void> {
    const { id = NEW } = change;
    const before = change.before as ValueOf<'Domain'> | undefined;
    const value = change.value as ValueOf<'Domain'> | undefined;
    const switchedOff = before?.isEnabled === true && !value?.isEnabled;
    const movedOut =
      value !== undefined && value.directoryId !== null && value.directoryId !== before?.directoryId;
    if (switchedOff || (before && movedOut)) {
      await this.#keepAdministrator(change, viewWith(this.#view, { type: 'Domain', id, value }));
    }
  }

  /** Throws unless an administrator remains when the change is done. */
  async #keepAdministrator(change: Change, view: GrantsView): Promise<void> {
    const seen = await this.#registry.store.get(ADMINISTRATORS_KEY);
    for (const id of this.#administrators) {
      if (!(await this.#isAdministrator(view, id))) this.#administrators.delete(id);
      else return this.#stamp(change, seen);
    }
    const id = await this.#findAdministrator(change, view);
    if (id !== undefined) {
      if (this.#administrators.size >= REMEMBERED) this.#administrators.clear();
      this.#administrators.add(id);
      return this.#stamp(change, seen);
    }
    throw new Refusal('forbidden', {
      description: 'The last administrator of the server cannot be removed.',
    });
  }

  /** The first account that administers the server when the change is done. */
  async #findAdministrator(change: Change, view: GrantsView): Promise<number | undefined> {
    const changed = change.declaration.name === 'Account' ? change.id : undefined;
    // accounts with nothing of their own hold what their roles hold: each set of roles is worked out once
    const known = new Map<string, boolean>();
    for await (const page of this.#registry.scan('Account')) {
      for (const { id, value } of page) {
        const account = id === changed ? (change.value as Account | undefined) : value;
        if (!account || !mayAdminister(account)) continue;
        const key = rolesAlone(account);
        if (key !== undefined && known.get(key) === false) continue;
        const administers = ADMINISTRATOR.isSubsetOf(await effective(view, id, account));
        if (key !== undefined) known.set(key, administers);
        if (administers && (await this.#isAdministrator(view, id))) return id;
      }
    }
    return undefined;
  }

  #stamp(change: Change, seen: Uint8Array | undefined): void {
    change.rows.push((batch) => {
      batch.assert(ADMINISTRATORS_KEY, seen ?? 'absent').add(ADMINISTRATORS_KEY, 1);
    });
  }

  async #isAdministrator(view: GrantsView, id: number): Promise<boolean> {
    const [value] = await view.records('Account', [id]);
    if (!value || !isAdministrator(value, await effective(view, id, value))) return false;
    const [domain] = await view.records('Domain', [value.domainId]);
    return domain?.isEnabled === true && (domain.directoryId ?? view.defaults.directoryId) === null;
  }
}

/** Stands for the id of a record that does not exist yet. */
const NEW = -1;
const NOTHING: Pair = { enabled: PermissionSet.empty(), disabled: PermissionSet.empty() };
const GRANTING = ['roles', 'permissions', 'memberGroupIds', 'memberTenantId'] as const;
const DEFAULT_SETS = [
  'defaultAdminRoleIds',
  'defaultGroupRoleIds',
  'defaultTenantRoleIds',
  'defaultUserRoleIds',
] as const;

const sameProperty = (a: object, b: object, name: string): boolean =>
  isDeepStrictEqual((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name]);

async function effective(view: GrantsView, id: number, account: Account): Promise<PermissionSet> {
  return effectivePermissions((await resolveGrants(view, id, account)).grants);
}

async function rolePair(view: GrantsView, ids: readonly number[]): Promise<Pair> {
  const { roles } = await loadRoles(view, ids);
  return ownPair(
    { mode: 'Inherit', roles: ids, enabled: NOTHING.enabled, disabled: NOTHING.disabled },
    roles,
  );
}

/** What becomes possible: newly effective permissions, and those that are no longer disabled. */
const gained = (before: Pair, after: Pair): PermissionSet =>
  after.enabled
    .minus(after.disabled)
    .minus(before.enabled.minus(before.disabled))
    .union(before.disabled.minus(after.disabled));

const takesAway = (before: Pair, after: Pair): boolean =>
  !before.enabled.isSubsetOf(after.enabled) || !after.disabled.isSubsetOf(before.disabled);

/** Only who can sign in to the whole server counts. */
const isAdministrator = (account: Account, held: PermissionSet): boolean =>
  mayAdminister(account) && ADMINISTRATOR.isSubsetOf(held);

const mayAdminister = (account: Account): account is User =>
  account['@type'] === 'User' && account.memberTenantId === null && account.credentials.length > 0;

/** Names the roles of an account that holds what they hold and nothing else; undefined for any other. */
function rolesAlone({ permissions, memberGroupIds, roles }: User): string | undefined {
  if (permissions['@type'] !== 'Inherit' || memberGroupIds.length > 0) return undefined;
  return roles['@type'] === 'Custom' ? roles.roleIds.join() : roles['@type'];
}

const NAMED = 5;

/** Throws unless the caller holds everything that is given. */
function refuseUnlessHeld(caller: Caller, given: PermissionSet): void {
  const missing = given.minus(scopeOf(caller)).names();
  if (missing.length === 0) return;
  const names = missing.slice(0, NAMED).join(', ');
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : '';
  throw new Refusal('forbidden', {
    description: `You are not authorized to grant permissions: ${names}${more}`,
  });
}
