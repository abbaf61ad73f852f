// What a change would do to permissions before it is made: who would gain which ones, who would lose which ones, and
// why. The change is laid over the registry as a view; nothing is written.
import { decodeId, encodeId, NotFound, Slice } from '../base/index.ts';
import {
  DECLARATIONS,
  type Registry,
  type schema,
  type ValueOf,
  type WriteContext,
} from '../registry/index.ts';
import { type AccountGrants, effectivePermissions, explainPermission } from './effective.ts';
import { permissionName, PermissionSet } from './permissions.ts';
import { type GrantingType, type GrantsView, registryView, resolveGrants, UNLIMITED } from './resolve.ts';
import type { AccountId } from './token.ts';

type Account = ValueOf<'Account'>;
type Plain = schema.Plain;

/** Types whose records say what accounts may do. */
export const GRANTING_TYPES = ['Account', 'Role', 'Tenant', 'Authentication'] as const;
type PlannedType = (typeof GRANTING_TYPES)[number];

/** One change of a plan. `key` names what a create makes, for `#key` in later changes. */
export type PlannedChange =
  | { readonly op: 'create'; readonly type: PlannedType; readonly key: string; readonly value: unknown }
  | { readonly op: 'update'; readonly type: PlannedType; readonly id: string; readonly value: unknown }
  | { readonly op: 'destroy'; readonly type: PlannedType; readonly id: string };

export interface AccessEffectItem {
  readonly permission: string;
  /** Why it would be granted, or no longer be. */
  readonly because: string;
}

/** What a plan would change for one account. */
export interface AccessEffect {
  /** Id text; of an account that would be created, `#` and its key. */
  readonly id: string;
  readonly address: string;
  readonly gains: readonly AccessEffectItem[];
  readonly loses: readonly AccessEffectItem[];
}

/**
 * Everybody for whom the changes would change something, or only one account.
 * @throws NotFound for a record that does not exist for the caller, Refusal for a change that cannot be read
 */
export async function* simulateAccess(
  registry: Registry,
  changes: readonly PlannedChange[],
  context: WriteContext,
  only?: AccountId,
): AsyncGenerator<AccessEffect> {
  const plan = new Plan(registry, context);
  for (const change of changes) await plan.add(change);
  const slice = new Slice();
  for await (const { id, value } of plan.candidates(only)) {
    const effect = await plan.effectOn(id, value);
    if (effect) yield effect;
    if (slice.due()) await slice.pause();
  }
}

/** Ids of what does not exist yet: above every sequential id. */
const FIRST_PLANNED = 2 ** 40;

const WHOLE = { name: 'the account itself', limit: UNLIMITED };

class Plan {
  readonly #registry: Registry;
  readonly #context: WriteContext;
  readonly #before: GrantsView;
  readonly #after: GrantsView;
  /** Values by `Role/5`; undefined for what would be destroyed. */
  readonly #planned = new Map<string, Plain | undefined>();
  readonly #created = new Map<string, string>();
  readonly #newAccounts = new Map<number, string>();
  #defaults: ValueOf<'Authentication'> | undefined;
  #next = FIRST_PLANNED;

  constructor(registry: Registry, context: WriteContext) {
    this.#registry = registry;
    this.#context = { ...context, created: this.#created };
    this.#before = registryView(registry);
    this.#after = this.#view();
  }

  async add(change: PlannedChange): Promise<void> {
    const { type } = change;
    if (type === 'Authentication') return this.#addDefaults(change);
    const declaration: schema.Declaration = DECLARATIONS[type];
    if (change.op === 'create') {
      const id = this.#next++;
      this.#created.set(change.key, encodeId(id));
      if (type === 'Account') this.#newAccounts.set(id, change.key);
      const value = this.#registry.write.previewCreate(declaration, change.value, this.#context);
      this.#planned.set(`${type}/${id}`, value);
      return;
    }
    const id = this.#idOf(type, change.id);
    const before = await this.#current(type, id);
    if (!before || !this.#isVisible(type, before)) throw new NotFound(type, change.id);
    const after =
      change.op === 'destroy'
        ? undefined
        : this.#registry.write.previewUpdate(declaration, before, change.value, this.#context);
    this.#planned.set(`${type}/${id}`, after);
  }

  /** Accounts that the plan may touch, each with its value as it is now. */
  async *candidates(
    only: AccountId | undefined,
  ): AsyncGenerator<{ readonly id: number; readonly value: Account | undefined }> {
    if (only !== undefined) {
      const value = await this.#registry.object('Account', only);
      if (!value || !this.#isVisible('Account', value)) throw new NotFound('account', encodeId(only));
      yield { id: only, value };
      return;
    }
    for await (const page of this.#registry.scan('Account')) {
      for (const { id, value } of page) if (this.#isVisible('Account', value)) yield { id, value };
    }
    for (const id of this.#newAccounts.keys()) yield { id, value: undefined };
  }

  async effectOn(id: number, before: Account | undefined): Promise<AccessEffect | undefined> {
    const name = `Account/${id}`;
    const after = this.#planned.has(name) ? (this.#planned.get(name) as Account | undefined) : before;
    const now = before && (await resolveGrants(this.#before, id, before));
    const then = after && (await resolveGrants(this.#after, id, after));
    const touched = [...(now?.from ?? []), ...(then?.from ?? [])];
    if (!this.#defaults && !touched.some((one) => this.#planned.has(one))) return undefined;
    const held = now ? effectivePermissions(now.grants) : PermissionSet.empty();
    const would = then ? effectivePermissions(then.grants) : PermissionSet.empty();
    const gains = would.minus(held);
    const loses = held.minus(would);
    if (gains.isEmpty && loses.isEmpty) return undefined;
    const key = this.#newAccounts.get(id);
    return {
      id: key === undefined ? encodeId(id) : `#${key}`,
      address: await this.#addressOf(after ?? (before as Account)),
      gains: items(gains, then?.grants),
      loses: items(loses, then?.grants),
    };
  }

  async #addDefaults(change: PlannedChange): Promise<void> {
    if (this.#context.caller.tenant !== undefined) throw new NotFound('Authentication', 'singleton');
    if (change.op !== 'update') return;
    const before = this.#defaults ?? this.#registry.singleton('Authentication');
    this.#defaults = this.#registry.write.previewUpdate(
      DECLARATIONS.Authentication,
      before as unknown as Plain,
      change.value,
      this.#context,
    ) as unknown as ValueOf<'Authentication'>;
  }

  #idOf(type: string, text: string): number {
    const real = text.startsWith('#') ? this.#created.get(text.slice(1)) : text;
    const id = real === undefined ? undefined : decodeId(real);
    if (id === undefined) throw new NotFound(type, text);
    return id;
  }

  async #current(type: GrantingType, id: number): Promise<Plain | undefined> {
    const name = `${type}/${id}`;
    if (this.#planned.has(name)) return this.#planned.get(name);
    const [value] = await this.#before.records(type, [id]);
    return value as Plain | undefined;
  }

  /** A caller of a tenant knows of nothing outside of it. */
  #isVisible(type: GrantingType, value: Plain | Account): boolean {
    const { tenant } = this.#context.caller;
    if (tenant === undefined) return true;
    return type !== 'Tenant' && (value as Plain)['memberTenantId'] === tenant;
  }

  async #addressOf({ name, domainId }: Account): Promise<string> {
    const domain = await this.#registry.object('Domain', domainId);
    return `${name}@${domain?.name ?? ''}`;
  }

  #view(): GrantsView {
    const before = this.#before;
    const planned = this.#planned;
    const defaults = () => this.#defaults ?? before.defaults;
    return {
      async records<N extends GrantingType>(type: N, ids: readonly number[]) {
        const found = await before.records(type, ids);
        return ids.map((id, i) => {
          const name = `${type}/${id}`;
          return planned.has(name) ? (planned.get(name) as ValueOf<N> | undefined) : found[i];
        });
      },
      get defaults() {
        return defaults();
      },
    };
  }
}

/** Each permission with what decides about it afterwards. */
function items(set: PermissionSet, grants: AccountGrants | undefined): AccessEffectItem[] {
  return Array.from(set, (p) => ({
    permission: permissionName(p),
    because: grants ? explainPermission(grants, WHOLE, p).because : 'The account would no longer exist.',
  }));
}
