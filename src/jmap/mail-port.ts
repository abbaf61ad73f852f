// What this face asks of the mail floor.
import type { Account, AccountId, DocumentId, Head } from '../account/index.ts';
import type { Message } from '../formats/mime/index.ts';
import type { EmailColumns } from './email/columns.ts';

export interface MailboxInfo {
  readonly id: DocumentId;
  readonly name: string;
  /** 0 at the top. */
  readonly parentId: DocumentId;
  readonly role: string | null;
  readonly sortOrder: number;
  readonly total: number;
  readonly unread: number;
  /** Accounts that are subscribed. */
  readonly subscribers: readonly AccountId[];
}

export interface ThreadCounts {
  readonly total: number;
  readonly unread: number;
}

/** One moment of an account, in memory. */
export interface MailView extends EmailColumns {
  readonly head: Head;
  readonly mailboxes: ReadonlyMap<DocumentId, MailboxInfo>;
  mailboxesOf(row: number): readonly DocumentId[];
  keywordsOf(row: number): readonly string[];
  /** Rows of a thread by ascending arrival, then id. */
  threadRows(thread: DocumentId): ArrayLike<number>;
  threadCounts(mailbox: DocumentId): ThreadCounts;
}

export interface ColdRecord {
  readonly hash: Uint8Array;
  readonly size: number;
  readonly message: Message;
  readonly preview: string;
  readonly hasAttachment: boolean;
}

export interface MailboxCreate {
  readonly name: string;
  readonly parentId: DocumentId;
  readonly role: string | null;
  readonly sortOrder: number;
  readonly subscriber: AccountId | undefined;
}

export interface MailboxUpdate {
  readonly name?: string;
  readonly parentId?: DocumentId;
  readonly role?: string | null;
  readonly sortOrder?: number;
  readonly subscription?: { readonly account: AccountId; readonly subscribed: boolean };
}

export interface AppendInput {
  readonly bytes: Uint8Array;
  readonly mailboxIds: readonly DocumentId[];
  readonly keywords: readonly string[];
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

export interface Appended {
  readonly id: DocumentId;
  readonly thread: DocumentId;
  readonly hash: Uint8Array;
  readonly size: number;
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

/** One value for each item asked, in the same order; an error where that item failed. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown };

export interface SearchQuery {
  readonly field: 'text' | 'from' | 'to' | 'cc' | 'bcc' | 'subject' | 'body';
  readonly value: string;
}

export interface MailAccount {
  readonly account: Account;
  view(): Promise<MailView>;
  createMailbox(input: MailboxCreate): Promise<DocumentId>;
  updateMailbox(id: DocumentId, update: MailboxUpdate): Promise<void>;
  destroyMailbox(id: DocumentId, options: { readonly removeEmails: boolean }): Promise<void>;
  append(messages: readonly AppendInput[]): Promise<Outcome<Appended>[]>;
  updateEmails(changes: readonly EmailChange[]): Promise<Outcome<void>[]>;
  destroyEmails(ids: readonly DocumentId[]): Promise<Outcome<void>[]>;
  cold(ids: readonly DocumentId[]): Promise<(ColdRecord | undefined)[]>;
  search(query: SearchQuery): Promise<readonly DocumentId[]>;
}
