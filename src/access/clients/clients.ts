// Who may knock: addresses that are exempt from every limit, addresses that are blocked, and the counting that blocks
// those that misbehave (Security). The lists are the records of AllowedIp and BlockedIp; what is counted lives in the
// memory store, so that all threads and nodes count together.
import { cacheOf, emit, now } from '../../base/index.ts';
import { DECLARATIONS, Refusal, type Registry, SERVER_CONTEXT, type ValueOf } from '../../registry/index.ts';
import type { MemoryStore } from '../../store/index.ts';
import { bannedNetwork } from './address-table.ts';
import { ClientList } from './client-list.ts';

type Security = ValueOf<'Security'>;
type Reason = ValueOf<'BlockedIp'>['reason'];

/** What is counted against a client. */
export type Offence = 'auth' | 'abuse' | 'loiter' | 'scan';

const REASONS: Readonly<Record<Offence, Reason>> = {
  auth: 'authFailure',
  abuse: 'rcptToFailure',
  loiter: 'loitering',
  scan: 'portScanning',
};

export interface ClientOptions {
  readonly registry: Registry;
  readonly memory?: MemoryStore | undefined;
}

/** Most blocked addresses; the oldest make room. */
const MAX_BLOCKED = 100_000;
/** How long an address that signed in under a name is trusted with it while the name is under attack. */
const TRUSTED_MS = 30 * 86_400_000;
/** A trusted address is noted again after this time. */
const NOTED_MS = 3_600_000;

export class Clients {
  readonly #registry: Registry;
  readonly #memory: Omit<MemoryStore, 'clear'>;
  readonly #allowed: ClientList;
  readonly #blocked: ClientList;
  #exempt: (address: string) => boolean = isLoopback;
  #loading: Promise<void> = Promise.resolve();
  readonly #noted = cacheOf<string, true>(10_000, { ttl: NOTED_MS });
  readonly #listeners = new Set<() => void>();

  constructor({ registry, memory }: ClientOptions) {
    this.#registry = registry;
    this.#memory = memory ?? new ProcessMemory();
    this.#allowed = new ClientList(registry, 'AllowedIp');
    this.#blocked = new ClientList(registry, 'BlockedIp');
    registry.watch((change) => {
      if (!change) void this.load();
      else if (change.type === 'AllowedIp') void this.#inOrder(() => this.#allowed.loadOne(change.id));
      else if (change.type === 'BlockedIp') void this.#inOrder(() => this.#blocked.loadOne(change.id));
    });
    registry.actions.handle('ReloadBlockedIps', () => this.load());
    void this.load();
  }

  /** Reads both lists anew. Changes of their records, here or on another node, are followed one by one. */
  load(): Promise<void> {
    return this.#inOrder(async () => {
      await this.#allowed.load();
      await this.#blocked.load();
    });
  }

  /** One after the other, so that what was read later is what stands. */
  #inOrder(work: () => Promise<void>): Promise<void> {
    const before = this.#loading;
    this.#loading = (async () => {
      await before;
      try {
        await work();
        for (const listener of this.#listeners) listener();
      } catch (error) {
        emit('access.client-lists-failed', { error }, 'error');
      }
    })();
    return this.#loading;
  }

  /** Replaces loopback as the clients that are free of limits besides those of AllowedIp. */
  exemptOnly(exempt: (address: string) => boolean): void {
    this.#exempt = exempt;
  }

  /** Called whenever the lists have changed: connections of blocked clients can be closed then. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Free of every rate, concurrency and ban limit. The address is that of the client, behind trusted proxies. */
  readonly isExempt = (address: string): boolean => this.#exempt(address) || this.#allowed.has(address);

  /** To be turned away. Allowed beats blocked. */
  readonly isBlocked = (address: string): boolean => this.#blocked.has(address) && !this.isExempt(address);

  /** A wrong secret or unknown name. */
  async failedSignIn(address: string, name: string): Promise<void> {
    if (this.isExempt(address)) return;
    const rate = this.#registry.singleton('Security').authBanRate;
    if (name !== '' && rate) await this.#memory.incr(nameKey(name), 1, rate.period);
    await this.#count('auth', address);
  }

  /** A right secret: the address is no longer counted against, and is trusted with the name. */
  async signedIn(address: string, name: string): Promise<void> {
    if (this.isExempt(address)) return;
    const key = trustKey(name, address);
    if (this.#noted.has(key)) return;
    this.#noted.set(key, true);
    await this.#memory.delete(countKey('auth', bannedNetwork(address) ?? address));
    await this.#memory.set(key, TRUSTED, TRUSTED_MS);
  }

  /** Too many have guessed at the name, and this address never signed in under it: it has to wait. */
  async mustWait(address: string, name: string): Promise<boolean> {
    const rate = this.#registry.singleton('Security').authBanRate;
    if (!rate || this.isExempt(address)) return false;
    if ((await this.#memory.incr(nameKey(name), 0, rate.period)) < rate.count) return false;
    return (await this.#memory.get(trustKey(name, address))) === undefined;
  }

  /** A recipient was refused: unknown, or a domain that is not ours. */
  refusedRecipient(address: string): Promise<void> {
    return this.#offended('abuse', address);
  }

  /** A connection idled away without signing in. */
  loitered(address: string): Promise<void> {
    return this.#offended('loiter', address);
  }

  /** Not the protocol at all: garbage before sign-in, a broken TLS hello, malformed HTTP. */
  malformed(address: string): Promise<void> {
    return this.#offended('scan', address);
  }

  /** A path that nothing here has. True, and the address is blocked, when only scanners ask for it. */
  async unknownPath(address: string, path: string): Promise<boolean> {
    if (this.isExempt(address)) return false;
    const security = this.#registry.singleton('Security');
    if (security.scanBanRate === null || !security.scanBanPaths.some((glob) => matchesGlob(glob, path))) {
      return false;
    }
    await this.#ban('scan', address, 1, security);
    return true;
  }

  async #offended(offence: Offence, address: string): Promise<void> {
    if (!this.isExempt(address)) await this.#count(offence, address);
  }

  async #count(offence: Offence, address: string): Promise<void> {
    const security = this.#registry.singleton('Security');
    const rate = security[`${offence}BanRate`];
    const network = bannedNetwork(address);
    if (!rate || network === undefined) return;
    const count = await this.#memory.incr(countKey(offence, network), 1, rate.period);
    if (count >= rate.count) await this.#ban(offence, address, count, security);
  }

  /** Blocks the network of an address; one that is blocked already stays so for longer. */
  async #ban(offence: Offence, address: string, count: number, security: Security): Promise<void> {
    const network = bannedNetwork(address);
    if (network === undefined) return;
    const period = security[`${offence}BanPeriod`];
    const expiresAt = period === null ? null : Math.floor((now() + period) / 1000) * 1000;
    await this.#block(network, REASONS[offence], expiresAt);
    await this.#memory.delete(countKey(offence, network));
    emit(
      'access.client-banned',
      { client: network, reason: REASONS[offence], count, windowMs: security[`${offence}BanRate`]?.period },
      'warn',
    );
  }

  async #block(network: string, reason: Reason, expiresAt: number | null): Promise<void> {
    const { write } = this.#registry;
    await this.#makeRoom();
    const value = { address: network, reason, expiresAt, createdAt: Math.floor(now() / 1000) * 1000 };
    try {
      await write.createValue(DECLARATIONS.BlockedIp, value, SERVER_CONTEXT);
    } catch (error) {
      if (!(error instanceof Refusal) || error.error.type !== 'primaryKeyViolation') throw error;
      const holder = await this.#registry.holder('BlockedIp.address', network);
      if (!holder) return;
      await write.modify(DECLARATIONS.BlockedIp, holder.id, (before) => ({ ...before, reason, expiresAt }));
    }
    await this.#loading;
  }

  async #makeRoom(): Promise<void> {
    if ((await this.#registry.count('BlockedIp')) < MAX_BLOCKED) return;
    for await (const [oldest] of this.#registry.scan('BlockedIp')) {
      if (oldest) await this.#registry.write.destroy(DECLARATIONS.BlockedIp, oldest.id, SERVER_CONTEXT);
      return;
    }
  }
}

const TRUSTED = Uint8Array.of(1);

const countKey = (offence: Offence, network: string): string => `ban/${offence}/${network}`;
const nameKey = (name: string): string => `ban/name/${name.trim().toLowerCase()}`;
const trustKey = (name: string, address: string): string =>
  `ban/trust/${name.trim().toLowerCase()}/${address}`;

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

/** `*` stands for anything. Linear in both: the parts are looked for one after the other. */
export function matchesGlob(glob: string, text: string): boolean {
  const parts = glob.toLowerCase().split('*');
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  const lower = text.toLowerCase();
  if (parts.length === 1) return lower === first;
  if (!lower.startsWith(first) || !lower.endsWith(last) || lower.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = lower.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= lower.length - last.length;
}

/** Counts within this process alone, where there is no memory store. */
class ProcessMemory implements Pick<MemoryStore, 'get' | 'set' | 'incr' | 'delete' | 'lock'> {
  readonly #values = cacheOf<string, { bytes?: Uint8Array; sum: number }>(50_000);

  get(key: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#values.get(key)?.bytes);
  }

  set(key: string, bytes: Uint8Array, ttl: number): Promise<void> {
    this.#values.set(key, { bytes, sum: 0 }, { ttl });
    return Promise.resolve();
  }

  incr(key: string, by: number, ttl: number): Promise<number> {
    const found = this.#values.get(key);
    if (found) found.sum += by;
    else this.#values.set(key, { sum: by }, { ttl });
    return Promise.resolve(found?.sum ?? by);
  }

  delete(key: string): Promise<void> {
    this.#values.delete(key);
    return Promise.resolve();
  }

  lock(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}
