// What a planned change would give and take, for whom, before it is made: the same rule over a view in which the
// changed records already say what they would say.
import { encodeId } from '../base/index.ts';
import {
  DECLARATIONS,
  type Registry,
  SINGLETON,
  type PermissionName,
  type ValueOf,
} from '../registry/index.ts';
import { effectivePermissions, explainPermission, type AccountGrants } from './effective.ts';
import { type Permission, permissionName, PermissionSet } from './permissions.ts';
import { type GrantingType, type GrantsView, registryView, resolveGrants, UNLIMITED } from './resolve.ts';

/** A change of a record that says what accounts may do. `value` is what `/set` would be given. */
export type PlannedChange =
  | { readonly what: 'create'; readonly type: ChangedType; readonly value: object }
  | { readonly what: 'update'; readonly type: ChangedType; readonly id: number; readonly value: object }
  | { readonly what: 'destroy'; readonly type: ChangedType; readonly id: number }
  | { readonly what: 'update'; readonly type: 'Authentication'; readonly value: object };

type ChangedType = 'Account' | 'Role' | 'Tenant';

/** One permission that is gained or lost, and why. */
export interface EffectStep {
  readonly permission: PermissionName;
  readonly because: string;
}

/** What the changes do to one account. */
export interface AccessEffect {
  /** Undefined for an account that would be created. */
  readonly account: number | undefined;
  readonly address: string;
  readonly gained: readonly EffectStep[];
  readonly lost: readonly EffectStep[];
}

/** Numbers of records that would be created: no stored record has them. */
const FIRST_NEW = -1;

/**
 * The effects of changes made together, on every account for which they are not none, in the order of ids.
 * @throws Refusal when a change is not one that could be stored
 */
export async function* simulateChanges(
  registry: Registry,
  changes: readonly PlannedChange[],
): AsyncGenerator<AccessEffect> {
  const planned = await Planned.of(registry, changes);
  const current = registryView(registry);
  const views: Views = { current, changed: planned.over(current) };
  for await (const page of registry.scan('Account')) {
    for (const { id, value } of page) {
      const [after] = await views.changed.records('Account', [id]);
      const effect = await compare(registry, id, views, value, after);
      if (effect) yield effect;
    }
  }
  for (const [id, value] of planned.created) {
    const effect = await compare(registry, id, views, undefined, value);
    if (effect) yield effect;
  }
}

type Account = ValueOf<'Account'>;

/** The records as they are, and as the changes would make them. */
interface Views {
  readonly current: GrantsView;
  readonly changed: GrantsView;
}

/** Records as they would be: undefined for those that would be gone. */
class Planned {
  readonly #records = new Map<string, unknown>();
  #defaults: ValueOf<'Authentication'> | undefined;
  readonly created = new Map<number, Account>();

  static async of(registry: Registry, changes: readonly PlannedChange[]): Promise<Planned> {
    const planned = new Planned();
    let next = FIRST_NEW;
    for (const change of changes) {
      if (change.type === 'Authentication') {
        const value = await registry.write.preview(DECLARATIONS.Authentication, SINGLETON, change.value);
        planned.#defaults = value as ValueOf<'Authentication'>;
        continue;
      }
      const declaration = DECLARATIONS[change.type];
      if (change.what === 'destroy') {
        planned.#records.set(`${change.type}/${change.id}`, undefined);
      } else if (change.what === 'update') {
        const value = await registry.write.preview(declaration, change.id, change.value);
        planned.#records.set(`${change.type}/${change.id}`, value);
      } else {
        const value = await registry.write.preview(declaration, undefined, change.value);
        const id = next--;
        planned.#records.set(`${change.type}/${id}`, value);
        if (change.type === 'Account') planned.created.set(id, value as Account);
      }
    }
    return planned;
  }

  over(view: GrantsView): GrantsView {
    const records = this.#records;
    return {
      async records<N extends GrantingType>(type: N, ids: readonly number[]) {
        const stored = await view.records(type, ids);
        return ids.map((id, i) => {
          const name = `${type}/${id}`;
          return records.has(name) ? (records.get(name) as ValueOf<N> | undefined) : stored[i];
        });
      },
      defaults: this.#defaults ?? view.defaults,
    };
  }
}

async function compare(
  registry: Registry,
  id: number,
  { current, changed }: Views,
  before: Account | undefined,
  after: Account | undefined,
): Promise<AccessEffect | undefined> {
  const [old, wanted] = await Promise.all([grantsOf(current, id, before), grantsOf(changed, id, after)]);
  const had = old ? effectivePermissions(old) : PermissionSet.empty();
  const has = wanted ? effectivePermissions(wanted) : PermissionSet.empty();
  if (had.equals(has)) return undefined;
  const account = (after ?? before) as Account;
  const domain = await registry.object('Domain', account.domainId);
  const step = (p: Permission): EffectStep => ({
    permission: permissionName(p),
    because: wanted
      ? explainPermission(wanted, { name: 'the account itself', limit: UNLIMITED }, p).because
      : 'The account would no longer exist.',
  });
  return {
    account: id < 0 ? undefined : id,
    address: `${account.name}@${domain?.name ?? encodeId(account.domainId)}`,
    gained: Array.from(has.minus(had), step),
    lost: Array.from(had.minus(has), step),
  };
}

const grantsOf = async (
  view: GrantsView,
  id: number,
  value: Account | undefined,
): Promise<AccountGrants | undefined> => value && (await resolveGrants(view, id, value)).grants;
