// Sign-in: who a name and a secret, or a bearer token, belong to, and whether they may come in.
import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { cacheOf, emit, encodeId, now, randomBytes, readU16, Unavailable } from '../base/index.ts';
import {
  ADDRESS_SPACE,
  addressKey,
  type PermissionName,
  type Registry,
  schema,
  type StoredRecord,
  type ValueOf,
} from '../registry/index.ts';
import { isLoopback } from '../net/index.ts';
import type { MemoryStore } from '../store/index.ts';
import type { User } from './account-types.ts';
import type { Clients } from './clients/clients.ts';
import { isApiKey, parseApiKey, parseAppPassword } from './generated-secrets.ts';
import { FairQueue, hashSecret, verifySecret } from './passwords/index.ts';
import { permission } from './permissions.ts';
import type { AccessToken, AccountId } from './token.ts';
import { credentialOf, mayActForOthers, recoveryToken, type TokenService } from './tokens.ts';
import { matchingStep, parseTotp } from './totp.ts';
import { VerifiedSecrets } from './verified.ts';

type Password = Extract<User['credentials'][number], { '@type': 'Password' }>;

export interface SignInClient {
  /** Address of the client, after any proxy that is trusted. */
  readonly address: string;
  /** Permission of the protocol, checked after `authenticate`: `imapAuthenticate`, `emailSend`... */
  readonly requires?: PermissionName;
}

export interface PasswordSignIn extends SignInClient {
  readonly name: string;
  readonly secret: string;
  /** One-time code, where the protocol can give one. */
  readonly totp?: string;
}

export interface BearerSignIn extends SignInClient {
  readonly token: string;
  /** Account name that came with the token, if any. */
  readonly name?: string;
  /** API keys sign in over HTTP only. */
  readonly allowApiKey: boolean;
}

export type SignInFailure =
  /** Unknown name or wrong secret: nothing more is said. */
  | { readonly ok: false; readonly reason: 'badCredentials' }
  /** The secret is right; the account may not do this. */
  | { readonly ok: false; readonly reason: 'missingPermission'; readonly permission: PermissionName }
  /** The credential is right and has expired. */
  | { readonly ok: false; readonly reason: 'expired' }
  /** The credential is right and may not be used from this address. */
  | { readonly ok: false; readonly reason: 'notAllowedFrom' }
  /** The password is right and a one-time code is needed as well. */
  | { readonly ok: false; readonly reason: 'mfaRequired' }
  /** Nothing is known about the secret: try again later. */
  | { readonly ok: false; readonly reason: 'unavailable'; readonly retryAfterMs: number };

export type SignIn = { readonly ok: true; readonly token: AccessToken } | SignInFailure;

/** Checks bearer tokens that are no API keys; undefined when the token is not one of its own. */
export type BearerVerifier = (request: BearerSignIn) => Promise<SignIn | undefined>;

export interface AuthenticatorOptions {
  readonly registry: Registry;
  readonly tokens: TokenService;
  readonly clients: Clients;
  /** Shared between threads and nodes: stops the replay of one-time codes everywhere. */
  readonly memory?: MemoryStore;
  /** `WAYPOST_RECOVERY_ADMIN`: the secret may be plain or a hash. */
  readonly recoveryAdmin?: { readonly name: string; readonly secret: string };
  /** Wait 50 to 500 ms before a failure is told; default true. */
  readonly delayFailures?: boolean;
}

/** Checks of passwords that run at one time, that wait, and that wait for one client address. */
const QUEUE = { running: Math.max(1, Math.min(4, availableParallelism())), waiting: 512, waitingPerKey: 32 };

const AUTHENTICATE = permission('authenticate');
const WITH_ALIAS = permission('authenticateWithAlias');
/** Failures that say that somebody guesses. */
const COUNTED: ReadonlySet<SignInFailure['reason']> = new Set(['badCredentials', 'notAllowedFrom']);
const BAD: SignInFailure = { ok: false, reason: 'badCredentials' };

/** Longest name and secret that are looked at. */
const MAX_NAME = 512;
const MAX_SECRET = 4096;

export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #registry: Registry;
  readonly #tokens: TokenService;
  readonly #queue = new FairQueue(QUEUE);
  readonly #verified = new VerifiedSecrets();
  readonly #bearers: BearerVerifier[] = [];
  readonly #usedCodes = cacheOf<string, true>(10_000, { ttl: 10 * 60_000 });
  #decoy: Promise<string> | undefined;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#registry = options.registry;
    this.#tokens = options.tokens;
  }

  /** Adds a checker of bearer tokens, asked after those added before. */
  addBearerVerifier(verifier: BearerVerifier): void {
    this.#bearers.push(verifier);
  }

  /** Signs in by name and secret. Never throws for what the client sent. */
  async password(request: PasswordSignIn): Promise<SignIn> {
    return this.#finish(request.name, request, await this.#guarded(() => this.#admitted(request)));
  }

  /** Signs in by a bearer token. Never throws for what the client sent. */
  async bearer(request: BearerSignIn): Promise<SignIn> {
    return this.#finish(request.name ?? '', request, await this.#guarded(() => this.#bearer(request)));
  }

  /** True when the secret is the account's password, without signing in: for changes that ask for it again. */
  async isPassword(account: AccountId, secret: string, client: string): Promise<boolean> {
    const value = await this.#registry.object('Account', account);
    const password = value?.['@type'] === 'User' ? passwordOf(value) : undefined;
    return this.#verify(password?.secret, secret, client);
  }

  /** True when the code is the account's current one-time code and was not used before. */
  async isOneTimeCode(account: AccountId, otpAuth: string, code: string): Promise<boolean> {
    const totp = parseTotp(otpAuth);
    const step = totp && matchingStep(totp, code, now());
    if (!totp || step === undefined) return false;
    const name = `totp/${encodeId(account)}/${step}`;
    const { memory } = this.#options;
    if (memory) return (await memory.incr(name, 1, totp.period * 4000)) === 1;
    if (this.#usedCodes.has(name)) return false;
    this.#usedCodes.set(name, true);
    return true;
  }

  /** A name that too many have guessed at is open only to those who are known to have its secret. */
  async #admitted(request: PasswordSignIn): Promise<SignIn> {
    const { clients } = this.#options;
    const { address, name } = request;
    if (clients.isBlocked(address)) return BAD;
    if (name.length <= MAX_NAME && (await clients.mustWait(address, name))) return BAD;
    return this.#password(request);
  }

  async #guarded(work: () => Promise<SignIn>): Promise<SignIn> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return { ok: false, reason: 'unavailable', retryAfterMs: error.retryAfterMs };
    }
  }

  /** Permissions, telemetry and the delay of failures are the same for every way to sign in. */
  async #finish(name: string, client: SignInClient, result: SignIn): Promise<SignIn> {
    const checked = result.ok ? this.#authorize(result.token, client) : result;
    if (checked.ok) {
      const { account, address, credential, actor } = checked.token;
      emit('access.signed-in', { account, address, credential, client: client.address, actor });
      await this.#options.clients.signedIn(client.address, name);
      return checked;
    }
    emit('access.sign-in-failed', {
      name: name.slice(0, MAX_NAME),
      client: client.address,
      reason: checked.reason,
    });
    if (COUNTED.has(checked.reason)) {
      await this.#options.clients.failedSignIn(client.address, name.slice(0, MAX_NAME));
    }
    if (this.#options.delayFailures !== false && checked.reason !== 'unavailable') {
      await wait(50 + (readU16(randomBytes(2), 0) % 451));
    }
    return checked;
  }

  #authorize(token: AccessToken, { requires }: SignInClient): SignIn {
    if (!token.has(AUTHENTICATE)) return missing('authenticate');
    if (requires && !token.has(permission(requires))) return missing(requires);
    return { ok: true, token };
  }

  async #password(request: PasswordSignIn): Promise<SignIn> {
    const { name, secret } = request;
    if (name === '' || secret === '' || name.length > MAX_NAME || secret.length > MAX_SECRET) return BAD;
    const [targetName, actorName] = splitActor(name.trim().toLowerCase());
    if (actorName === undefined || this.#complete(actorName) === this.#complete(targetName)) {
      return this.#own(targetName, request);
    }
    // an app password never acts for others
    if (parseAppPassword(secret)) {
      await this.#verify(undefined, secret, request.address);
      return BAD;
    }
    const actor = await this.#own(actorName, request);
    if (!actor.ok) return actor;
    if (!mayActForOthers(actor.token))
      return missing(actor.token.has(AUTHENTICATE) ? 'impersonate' : 'authenticate');
    const target = await this.#find(targetName);
    const token =
      target && (await this.#tokens.token(target.id, { kind: actor.token.credential, actor: actor.token }));
    return token ? { ok: true, token } : BAD;
  }

  async #own(name: string, request: PasswordSignIn): Promise<SignIn> {
    const { recoveryAdmin } = this.#options;
    if (recoveryAdmin && name === recoveryAdmin.name.toLowerCase())
      return this.#recovery(recoveryAdmin, request);
    const found = await this.#find(name);
    const app = parseAppPassword(request.secret);
    if (app) return this.#appPassword(found, app, request);
    if (await this.#isExternal(name)) return { ok: false, reason: 'unavailable', retryAfterMs: 60_000 };
    const password = found && passwordOf(found.user);
    const right = await this.#verify(password?.secret, request.secret, request.address);
    if (!right || !found || !password) return BAD;
    const token = await this.#tokens.token(found.id, {
      kind: 'password',
      credentialId: password.credentialId,
      fingerprint: password.secret,
    });
    if (!token || (found.byAlias && !token.has(WITH_ALIAS))) return BAD;
    if (password.otpAuth !== null) {
      if (request.totp === undefined) return { ok: false, reason: 'mfaRequired' };
      if (!(await this.isOneTimeCode(found.id, password.otpAuth, request.totp))) return BAD;
    }
    if (!isAllowedFrom(password.allowedIps, request.address)) return { ok: false, reason: 'notAllowedFrom' };
    return { ok: true, token };
  }

  async #recovery(
    admin: { readonly name: string; readonly secret: string },
    request: PasswordSignIn,
  ): Promise<SignIn> {
    const right = await this.#verify(admin.secret, request.secret, request.address);
    emit('access.recovery-used', { client: request.address, succeeded: right }, 'warn');
    return right ? { ok: true, token: recoveryToken(admin.name) } : BAD;
  }

  async #appPassword(
    found: Found | undefined,
    { credential, secret }: { readonly credential: number; readonly secret: string },
    request: PasswordSignIn,
  ): Promise<SignIn> {
    const result = await this.#secondary(found?.id, found?.user, 'AppPassword', credential, secret, request);
    if (!result.ok || !found?.byAlias || result.token.has(WITH_ALIAS)) return result;
    return BAD;
  }

  async #bearer(request: BearerSignIn): Promise<SignIn> {
    if (request.token === '' || request.token.length > MAX_SECRET) return BAD;
    if (isApiKey(request.token)) {
      const key = parseApiKey(request.token);
      if (!key || !request.allowApiKey) return BAD;
      const value = await this.#registry.object('Account', key.account);
      const user = value?.['@type'] === 'User' && (await this.#isEnabled(value)) ? value : undefined;
      return this.#secondary(key.account, user, 'ApiKey', key.credential, key.secret, request);
    }
    for (const verify of this.#bearers) {
      const result = await verify(request);
      if (result) return result;
    }
    return BAD;
  }

  async #secondary(
    id: AccountId | undefined,
    user: User | undefined,
    kind: 'AppPassword' | 'ApiKey',
    credential: number,
    secret: string,
    client: SignInClient,
  ): Promise<SignIn> {
    const found = user && credentialOf(user, encodeId(credential));
    const stored = found?.['@type'] === kind ? found : undefined;
    const right = await this.#verify(stored?.secret, secret, client.address);
    if (!right || !stored || id === undefined) return BAD;
    if (stored.expiresAt !== null && stored.expiresAt <= now()) return { ok: false, reason: 'expired' };
    if (!isAllowedFrom(stored.allowedIps, client.address)) return { ok: false, reason: 'notAllowedFrom' };
    const token = await this.#tokens.token(id, {
      kind: kind === 'AppPassword' ? 'appPassword' : 'apiKey',
      credentialId: stored.credentialId,
      fingerprint: stored.secret,
    });
    return token ? { ok: true, token } : BAD;
  }

  /** Compares a secret; where there is nothing to compare with, it takes as long and fails. */
  async #verify(stored: string | undefined, given: string, client: string): Promise<boolean> {
    if (stored !== undefined && this.#verified.has(stored, given)) return true;
    // A client on this machine stands for many people: each of them has a turn of their own.
    const turn = isLoopback(client) ? `${client} ${stored ?? ''}` : client;
    return this.#queue.run(turn, async () => {
      // Another connection of the same user may have been checked while this one waited.
      if (stored !== undefined && this.#verified.has(stored, given)) return true;
      const compareWith = stored ?? (await this.#decoyHash());
      const same = await verifySecret(compareWith, given);
      const right = same && stored !== undefined;
      if (right) this.#verified.keep(stored, given);
      return right;
    });
  }

  #decoyHash(): Promise<string> {
    this.#decoy ??= hashSecret(Buffer.from(randomBytes(18)).toString('base64'), 'argon2id');
    return this.#decoy;
  }

  /** Completes a name without a domain by the default one. */
  #complete(name: string): string {
    return name.includes('@') ? schema.normalizeEmail(name) : name;
  }

  async #find(name: string): Promise<Found | undefined> {
    const local = name.includes('@') ? name.slice(0, name.lastIndexOf('@')) : name;
    const domain = await this.#domainOf(name);
    if (!domain?.value.isEnabled) return undefined;
    const holder = await this.#registry.holder(ADDRESS_SPACE, addressKey(local, domain.id));
    if (holder?.type !== 'Account') return undefined;
    const user = await this.#registry.object('Account', holder.id);
    if (user?.['@type'] !== 'User' || !(await this.#isEnabled(user))) return undefined;
    const byAlias = user.name !== local || user.domainId !== domain.id;
    const alias = user.aliases.find((one) => one.name === local && one.domainId === domain.id);
    return byAlias && alias?.enabled !== true ? undefined : { id: holder.id, user, byAlias };
  }

  /** The domain of a name, or the default one when it names none. */
  async #domainOf(name: string): Promise<StoredRecord<ValueOf<'Domain'>> | undefined> {
    const at = name.lastIndexOf('@');
    const id =
      at < 0
        ? this.#registry.singleton('SystemSettings').defaultDomainId
        : (await this.#registry.holder('Domain', schema.normalizeDomain(name.slice(at + 1))))?.id;
    return id ? this.#registry.record('Domain', id) : undefined;
  }

  /** Passwords of the domain are kept in an external directory. */
  async #isExternal(name: string): Promise<boolean> {
    const domain = await this.#domainOf(name);
    return (domain?.value.directoryId ?? this.#registry.singleton('Authentication').directoryId) !== null;
  }

  /** Nobody signs in under a domain that is switched off. */
  async #isEnabled(user: User): Promise<boolean> {
    return (await this.#registry.object('Domain', user.domainId))?.isEnabled === true;
  }
}

interface Found {
  readonly id: AccountId;
  readonly user: User;
  /** The address is not the account's own one. */
  readonly byAlias: boolean;
}

const missing = (name: PermissionName): SignInFailure => ({
  ok: false,
  reason: 'missingPermission',
  permission: name,
});

const passwordOf = (user: User): Password | undefined =>
  user.credentials.find((one): one is Password => one['@type'] === 'Password');

/** `target%actor`: the actor's secret opens the target's account. */
function splitActor(name: string): [string, string | undefined] {
  const at = name.indexOf('%');
  return at < 0 ? [name, undefined] : [name.slice(0, at), name.slice(at + 1)];
}

const isAllowedFrom = (networks: readonly string[], address: string): boolean =>
  networks.length === 0 || networks.some((network) => schema.inNetwork(address, network));
