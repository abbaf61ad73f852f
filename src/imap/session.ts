// One client: what it has signed in as, enabled and selected, and what is on its way to it.
import { type AccessToken, permission } from '../access/index.ts';
import { emit, Slice } from '../base/index.ts';
import {
  decodeUtf7,
  decodeUtf8,
  encodeUtf7,
  encodeUtf8,
  formatAstring,
  ResponseWriter,
  safeText,
} from '../formats/imap/index.ts';
import type { MailAccount } from '../mail/index.ts';
import type { Connection } from '../net/index.ts';
import type { ColdCache } from './cold-cache.ts';
import type { MailboxCounts } from './counts.ts';
import type { Limits } from './limits.ts';
import type { OctetsCache } from './octets-cache.ts';
import type { OperationTable } from './operation.ts';
import type { ImapOptions } from './options.ts';
import { no, Refusal, type Reply, SessionEnd } from './reply.ts';
import type { Selected } from './selected.ts';

const AUTHENTICATE = permission('authenticate');
const HERE = permission('imapAuthenticate');
/** Octets of responses above which they are handed to the connection. */
const HAND_OVER = 64 * 1024;
/** Longest line of a client that has not signed in, and of one that has. */
export const MAX_LINE = { anonymous: 8192, signedIn: 65_536 } as const;

/** What all sessions share. */
export interface Face {
  readonly options: ImapOptions;
  readonly limits: Limits;
  readonly counts: MailboxCounts;
  readonly cold: ColdCache;
  readonly octets: OctetsCache;
  readonly table: OperationTable;
}

/** Who has signed in. */
export interface User {
  token: AccessToken;
  readonly mail: MailAccount;
  /** Counts the connection as closed. */
  readonly leave: () => void;
}

/** Features that a client has switched on (RFC 5161). */
export interface Enabled {
  condstore: boolean;
  qresync: boolean;
  /** Names and quoted strings are UTF-8 (RFC 6855, RFC 9051). */
  utf8: boolean;
  /** UTF8=ACCEPT itself, which forbids CHARSET (RFC 6855 §3). */
  utf8Accept: boolean;
  rev2: boolean;
}

const NOTHING: Enabled = { condstore: false, qresync: false, utf8: false, utf8Accept: false, rev2: false };

export type UserSession = Session & { user: User };
export type MailboxSession = UserSession & { selected: Selected };

export class Session {
  readonly face: Face;
  readonly options: ImapOptions;
  readonly connection: Connection;
  /** Names this session in state changes. */
  readonly origin: string;
  /** No rate and no count of connections applies to the client. */
  readonly exempt: boolean;
  readonly out = new ResponseWriter();
  readonly slice = new Slice();
  readonly enabled: Enabled = { ...NOTHING };
  user: User | undefined;
  selected: Selected | undefined;
  /** Failed attempts to sign in. */
  failures = 0;
  /** Commands in a row that could not be understood. */
  nonsense = 0;

  #breaths = 0;

  constructor(connection: Connection, face: Face) {
    this.connection = connection;
    this.face = face;
    this.options = face.options;
    this.origin = connection.id;
    this.exempt = face.options.exempt?.(connection.remote.address) === true;
  }

  get state(): 'notAuthenticated' | 'authenticated' | 'selected' {
    if (this.user === undefined) return 'notAuthenticated';
    return this.selected === undefined ? 'authenticated' : 'selected';
  }

  /** Passwords may cross this connection. */
  get allowsPasswords(): boolean {
    return this.connection.allowsPlainPasswords || this.options.settings().allowPlainTextAuth;
  }

  // Output

  /** Writes `* ` and a text of one character an octet, as a line. */
  untagged(text: string): void {
    this.out.text('* ').text(text).end();
  }

  tagged(tag: string, { status, code, text }: Reply): void {
    const inBrackets = code === undefined ? '' : `[${code}] `;
    this.out.text(`${tag} ${status} ${inBrackets}${safeText(text)}\r\n`);
  }

  /** Hands what was written to the connection, which sends it when the session waits. */
  handOver(): void {
    if (this.out.size === 0) return;
    for (const chunk of this.out.take()) this.connection.put(chunk);
  }

  /** To be awaited between the pieces of long responses: keeps to the peer's window and lets others run. */
  breathe(): Promise<void> | undefined {
    // hot: per message of long responses, so it does not look at the clock each time
    if (this.out.size >= HAND_OVER) return this.#push();
    return (++this.#breaths & 31) === 0 && this.slice.due() ? this.#pause() : undefined;
  }

  async #push(): Promise<void> {
    for (const chunk of this.out.take()) await this.connection.write(chunk);
    if (this.slice.due()) await this.slice.pause();
  }

  async #pause(): Promise<void> {
    this.handOver();
    await this.slice.pause();
  }

  // Input

  /** The next line, without its end. Responses go out before it is waited for. */
  async readLine(max: number): Promise<Buffer> {
    for (;;) {
      const line = this.connection.tryReadLine(max);
      if (line !== undefined) return line;
      await this.wait();
    }
  }

  /** Sends everything and waits for input. */
  async wait(): Promise<void> {
    this.handOver();
    await this.connection.more();
    this.slice.begin();
  }

  // Names and texts

  /** Name of a mailbox as a client wrote it (RFC 9051 §5.1, RFC 3501 §5.1.3). @throws Refusal */
  decodeName(bytes: string): string {
    const name = this.enabled.utf8 ? decodeUtf8(bytes) : decodeUtf7(bytes);
    if (name !== undefined) return name;
    // Clients that write UTF-8 without having enabled it are understood.
    const lenient = this.enabled.utf8 ? undefined : decodeUtf8(bytes);
    if (lenient !== undefined && !bytes.includes('&')) return lenient;
    throw new Refusal(no('The mailbox name is not encoded as it must be.', 'CANNOT'));
  }

  /** A name as it goes on the wire. */
  encodeName(name: string): string {
    return formatAstring(this.enabled.utf8 ? encodeUtf8(name) : encodeUtf7(name), {
      utf8: this.enabled.utf8,
    });
  }

  // State

  /** Brings the access token up to date. @throws SessionEnd when the account, credential or right to be here is gone */
  async refreshToken(user: User): Promise<void> {
    if (user.token.current) return;
    const token = await this.options.access.refresh(user.token);
    if (token?.has(AUTHENTICATE) !== true || !token.has(HERE)) {
      throw new SessionEnd('The account or its credential has changed.');
    }
    user.token = token;
  }

  /** CONDSTORE is on from now on; the first use in a mailbox tells where it stands (RFC 7162 §3.1). */
  useCondstore(): void {
    if (this.enabled.condstore) return;
    this.enabled.condstore = true;
    if (this.selected) this.untagged(`OK [HIGHESTMODSEQ ${this.selected.highestModseq}] CONDSTORE is on`);
  }

  /** Back to how the connection began (RFC 8437). */
  signOut(): void {
    this.user?.leave();
    this.user = undefined;
    this.selected = undefined;
    Object.assign(this.enabled, NOTHING);
    this.connection.idleMs = this.options.settings().timeoutAnonymous;
  }

  /** Reports a refused permission. */
  unauthorized(permission: string, operation: string): void {
    const account = this.user?.token.account;
    if (account === undefined) return;
    emit('security.unauthorized', { account, permission, operation }, 'warn');
  }
}
