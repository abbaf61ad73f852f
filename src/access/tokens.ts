// Access tokens: resolved once, kept by account, and dropped when anything they were worked out from changes,
// here or on another node.
import { createHash } from 'node:crypto';
import type { LRUCache } from 'lru-cache';
import { cacheOf, encodeId, now } from '../base/index.ts';
import type { Registry } from '../registry/index.ts';
import type { Account, Credential } from './account-types.ts';
import {
  type CredentialLimit,
  effectivePermissions,
  explainPermission,
  limitToCredential,
} from './effective.ts';
import { type Permission, PermissionSet, permission } from './permissions.ts';
import { credentialLimit, registryView, type ResolvedGrants, resolveGrants, UNLIMITED } from './resolve.ts';
import type { AccessToken, AccountId, CredentialKind, Explanation, TenantId } from './token.ts';

/** Accounts kept resolved. */
const MAX_ACCOUNTS = 10_000;

/** The recovery administrator: no account record exists for it. */
export const RECOVERY_ACCOUNT: AccountId = 0xffff_ffff;

/** What survives when the main password has expired: enough to change it. */
const AFTER_EXPIRY = PermissionSet.ofNames([
  'authenticate',
  'authenticateWithAlias',
  'sysAccountPasswordGet',
  'sysAccountPasswordUpdate',
  'emailReceive',
]);

const IMPERSONATE = permission('impersonate');
const AUTHENTICATE = permission('authenticate');

/** True for those who may sign in as another account. */
export const mayActForOthers = (token: AccessToken): boolean =>
  token.has(IMPERSONATE) && token.has(AUTHENTICATE);

/** An account, resolved. */
interface Resolved {
  readonly id: AccountId;
  readonly value: Account;
  readonly address: string;
  readonly grants: ResolvedGrants;
  readonly effective: PermissionSet;
  readonly revision: number;
  valid: boolean;
}

/** The credential a token was given for; none when the server acts by itself or by OAuth. */
export interface CredentialUse {
  readonly kind: CredentialKind;
  /** Number of the credential within the account. */
  readonly credentialId?: string;
  /** Token of the account that signed in, when it acts as this one. */
  readonly actor?: AccessToken;
  /** Narrows the token further, as the scopes of an OAuth token do. */
  readonly limit?: CredentialLimit;
  /** Stored secret at the time: the token ends when it changes. */
  readonly fingerprint?: string;
}

/**
 * Stands for a credential when nobody is signed in: what was set up with it (a push subscription) holds as long as it
 * does. Holds nothing secret.
 */
export interface CredentialTicket {
  readonly kind: CredentialKind;
  /** Number of the credential within the account; empty for a sign-in that no stored credential stands behind. */
  readonly credentialId: string;
  /** Digest of the stored secret: another password is another credential. */
  readonly mark: string;
}

export class TokenService {
  readonly #registry: Registry;
  readonly #resolved: LRUCache<AccountId, Resolved>;
  readonly #dependents = new Map<string, Set<Resolved>>();
  #epoch = 0;
  #revision = 0;

  constructor(registry: Registry) {
    this.#registry = registry;
    this.#resolved = cacheOf(MAX_ACCOUNTS, {
      // what is no longer kept is no longer told of changes
      dispose: (entry) => this.#forget(entry),
    });
    registry.watch((change) => this.#changed(change));
  }

  /** Token of an account, or undefined when there is none of that number or the credential has gone. */
  async token(id: AccountId, use: CredentialUse = { kind: 'internal' }): Promise<AccessToken | undefined> {
    const resolved = await this.#resolve(id);
    return resolved && makeToken(resolved, use);
  }

  /** A token that is up to date, or undefined when its account or credential has gone or expired. */
  async refresh(token: AccessToken): Promise<AccessToken | undefined> {
    if (token.current) return token;
    if (token instanceof WholeToken) return token;
    if (!(token instanceof Token)) return undefined;
    const { actor } = token.use;
    if (!actor) return this.token(token.account, token.use);
    const renewed = await this.refresh(actor);
    return renewed && mayActForOthers(renewed)
      ? this.token(token.account, { ...token.use, actor: renewed })
      : undefined;
  }

  /** Undefined for who acts as another, for the recovery administrator and for tokens of the server's own. */
  ticket(token: AccessToken): CredentialTicket | undefined {
    if (!(token instanceof Token) || token.use.actor || token.credential === 'internal') return undefined;
    const { kind, credentialId = '', fingerprint } = token.use;
    return { kind, credentialId, mark: fingerprint === undefined ? '' : markOf(fingerprint) };
  }

  /** The token that the credential would get now; undefined when it is good no more. */
  async redeem(
    id: AccountId,
    { kind, credentialId, mark }: CredentialTicket,
  ): Promise<AccessToken | undefined> {
    const resolved = await this.#resolve(id);
    if (!resolved) return undefined;
    const secret = credentialOf(resolved.value, credentialId)?.secret;
    if (credentialId !== '' && (secret === undefined || (mark !== '' && markOf(secret) !== mark)))
      return undefined;
    const token = makeToken(resolved, { kind, ...(credentialId !== '' && { credentialId }) });
    return token?.has(AUTHENTICATE) ? token : undefined;
  }

  async #resolve(id: AccountId): Promise<Resolved | undefined> {
    const known = this.#resolved.get(id);
    if (known) return known;
    for (;;) {
      const epoch = this.#epoch;
      const value = await this.#registry.object('Account', id);
      if (!value) return undefined;
      const [domain, grants] = await Promise.all([
        this.#registry.object('Domain', value.domainId),
        resolveGrants(registryView(this.#registry), id, value),
      ]);
      if (epoch !== this.#epoch) continue;
      const entry: Resolved = {
        id,
        value,
        address: `${value.name}@${domain?.name ?? ''}`,
        grants,
        effective: effectivePermissions(grants.grants),
        revision: ++this.#revision,
        valid: true,
      };
      this.#keep(entry);
      return entry;
    }
  }

  #keep(entry: Resolved): void {
    this.#resolved.set(entry.id, entry);
    for (const name of namesOf(entry)) {
      const dependents = this.#dependents.get(name);
      if (dependents) dependents.add(entry);
      else this.#dependents.set(name, new Set([entry]));
    }
  }

  #forget(entry: Resolved): void {
    entry.valid = false;
    for (const name of namesOf(entry)) {
      const dependents = this.#dependents.get(name);
      dependents?.delete(entry);
      if (dependents?.size === 0) this.#dependents.delete(name);
    }
  }

  #changed(change: { readonly type: string; readonly id: number } | undefined): void {
    if (change && !RELEVANT.has(change.type)) return;
    this.#epoch++;
    if (!change || change.type === 'Authentication') {
      this.#resolved.clear();
      return;
    }
    const dependents = this.#dependents.get(`${change.type}/${change.id}`);
    for (const entry of Array.from(dependents ?? [])) this.#resolved.delete(entry.id);
  }
}

/** Types that tokens are worked out from. */
const RELEVANT: ReadonlySet<string> = new Set(['Account', 'Role', 'Tenant', 'Domain', 'Authentication']);

const namesOf = (entry: Resolved): readonly string[] => [
  ...entry.grants.from,
  `Domain/${entry.value.domainId}`,
];

/** The token of a credential, or undefined when the credential has gone or may no longer be used. */
function makeToken(resolved: Resolved, use: CredentialUse): AccessToken | undefined {
  const { value, effective } = resolved;
  const credential = credentialOf(value, use.credentialId);
  if (use.credentialId !== undefined) {
    if (!credential || (use.fingerprint !== undefined && credential.secret !== use.fingerprint))
      return undefined;
  }
  const expiresAt = credential?.expiresAt ?? undefined;
  const expired = expiresAt !== undefined && expiresAt <= now();
  let allowed = use.limit ? limitToCredential(effective, use.limit) : effective;
  let limit = use.limit ?? UNLIMITED;
  if (credential && credential['@type'] !== 'Password') {
    if (expired) return undefined;
    limit = credentialLimit(credential.permissions);
    allowed = limitToCredential(allowed, limit);
  } else if (expired) {
    limit = { mode: 'Replace', permissions: AFTER_EXPIRY };
    allowed = limitToCredential(allowed, limit);
  }
  return new Token(resolved, allowed, limit, use, expired ? undefined : expiresAt);
}

const markOf = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url').slice(0, 16);

export function credentialOf(account: Account, credentialId: string | undefined): Credential | undefined {
  if (credentialId === undefined || account['@type'] !== 'User') return undefined;
  return account.credentials.find((one) => one.credentialId === credentialId);
}

class Token implements AccessToken {
  readonly account: AccountId;
  readonly tenant: TenantId | undefined;
  readonly groups: readonly AccountId[];
  readonly address: string;
  readonly permissions: PermissionSet;
  readonly credential: CredentialKind;
  readonly revision: number;
  readonly actor: AccountId | undefined;
  readonly credentialId: string | undefined;
  readonly use: CredentialUse;
  readonly #resolved: Resolved;
  readonly #limit: CredentialLimit;
  readonly #expiresAt: number | undefined;

  constructor(
    resolved: Resolved,
    permissions: PermissionSet,
    limit: CredentialLimit,
    use: CredentialUse,
    expiresAt: number | undefined,
  ) {
    const { value } = resolved;
    this.account = resolved.id;
    this.tenant = value.memberTenantId ?? undefined;
    this.groups = value['@type'] === 'User' ? value.memberGroupIds : [];
    this.address = resolved.address;
    this.permissions = permissions;
    this.credential = use.kind;
    this.revision = resolved.revision;
    this.actor = use.actor?.account;
    this.credentialId = use.credentialId;
    this.use = use;
    this.#resolved = resolved;
    this.#limit = limit;
    this.#expiresAt = expiresAt;
  }

  get current(): boolean {
    return (
      this.#resolved.valid &&
      (this.#expiresAt === undefined || now() < this.#expiresAt) &&
      this.use.actor?.current !== false
    );
  }

  has(p: Permission): boolean {
    return this.permissions.has(p);
  }

  isMemberOf(account: AccountId): boolean {
    return account === this.account || this.groups.includes(account) || this.has(IMPERSONATE);
  }

  explain(p: Permission): Explanation {
    const name =
      this.use.credentialId === undefined ? this.credential : `credential ${this.use.credentialId}`;
    return explainPermission(this.#resolved.grants.grants, { name, limit: this.#limit }, p);
  }
}

/** Everything, for the operator who set it up outside the server. */
/** May do everything, and is no account of this server. */
class WholeToken implements AccessToken {
  readonly account: AccountId;
  readonly tenant = undefined;
  readonly groups = [];
  readonly address: string;
  readonly permissions = PermissionSet.all();
  readonly credential: CredentialKind;
  readonly revision = 0;
  readonly current = true;
  readonly actor = undefined;

  constructor(account: AccountId, name: string, credential: CredentialKind) {
    this.account = account;
    this.address = name;
    this.credential = credential;
  }

  has(): boolean {
    return true;
  }

  isMemberOf(): boolean {
    return true;
  }

  explain(p: Permission): Explanation {
    const path = this.address;
    return explainPermission(
      {
        account: { id: encodeId(this.account), name: this.address, grants: EVERYTHING },
        groups: [],
        tenant: undefined,
        roles: new Map(),
      },
      { name: path, limit: UNLIMITED },
      p,
    );
  }
}

const EVERYTHING = {
  mode: 'Replace',
  roles: [],
  enabled: PermissionSet.all(),
  disabled: PermissionSet.empty(),
} as const;

export const recoveryToken = (name: string): AccessToken =>
  new WholeToken(RECOVERY_ACCOUNT, name, 'recovery');

/** Token of whoever runs the server and speaks to it through the operator's socket: account 0, the server itself. */
export const operatorToken = (): AccessToken => new WholeToken(0, 'operator', 'internal');
