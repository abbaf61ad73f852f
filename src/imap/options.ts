// What the IMAP face stands on; the composition root hands it in.
import type { Access } from '../access/index.ts';
import type { AccountId, StateChange } from '../account/index.ts';
import type { Mail, MailLimits } from '../mail/index.ts';
import type { Connection, TlsServer } from '../net/index.ts';
import type { ValueOf } from '../registry/index.ts';
import type { BlobStore } from '../store/index.ts';

/** The registry object `Imap`. */
export type ImapSettings = ValueOf<'Imap'>;

/** What the face needs of the registry object `Email`. */
export type EmailSettings = Pick<ValueOf<'Email'>, 'maxMessageSize' | 'defaultFolders'>;

/** Tells of state changes of accounts: one subscription to the bus for the whole process. */
export interface StateSource {
  /** Returns what ends the listening. */
  listen(accounts: Iterable<AccountId>, listener: (change: StateChange) => void): () => void;
}

export interface ImapOptions {
  readonly mail: Mail;
  readonly access: Access;
  readonly blobs: Pick<BlobStore, 'read' | 'readMany' | 'stream' | 'spool'>;
  readonly states: StateSource;
  readonly settings: () => ImapSettings;
  readonly email: () => EmailSettings;
  /** What an account may hold, for GETQUOTA; without it no limit is told. */
  readonly limitsOf?: (account: AccountId) => Promise<MailLimits>;
  /** Where JMAP clients begin (RFC 9698), as far as it is known. */
  readonly jmapUrl?: () => string | undefined;
  /** Name of this host, for the greeting. */
  readonly hostname: () => string;
  /** For STARTTLS; without it the command is not offered. */
  readonly tls?: TlsServer;
  /** Clients that are free of rates and of limits on connections (`architecture.md` §10.9). */
  readonly exempt?: (address: string) => boolean;
  /** A client has signed in: its connection no longer counts against those of strangers. */
  readonly onSignedIn?: (connection: Connection) => void;
}
