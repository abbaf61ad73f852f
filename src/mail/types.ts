// The mail floor as the faces see it: mailboxes, messages and threads of one account, in memory as one moment
// (`view`) and changed by whole operations that are each one durable commit. Knows no wire syntax.
import type { Account, AccountId, ChangeId, DocumentId, Head } from '../account/index.ts';
import { Conflict } from '../base/index.ts';
import type { Message } from '../formats/mime/index.ts';
import type { SpoolFile } from '../store/index.ts';
import type { MailMaintenance } from './maintenance.ts';

/** UIDs as pairs `from, to` (both inclusive), ascending, no two touching: `1,3, 7,7` is 1:3,7. */
export type UidRanges = readonly number[];

export interface MailboxInfo {
  readonly id: DocumentId;
  readonly name: string;
  /** 0 at the top. */
  readonly parentId: DocumentId;
  /** IANA role in lower case (`inbox`, `trash` ...), or null. */
  readonly role: string | null;
  readonly sortOrder: number;
  /** E-mails that JMAP shows: without those that are `\Deleted` here. */
  readonly total: number;
  /** Those of `total` that have neither `$seen` nor `$draft`. */
  readonly unread: number;
  /** Accounts that are subscribed. */
  readonly subscribers: readonly AccountId[];
  /** Seconds; see RFC 9051 §2.3.1.1. */
  readonly uidValidity: number;
  /** UID that the next member gets. */
  readonly uidNext: number;
  /** Last change that added, flagged or removed a member; at least 1. */
  readonly highestModseq: ChangeId;
}

export interface ThreadCounts {
  readonly total: number;
  readonly unread: number;
}

/**
 * The members of one mailbox as IMAP counts them, by ascending UID, `\Deleted` ones included. A frozen moment:
 * later changes make another one.
 */
export interface MailboxMembers {
  readonly mailbox: MailboxInfo;
  readonly count: number;
  readonly uids: ArrayLike<number>;
  /** Row of the e-mail of each member in the view this came from. */
  readonly rows: ArrayLike<number>;
  /** Index of a UID, negative when it is not there. */
  indexOf(uid: number): number;
  /** The change that last added or flagged the member (`spec` §7.4). */
  modseq(index: number): ChangeId;
  /** `\Deleted` in this mailbox. */
  isDeleted(index: number): boolean;
  /**
   * Writes the flags of `count` members to the start of `out`: of those from `from` on, or of the indexes from that
   * place on. A bit each for the usual keywords (`MailView.keywordBit`), and `DELETED_BIT`.
   */
  flagBits(out: Uint32Array, count: number, from: number, indexes?: Uint32Array): void;
  /** Worked out at the first use. */
  readonly flagSummary: FlagSummary;
}

/** Which bits of `MailboxMembers.flagBits` some member has, and which all members have. */
export interface FlagSummary {
  readonly some: number;
  readonly every: number;
}

/** `\Deleted` in the mailbox, in `MailboxMembers.flagBits`. The bit below it is never set. */
export const DELETED_BIT = 0x8000_0000;

/**
 * One moment of an account, in memory. Rows stand in ascending order of id. E-mails that are `\\Deleted` in all
 * their mailboxes, which JMAP does not see, have rows too, except in `visible()`.
 */
export interface MailView {
  readonly head: Head;
  readonly mailboxes: ReadonlyMap<DocumentId, MailboxInfo>;
  /** Rows. */
  readonly count: number;
  readonly ids: ArrayLike<number>;
  /** Milliseconds since 1970. */
  readonly received: ArrayLike<number>;
  readonly sizes: ArrayLike<number>;
  readonly threads: ArrayLike<number>;
  /** Rows by ascending arrival, then id. Computed at the first use. */
  readonly byReceived: ArrayLike<number>;
  /** Row of an e-mail, negative when there is none. */
  row(id: DocumentId): number;
  /** Rows in a mailbox as JMAP sees it (without `\Deleted` members); undefined when there is no such mailbox. */
  mailboxRows(mailbox: DocumentId): ArrayLike<number> | undefined;
  mailboxIds(): Iterable<DocumentId>;
  /** Tells of a row whether it has the keyword; undefined when no e-mail has it. */
  keywordTest(keyword: string): ((row: number) => boolean) | undefined;
  /** The bit of a keyword in `MailboxMembers.flagBits`, 0 for those that are not there. */
  keywordBit(keyword: string): number;
  attachmentTest(): (row: number) => boolean;
  /** Mailboxes as JMAP sees them. */
  mailboxesOf(row: number): readonly DocumentId[];
  /** Keywords as first stored (`$seen`, `$flagged`, `todo`), `\Deleted` never among them. */
  keywordsOf(row: number): readonly string[];
  /** Rows of a thread by ascending arrival, then id. */
  threadRows(thread: DocumentId): ArrayLike<number>;
  threadCounts(mailbox: DocumentId): ThreadCounts;
  /** The members of a mailbox as IMAP sees them; undefined when there is no such mailbox. */
  members(mailbox: DocumentId): MailboxMembers | undefined;
  /** Every keyword that members of the mailbox have, for FLAGS and PERMANENTFLAGS. */
  keywordsIn(mailbox: DocumentId): readonly string[];
  /** The same moment without the e-mails that JMAP does not see: most often this view itself. */
  visible(): JmapView;
}

/** What JMAP reads of a view. */
export type JmapView = Omit<MailView, 'members' | 'keywordBit' | 'keywordsIn' | 'visible'>;

/** IMAP texts, one octet a character (RFC 9051 §7.5.2). */
export interface ImapForms {
  readonly envelope: Uint8Array;
  readonly bodyStructure: Uint8Array;
  /** BODY without extension data; made at each call. */
  readonly body: Uint8Array;
}

/** What is kept of a message beside its bytes and columns; written once. The texts themselves are for any client. */
export interface ColdRecord extends ImapForms {
  readonly hash: Uint8Array;
  readonly size: number;
  /** Decoded at the first use. */
  readonly message: Message;
  readonly preview: string;
  readonly hasAttachment: boolean;
  /** For clients that enabled UTF8=ACCEPT or IMAP4rev2 (RFC 6855 §3); the record itself where nothing differs. */
  readonly utf8: ImapForms;
}

export interface MailboxCreate {
  readonly name: string;
  readonly parentId: DocumentId;
  readonly role: string | null;
  readonly sortOrder: number;
  readonly subscriber: AccountId | undefined;
  /** Everyone who has rights on the parent gets the same on it. */
  readonly inheritGrants?: boolean;
}

export interface MailboxUpdate {
  readonly name?: string;
  readonly parentId?: DocumentId;
  readonly role?: string | null;
  readonly sortOrder?: number;
  readonly subscription?: { readonly account: AccountId; readonly subscribed: boolean };
}

/** A message to be stored. */
export interface MessageBytes {
  /** The whole message. */
  readonly bytes: Uint8Array;
  /** The same bytes as a durable file, for messages above the inline limit. */
  readonly file?: SpoolFile;
  /** SHA-256 of the bytes, where the caller knows it. */
  readonly hash?: Uint8Array;
}

export interface AppendInput extends MessageBytes {
  readonly mailboxIds: readonly DocumentId[];
  readonly keywords: readonly string[];
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Set `\Deleted` in each mailbox. */
  readonly deleted?: boolean;
}

export interface Appended {
  readonly id: DocumentId;
  readonly thread: DocumentId;
  readonly hash: Uint8Array;
  readonly size: number;
  /** One for each mailbox, in the order of `mailboxIds`. */
  readonly uids: readonly number[];
}

export interface EmailChange {
  readonly id: DocumentId;
  readonly mailboxes?:
    | { readonly replace: readonly DocumentId[] }
    | { readonly add: readonly DocumentId[]; readonly remove: readonly DocumentId[] };
  readonly keywords?:
    | { readonly replace: readonly string[] }
    | { readonly add: readonly string[]; readonly remove: readonly string[] };
}

/** A mailbox cannot be destroyed for what is in it. */
export class MailboxInUse extends Conflict {
  override readonly name: string = 'MailboxInUse';
  readonly holds: 'mailboxes' | 'emails';
  constructor(holds: 'mailboxes' | 'emails') {
    super(holds === 'mailboxes' ? 'the mailbox has child mailboxes' : 'the mailbox has e-mails');
    this.holds = holds;
  }
}

/** One value for each item asked, in the same order; an error where that item failed. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

export interface SearchQuery {
  readonly field: 'text' | 'from' | 'to' | 'cc' | 'bcc' | 'subject' | 'body';
  readonly value: string;
}

/** A STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3) on members of one mailbox. */
export interface FlagChange {
  readonly mode: 'add' | 'remove' | 'replace';
  readonly keywords: readonly string[];
  /** Whether `\Deleted` is among the flags. */
  readonly deleted: boolean;
  /** Members whose modseq is greater are left alone and reported. */
  readonly unchangedSince?: ChangeId;
}

export interface FlagsStored {
  /** UIDs that were left alone because of `unchangedSince`, ascending. */
  readonly modified: readonly number[];
}

/** UIDs of the copies: `to[i]` is the copy of `from[i]`; both ascending. */
export interface Copied {
  readonly uidValidity: number;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

export interface OperationOptions {
  /** Connection that makes the change, as state changes name it. */
  readonly origin?: string;
}

export interface MailAccount {
  readonly account: Account;
  /**
   * The account as it is now: every write that was acknowledged before the call, on whatever thread, is in it.
   * The default mailboxes exist (they are made at the first access).
   */
  view(): Promise<MailView>;
  /** Throws Invalid (`name`, `parentId`, `role`), Conflict (name taken, with the id), LimitExceeded. */
  createMailbox(input: MailboxCreate, options?: OperationOptions): Promise<DocumentId>;
  updateMailbox(id: DocumentId, update: MailboxUpdate, options?: OperationOptions): Promise<void>;
  /** As `updateMailbox`, all or none: what they leave is judged, so that two mailboxes may exchange their names. */
  updateMailboxes(updates: ReadonlyMap<DocumentId, MailboxUpdate>, options?: OperationOptions): Promise<void>;
  /**
   * Throws MailboxInUse when there are child mailboxes, or e-mails and `removeEmails` is false; AccessDenied for
   * the inbox, trash and junk.
   */
  destroyMailbox(
    id: DocumentId,
    options: { readonly removeEmails: boolean } & OperationOptions,
  ): Promise<void>;
  /** Each message is stored or fails alone; as few commits as may be. */
  append(messages: readonly AppendInput[], options?: OperationOptions): Promise<Outcome<Appended>[]>;
  /** All or nothing, in one commit (RFC 3502). */
  appendAll(messages: readonly AppendInput[], options?: OperationOptions): Promise<Appended[]>;
  updateEmails(changes: readonly EmailChange[], options?: OperationOptions): Promise<Outcome<void>[]>;
  destroyEmails(ids: readonly DocumentId[], options?: OperationOptions): Promise<Outcome<void>[]>;
  /** Many at once are many commits. */
  storeFlags(
    mailbox: DocumentId,
    uids: readonly number[],
    change: FlagChange,
    options?: OperationOptions,
  ): Promise<FlagsStored>;
  /** Adds the members to the target with their keywords; all or nothing. UIDs that are not there are skipped. */
  copy(
    mailbox: DocumentId,
    uids: readonly number[],
    target: DocumentId,
    options?: OperationOptions,
  ): Promise<Copied>;
  move(
    mailbox: DocumentId,
    uids: readonly number[],
    target: DocumentId,
    options?: OperationOptions,
  ): Promise<Copied>;
  /** Takes `\Deleted` members out of the mailbox, those of `uids` only when given; returns which went. */
  expunge(
    mailbox: DocumentId,
    uids: readonly number[] | undefined,
    options?: OperationOptions,
  ): Promise<readonly number[]>;
  /** UIDs that left the mailbox after a change; undefined when the log no longer reaches back so far. */
  vanished(mailbox: DocumentId, since: ChangeId): Promise<UidRanges | undefined>;
  /**
   * First UID that no read-write SELECT has seen yet. With `claim`, those up to `uidNext` count as seen from
   * now on (RFC 3501 §2.3.2).
   */
  recentFrom(mailbox: DocumentId, options: { readonly claim: boolean }): Promise<number>;
  /** Point reads of many at once, in the order asked. */
  cold(ids: readonly DocumentId[]): Promise<(ColdRecord | undefined)[]>;
  /** E-mails whose field holds all words of the value (RFC 8621 §4.4.1). */
  search(query: SearchQuery): Promise<readonly DocumentId[]>;
  /**
   * E-mails that may hold the text as a substring (RFC 9051 §6.4.4), a superset to be verified by reading; undefined
   * when the index cannot narrow it.
   */
  searchCandidates(query: SearchQuery): Promise<readonly DocumentId[] | undefined>;
}

/** A message that came from outside, already durable as a spool file when it is large. */
export interface Delivery extends MessageBytes {
  /**
   * SHA-256 of what was received, before our block (which is in `bytes`): for duplicate suppression
   * (`architecture.md` §10.18).
   */
  readonly receivedHash: Uint8Array;
  readonly receivedAt: number;
  /** Keywords each copy gets (`$junk` ...). */
  readonly keywords: readonly string[];
}

export interface Delivered {
  readonly id: DocumentId;
  /** True when the account has the message already, so nothing was stored. */
  readonly duplicate: boolean;
}

/** Mail of all accounts. */
export interface Mail {
  account(id: AccountId): MailAccount;
  /**
   * Stores one message in the inbox of each account in one commit: parsed once, one blob. An account that refuses
   * (LimitExceeded, NotFound) gets its error and the others their copy.
   */
  deliver(message: Delivery, accounts: readonly AccountId[]): Promise<Outcome<Delivered>[]>;
  /**
   * Throws LimitExceeded when the account cannot take so many octets: they are more than a mailbox takes
   * (`maxMessageSize`), or it is over its quota. Cheap, for RCPT.
   */
  checkRoom(account: AccountId, bytes: number): Promise<void>;
  /** What holds for an account: its own limits, and the settings where it has none. Throws NotFound. */
  limits(account: AccountId): Promise<MailLimits>;
  /** What the server does to the mail of an account by itself. */
  maintain(account: AccountId): MailMaintenance;
  /** What the columns of all accounts in use take. */
  memory(): MailMemory;
  /** Forgets what is in memory and waits for background work. */
  close(): Promise<void>;
}

export interface MailMemory {
  readonly bytes: number;
  readonly accounts: number;
  readonly emails: number;
}

/** What an account may hold; absent for no limit. */
export interface MailLimits {
  /** Bytes. */
  readonly maxDiskQuota?: number;
  /** The disk limit is what the other accounts of an organization leave, not the account's own. */
  readonly isDiskShared?: boolean;
  readonly maxEmails?: number;
  /** Overrides the setting. */
  readonly maxMailboxes?: number;
}

/** A mailbox that new accounts get. */
export interface DefaultFolder {
  readonly name: string;
  readonly create: boolean;
  readonly subscribe: boolean;
}

/** The part of the `Email` object that the mail floor reads. */
export interface MailSettings {
  readonly maxMailboxDepth: number;
  /** Bytes. */
  readonly maxMailboxNameLength: number;
  readonly maxMailboxes?: number | null;
  readonly maxMessages?: number | null;
  /** Bytes. */
  readonly maxMessageSize: number;
  /** By role; what is absent is as usual. */
  readonly defaultFolders?: Readonly<Record<string, Partial<DefaultFolder>>>;
}
