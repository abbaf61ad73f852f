// The door of access control: one object that the composition root opens and hands to every face.
import { type Bootstrapped, type BootstrapOptions, bootstrapDefaults } from './bootstrap.ts';
import {
  Authenticator,
  type AuthenticatorOptions,
  type BearerSignIn,
  type PasswordSignIn,
  type SignIn,
} from './authenticate.ts';
import { Clients } from './clients/clients.ts';
import { credentialsHook, credentialsSource } from './credentials.ts';
import { Directory } from './directory.ts';
import { GrantsGuard } from './guard.ts';
import { maskedEmailHook } from './masked-address.ts';
import { oauthClientHook } from './oauth-client.ts';
import { passwordSource, settingsSource } from './self-service.ts';
import type { AccessToken, AccountId } from './token.ts';
import { type CredentialTicket, type CredentialUse, TokenService } from './tokens.ts';
import './events.ts';

export type AccessOptions = Omit<AuthenticatorOptions, 'tokens' | 'clients'>;

export class Access {
  readonly directory: Directory;
  readonly authenticator: Authenticator;
  /** Exempt and blocked client addresses, and the counting that blocks. */
  readonly clients: Clients;
  readonly #tokens: TokenService;
  readonly #options: AccessOptions;

  private constructor(options: AccessOptions) {
    const { registry } = options;
    const guard = new GrantsGuard(registry);
    registry.addHook('grants', guard.hook);
    registry.addHook('credentials', credentialsHook(registry));
    registry.addHook('masked-email', maskedEmailHook(registry));
    registry.addHook('oauth-client', oauthClientHook(registry));
    registry.addSource('credentials', credentialsSource(registry, guard));
    registry.addSource('settings', settingsSource(registry));
    this.#options = options;
    this.#tokens = new TokenService(registry);
    this.directory = new Directory(registry);
    this.clients = new Clients({ registry, memory: options.memory });
    this.authenticator = new Authenticator({ ...options, tokens: this.#tokens, clients: this.clients });
    registry.addSource('password', passwordSource(registry, this.authenticator, this.clients));
  }

  /** Fills the registry's hooks; the registry can be written to afterwards. */
  static open(options: AccessOptions): Access {
    return new Access(options);
  }

  /** Writes what a new server begins with, as far as it is missing. */
  bootstrap(options: BootstrapOptions): Promise<Bootstrapped> {
    return bootstrapDefaults(this.#options.registry, options);
  }

  /** Signs in by name and secret. */
  authenticate(request: PasswordSignIn): Promise<SignIn> {
    return this.authenticator.password(request);
  }

  /** Signs in by a bearer token: an API key, or what the added verifiers know. */
  authenticateBearer(request: BearerSignIn): Promise<SignIn> {
    return this.authenticator.bearer(request);
  }

  /** Token of an account for the server's own work, or for a credential that was checked elsewhere. */
  token(account: AccountId, use?: CredentialUse): Promise<AccessToken | undefined> {
    return this.#tokens.token(account, use);
  }

  /** Stands for the token's credential when nobody is signed in; undefined where that is not possible. */
  ticket(token: AccessToken): CredentialTicket | undefined {
    return this.#tokens.ticket(token);
  }

  /** The token that the credential of a ticket would get now; undefined when it is good no more. */
  redeem(account: AccountId, ticket: CredentialTicket): Promise<AccessToken | undefined> {
    return this.#tokens.redeem(account, ticket);
  }

  /**
   * The token, brought up to date. Cheap while nothing changed: sessions call it for every request or batch of
   * commands. Undefined when the account or credential has gone, changed or expired: end the session.
   */
  refresh(token: AccessToken): Promise<AccessToken | undefined> {
    return this.#tokens.refresh(token);
  }
}
