// The per-account document model: ids, change log, one write path. Knows no document's meaning: the
// floors above own the bytes of their records (architecture.md §5, one log per account).
import type { Key, Page, Range, ScanOptions, SpoolFile } from '../store/index.ts';

export type AccountId = number;
/** 1 to 2^32 - 1, unique within the account over all collections, never reused. */
export type DocumentId = number;
/** Number of a write within the account: 1, 2, 3 ... below 2^53. */
export type ChangeId = number;

/**
 * Every type of data that has a state. Numbers are stored: never change one. The names are the data type
 * names of JMAP. `EmailDelivery` and `Quota` have states and no documents.
 */
export const DataType = {
  Mailbox: 1,
  Email: 2,
  Thread: 3,
  EmailDelivery: 4,
  Quota: 5,
  Identity: 6,
  EmailSubmission: 7,
  SieveScript: 8,
  PushSubscription: 9,
  ShareNotification: 10,
  Calendar: 11,
  CalendarEvent: 12,
  CalendarEventNotification: 13,
  ParticipantIdentity: 14,
  AddressBook: 15,
  ContactCard: 16,
  FileNode: 17,
} as const;
export type DataTypeName = keyof typeof DataType;
export type DataType = (typeof DataType)[DataTypeName];

const NAMES = new Map<number, DataTypeName>(
  (Object.entries(DataType) as [DataTypeName, DataType][]).map(([name, type]) => [type, name]),
);
/** Wire name of a data type. */
export const dataTypeName = (type: DataType): DataTypeName => NAMES.get(type) as DataTypeName;

/** Where an account stands: one small record, read before anything held in memory is used. */
export interface Head {
  /** Change id of the last write; 0 for an account without one. */
  readonly change: ChangeId;
  /** Changes when an account is restored: states of another epoch mean nothing. */
  readonly epoch: number;
  /** Oldest change id still in the log; below it changes cannot be calculated. */
  readonly horizon: ChangeId;
  /** Last UIDVALIDITY drawn. */
  readonly lastUidValidity: number;
  readonly nextDocument: DocumentId;
  /** Bytes that count against the disk quota. */
  readonly usedBytes: number;
  /** Last change id that touched a type; 0 when none did. */
  state(type: DataType): ChangeId;
  /** Documents of a type that exist. */
  count(type: DataType): number;
}

export type ChangeKind = 'create' | 'update' | 'destroy';

/** What happened to a mailbox or an email, as bits of `LogEntry.aspects`. */
export const Aspect = {
  /** Mailbox: name, parent, role, order. Others: content. */
  Properties: 1,
  /** Mailbox: counts. */
  Counters: 2,
  Acl: 4,
  Subscription: 8,
  /** Email. */
  Keywords: 16,
  /** Email: the mailboxes it is in; others: the container. */
  Containers: 32,
  /** Email: `\Deleted` in some mailbox. */
  Deleted: 64,
  /**
   * The document is out of sight before and after (an e-mail that is `\Deleted` everywhere): the entry stands in
   * the log for caches, but moves no state and is no part of `changes`.
   */
  Hidden: 128,
} as const;

/** One changed document in a change. Entries of one write are folded to one per document. */
export interface LogEntry {
  readonly type: DataType;
  readonly id: DocumentId;
  readonly kind: ChangeKind;
  readonly aspects: number;
  /** Containers (mailboxes, calendars ...) that held it before and after. */
  readonly before: readonly DocumentId[];
  readonly after: readonly DocumentId[];
}

export interface LogRecord {
  readonly change: ChangeId;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Connection that made the change, so that its own listener can skip the echo; empty when none. */
  readonly origin: string;
  /** True for mail that arrived from outside. */
  readonly delivery: boolean;
  readonly entries: readonly LogEntry[];
}

export interface AccountReader {
  readonly id: AccountId;
  readonly head: Head;
  get(key: Key): Promise<Uint8Array | undefined>;
  getMany(keys: readonly Key[]): Promise<(Uint8Array | undefined)[]>;
  scan(range: Range, options?: ScanOptions): Promise<Page>;
}

export interface DocumentChange {
  readonly aspects?: number;
  readonly before?: readonly DocumentId[];
  readonly after?: readonly DocumentId[];
  /**
   * Logs this kind in place of the operation's own: a document that leaves everyone's sight without leaving the
   * store is a `destroy` with its record kept, and its return a `create`.
   */
  readonly kind?: ChangeKind;
}

/**
 * What a write may do. Reads see the earlier writes of the queue and this write's own changes. Nothing else
 * may be awaited but reads. Throwing refuses the write: nothing of it is stored. Keys and values that were handed
 * over must not be changed afterwards. A write that sets rows and logs nothing is stored without a number of
 * its own (`\Recent`, last-access times).
 */
export interface AccountWriter extends AccountReader {
  /** This write's number. */
  readonly change: ChangeId;
  /** Milliseconds since 1970, the time of the log record. */
  readonly time: number;
  /** Draws a document id. */
  newId(): DocumentId;
  /** Creates a document with this hot record and logs it. The id comes from `newId` or is drawn here. */
  create(
    type: DataType,
    record: Uint8Array,
    change?: DocumentChange & { readonly id?: DocumentId },
  ): DocumentId;
  /** Replaces the hot record and logs it; without a record only logs. */
  update(type: DataType, id: DocumentId, record: Uint8Array | undefined, change?: DocumentChange): void;
  /** Removes the hot record and logs it. */
  destroy(type: DataType, id: DocumentId, change?: DocumentChange): void;
  /** Logs that a type without documents moved (`Quota`, `EmailDelivery`). */
  touch(type: DataType): void;
  /** A row beside the documents. */
  set(key: Key, value: Uint8Array): void;
  delete(key: Key): void;
  deleteRange(range: Range): void;
  /** Inserts the blob if it is absent. Link it in the same write. */
  putBlob(hash: Uint8Array, bytes: Uint8Array | SpoolFile): void;
  /** Links (or unlinks) a blob to a document of this account. */
  linkBlob(hash: Uint8Array, type: DataType, id: DocumentId): void;
  unlinkBlob(hash: Uint8Array, type: DataType, id: DocumentId): void;
  /** Changes what counts against the disk quota, and logs `Quota`. Bounds are the caller's to check. */
  addUsedBytes(delta: number): void;
  /** Draws a UIDVALIDITY: greater than every one before, at least the time in seconds (RFC 9051 §2.3.1.1). */
  newUidValidity(): number;
  /** Marks the write as mail from outside. */
  markDelivery(): void;
}

/** `change` is the head's when the write changed nothing: then no number was taken. */
export interface Written<T> {
  readonly result: T;
  readonly change: ChangeId;
}

export interface WriteOptions {
  /** Connection that makes the change. */
  readonly origin?: string;
}

/** Rows of no account (a queue entry) that go into the commit of a `writeAll`. */
export interface BesideRows {
  set(key: Key, value: Uint8Array): void;
  delete(key: Key): void;
  putBlob(hash: Uint8Array, bytes: Uint8Array | SpoolFile): void;
}

export interface WriteAllOptions<T> extends WriteOptions {
  /**
   * Runs once the outcome of every account is known, and may run again with them. What it sets is stored in the same
   * commit, also when all accounts refused. Throwing refuses the whole.
   */
  readonly beside?: (rows: BesideRows, outcomes: readonly WriteOutcome<T>[]) => void;
}

/** A place in the log: all of `change`, and the first `offset` entries of the change after it. */
export interface StatePosition {
  readonly change: ChangeId;
  readonly offset: number;
}

/** One type's share of the log, folded to one entry per document (RFC 8620 §5.2). */
export interface Changes {
  readonly newState: StatePosition;
  readonly hasMore: boolean;
  readonly entries: readonly LogEntry[];
}

export interface Account {
  readonly id: AccountId;
  /** One point read. */
  head(): Promise<Head>;
  /** Several reads that agree: repeated while the head moves. */
  read<T>(fn: (reader: AccountReader) => Promise<T>): Promise<T>;
  /** The only way to change an account's data. Resolves when durable. */
  write<T>(fn: (writer: AccountWriter) => Promise<T> | T, options?: WriteOptions): Promise<Written<T>>;
  /** Log records after `since`, oldest first, at most `limit`; undefined when the log no longer reaches back. */
  log(since: ChangeId, limit: number): Promise<LogRecord[] | undefined>;
  /** Changes of a type since a state; undefined when they cannot be calculated. */
  changes(type: DataType, since: StatePosition, limit: number): Promise<Changes | undefined>;
}

export type WriteOutcome<T> = Written<T> | { readonly error: unknown };

export interface Accounts {
  get(id: AccountId): Account;
  /**
   * One atomic change of several accounts (50 at most, none twice): `fn` runs once per account, side by side, and all
   * is stored in one commit. When `fn` throws for an account, that one is left out and its error is returned in its
   * place. Rejects when the commit itself failed.
   */
  writeAll<T>(
    ids: readonly AccountId[],
    fn: (writer: AccountWriter) => Promise<T> | T,
    options?: WriteAllOptions<T>,
  ): Promise<WriteOutcome<T>[]>;
}

/** What goes out on the bus after a commit. */
export interface StateChange {
  readonly account: AccountId;
  /** Highest change id of the commit. */
  readonly change: ChangeId;
  readonly epoch: number;
  /** Touched types with the change id that is their new state. */
  readonly types: readonly (readonly [DataType, ChangeId])[];
  /** Touched containers. */
  readonly containers: readonly DocumentId[];
  /** Connection that made the change; empty when several did. */
  readonly origin: string;
  readonly delivery: boolean;
}

declare module '../store/types.ts' {
  interface BusTopics {
    'account.state': StateChange;
  }
}
