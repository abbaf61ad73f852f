// The disk limit of a tenant: what all of its accounts use together (spec-registry-auth §3.8). An account of a tenant
// may grow by what is left of it. Sums are kept and follow the changes of accounts, so that a delivery reads the heads
// of those that changed since the one before. A limit can be passed by what is on its way in the same moment.
import type { AccountId, AccountsService } from '../account/index.ts';
import { now } from '../base/index.ts';
import type { MailLimits } from '../mail/index.ts';
import type { Registry } from '../registry/index.ts';
import type { Bus } from '../store/index.ts';

/** After so long a sum is made anew, should news of a change have been lost. */
const KEPT_MS = 600_000;

type Quotas = Readonly<Record<string, number>>;

/** What a tenant's accounts use, as far as it is known. */
interface Known {
  readonly until: number;
  readonly used: Map<AccountId, number>;
  /** Accounts that changed since they were looked at. */
  readonly stale: Set<AccountId>;
  sum: number;
}

export class TenantUsage {
  readonly #registry: Registry;
  readonly #accounts: AccountsService;
  readonly #known = new Map<number, Known>();
  readonly #tenantOf = new Map<AccountId, number>();
  /** Accounts whose record changed: they may have another tenant. */
  readonly #moved = new Set<AccountId>();
  readonly #unsubscribe: () => void;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(registry: Registry, accounts: AccountsService, bus: Bus) {
    this.#registry = registry;
    this.#accounts = accounts;
    registry.watch((change) => {
      if (!change) this.#forgetAll();
      else if (change.type === 'Account' && this.#known.size > 0) this.#moved.add(change.id);
    });
    this.#unsubscribe = bus.subscribe('account.state', ({ account }) => {
      const tenant = this.#tenantOf.get(account);
      if (tenant !== undefined) this.#known.get(tenant)?.stale.add(account);
    });
  }

  close(): void {
    this.#unsubscribe();
  }

  /** Bytes that all accounts of the tenant use, counted anew. */
  async sum(tenant: number): Promise<number> {
    let bytes = 0;
    for await (const ids of this.#members(tenant)) {
      for (const used of await Promise.all(ids.map((id) => this.#usedBytes(id)))) bytes += used;
    }
    return bytes;
  }

  /** The limits of an account, its disk limit cut to what the tenant leaves it. */
  async limits(account: AccountId, tenant: number | undefined, quotas: Quotas): Promise<MailLimits> {
    const limit = tenant === undefined ? undefined : await this.#limit(tenant);
    if (tenant === undefined || !limit) return quotas;
    const { sum, used } = await this.#current(tenant);
    const left = Math.max(0, limit - sum);
    const own = quotas['maxDiskQuota'];
    // 0 would mean that there is no limit.
    const most = Math.max(1, (used.get(account) ?? 0) + left);
    return own && own <= most ? quotas : { ...quotas, maxDiskQuota: most, isDiskShared: true };
  }

  async #limit(tenant: number): Promise<number | undefined> {
    const value = await this.#registry.object('Tenant', tenant);
    return (value?.quotas as Quotas | undefined)?.['maxDiskQuota'];
  }

  /** One after the other: who asks while accounts are looked at waits for what that finds. */
  #current(tenant: number): Promise<Known> {
    const known = this.#turn.then(() => this.#update(tenant));
    this.#turn = known.catch(() => undefined);
    return known;
  }

  async #update(tenant: number): Promise<Known> {
    for (const id of this.#moved) {
      this.#moved.delete(id);
      const account = await this.#registry.object('Account', id);
      const [before, after] = [this.#tenantOf.get(id), account?.memberTenantId ?? undefined];
      if (before === after) continue;
      if (before !== undefined) this.#forget(before);
      if (after !== undefined) this.#forget(after);
    }
    const earlier = this.#known.get(tenant);
    if (earlier && earlier.until <= now()) this.#forget(tenant);
    const known = this.#known.get(tenant) ?? (await this.#begin(tenant));
    const ids = [...known.stale];
    known.stale.clear();
    try {
      const found = await Promise.all(ids.map((id) => this.#usedBytes(id)));
      for (const [i, id] of ids.entries()) {
        known.sum += (found[i] as number) - (known.used.get(id) ?? 0);
        known.used.set(id, found[i] as number);
      }
    } catch (error) {
      for (const id of ids) known.stale.add(id);
      throw error;
    }
    return known;
  }

  /** Listens to the accounts of the tenant before it reads them, so that no change falls between. */
  async #begin(tenant: number): Promise<Known> {
    const known: Known = { until: now() + KEPT_MS, used: new Map(), stale: new Set(), sum: 0 };
    for await (const ids of this.#members(tenant)) for (const id of ids) known.used.set(id, 0);
    for (const id of known.used.keys()) {
      this.#tenantOf.set(id, tenant);
      known.stale.add(id);
    }
    this.#known.set(tenant, known);
    return known;
  }

  async *#members(tenant: number): AsyncGenerator<AccountId[]> {
    for await (const page of this.#registry.referrers({ type: 'Tenant', id: tenant }, 'Account'))
      yield page.map(({ id }) => id);
  }

  async #usedBytes(account: AccountId): Promise<number> {
    return (await this.#accounts.get(account).head()).usedBytes;
  }

  #forget(tenant: number): void {
    for (const id of this.#known.get(tenant)?.used.keys() ?? []) this.#tenantOf.delete(id);
    this.#known.delete(tenant);
  }

  #forgetAll(): void {
    this.#known.clear();
    this.#tenantOf.clear();
    this.#moved.clear();
  }
}
