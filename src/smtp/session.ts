// One client's session: what it has said so far, and what it may do because of that.
import type { Access, AccessToken } from '../access/index.ts';
import type { Mailbox, MailParameters } from '../formats/smtp/index.ts';
import type { Client, EnvelopeRecipient, Incoming, ListenerKind, Mta, SessionPolicy } from '../mta/index.ts';
import type { Connection, TlsServer } from '../net/index.ts';

export interface SmtpOptions {
  readonly mta: Mta;
  readonly access: Pick<Access, 'authenticate' | 'refresh'>;
  /**
   * Clients that are free of waits after failures and may greet with a short name: loopback and allowed
   * addresses. The address is the effective one, as `normalizeAddress` spells it.
   */
  readonly exempt: (address: string) => boolean;
  /** Clients that LMTP takes mail from (`architecture.md` §10.17). */
  readonly lmtpTrusted: (address: string) => boolean;
}

/** What a session has to know of the listener that accepted it. */
export interface SmtpListener {
  readonly name: string;
  readonly kind: ListenerKind;
  /** Offers STARTTLS. */
  readonly tls?: TlsServer;
  /** Called when the client of a connection has signed in. */
  readonly signedIn?: (connection: Connection) => void;
}

/**
 * `new` until the client has introduced itself, `greeted` then; within a transaction `mail` until a recipient
 * was accepted, `rcpt` then, and `chunks` between the BDATs of a message.
 */
export type SessionState = 'new' | 'greeted' | 'mail' | 'rcpt' | 'chunks';

/** A mail transaction while it is built. */
export interface Transaction {
  readonly sender: Mailbox | null;
  readonly parameters: MailParameters;
  readonly recipients: EnvelopeRecipient[];
  /** Comparison forms of the accepted recipients. */
  readonly seen: Set<string>;
  /** Set between the chunks of a message. */
  incoming: Incoming | undefined;
}

export class Session {
  readonly options: SmtpOptions;
  readonly connection: Connection;
  readonly listener: SmtpListener;
  readonly exempt: boolean;
  policy: SessionPolicy;
  /** Name the client gave itself; undefined until it did. */
  helo: string | undefined;
  /** False after HELO. */
  extended = false;
  token: AccessToken | undefined;
  transaction: Transaction | undefined;
  authFailures = 0;
  rcptFailures = 0;
  /** Messages whose content was received. */
  messages = 0;
  /** A reply was given after which the connection is closed. */
  over = false;

  constructor(options: SmtpOptions, connection: Connection, listener: SmtpListener) {
    this.options = options;
    this.connection = connection;
    this.listener = listener;
    this.exempt = options.exempt(connection.remote.address);
    this.policy = this.#policy();
  }

  get state(): SessionState {
    const { transaction } = this;
    if (transaction === undefined) return this.helo === undefined ? 'new' : 'greeted';
    if (transaction.incoming !== undefined) return 'chunks';
    return transaction.recipients.length > 0 ? 'rcpt' : 'mail';
  }

  get client(): Client {
    const { connection, listener } = this;
    return {
      connection: connection.id,
      listener: listener.name,
      kind: listener.kind,
      address: connection.remote.address,
      helo: this.helo ?? 'unknown',
      extended: this.extended,
      secure: connection.secure,
      tls: connection.tls,
      token: this.token,
    };
  }

  /** STARTTLS can be done: there is a certificate, and no TLS yet. */
  get offersTls(): boolean {
    return this.listener.tls !== undefined && !this.connection.secure;
  }

  /** Reads the settings again: who the client is, or how it is connected, has changed. */
  renewPolicy(): void {
    this.policy = this.#policy();
    this.connection.idleMs = this.policy.timeoutMs;
    this.connection.deadline = this.connection.startedAt + this.policy.maxDurationMs;
    this.connection.maxBytesIn = this.policy.transferLimit;
  }

  signIn(token: AccessToken): void {
    this.token = token;
    this.renewPolicy();
    this.listener.signedIn?.(this.connection);
  }

  /** Ends the transaction; content that has arrived is thrown away. */
  async reset(): Promise<void> {
    const incoming = this.transaction?.incoming;
    this.transaction = undefined;
    await incoming?.intake.discard();
  }

  /** Forgets everything the client has said (RFC 3207 §4.2). */
  async forget(): Promise<void> {
    await this.reset();
    this.helo = undefined;
    this.extended = false;
    this.token = undefined;
    this.renewPolicy();
  }

  #policy(): SessionPolicy {
    return this.options.mta.policy({
      kind: this.listener.kind,
      plainPasswords: this.connection.allowsPlainPasswords,
      authenticated: this.token !== undefined,
    });
  }
}
