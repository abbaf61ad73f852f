// The disk limit of a tenant: what all of its accounts use together (spec-registry-auth §3.8). An account of a tenant
// may grow by what is left of it.
import type { AccountsService } from '../account/index.ts';
import { now } from '../base/index.ts';
import type { Registry } from '../registry/index.ts';

/** A sum is good for so long: the limit may be passed by what arrives within it. */
const KEPT_MS = 1000;

type Quotas = Readonly<Record<string, number>>;

export class TenantUsage {
  readonly #registry: Registry;
  readonly #accounts: AccountsService;
  readonly #sums = new Map<number, { readonly until: number; readonly bytes: Promise<number> }>();

  constructor(registry: Registry, accounts: AccountsService) {
    this.#registry = registry;
    this.#accounts = accounts;
  }

  /** Bytes that all accounts of the tenant use. */
  async sum(tenant: number): Promise<number> {
    let bytes = 0;
    for await (const page of this.#registry.referrers({ type: 'Tenant', id: tenant }, 'Account')) {
      for (const used of await Promise.all(page.map(({ id }) => this.#usedBytes(id)))) bytes += used;
    }
    return bytes;
  }

  /** The limits of an account, its disk limit cut to what the tenant leaves it. */
  async limits(account: number, tenant: number | undefined, quotas: Quotas): Promise<Quotas> {
    const limit = tenant === undefined ? undefined : await this.#limit(tenant);
    if (tenant === undefined || !limit) return quotas;
    const left = Math.max(0, limit - (await this.#recentSum(tenant)));
    const own = quotas['maxDiskQuota'];
    // 0 would mean that there is no limit.
    const most = Math.max(1, (await this.#usedBytes(account)) + left);
    return { ...quotas, maxDiskQuota: own ? Math.min(own, most) : most };
  }

  async #limit(tenant: number): Promise<number | undefined> {
    const value = await this.#registry.object('Tenant', tenant);
    return (value?.quotas as Quotas | undefined)?.['maxDiskQuota'];
  }

  #recentSum(tenant: number): Promise<number> {
    const known = this.#sums.get(tenant);
    const time = now();
    if (known && known.until > time) return known.bytes;
    const bytes = this.sum(tenant);
    this.#sums.set(tenant, { until: time + KEPT_MS, bytes });
    // A sum that failed is made anew by whoever asks next.
    bytes.catch(() => this.#sums.delete(tenant));
    return bytes;
  }

  async #usedBytes(account: number): Promise<number> {
    return (await this.#accounts.get(account).head()).usedBytes;
  }
}
