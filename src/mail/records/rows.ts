// Keys of the mail floor's rows beside the documents.
import type { AccountId, DocumentId } from '../../account/index.ts';
import { indexKey, type Key, snapshotKey, u32Part } from '../../store/index.ts';

/** Kinds of index rows; numbers are stored. Other floors that keep index rows of an account use other numbers. */
const Kind = { Keywords: 0x10, Thread: 0x11, Recent: 0x12 } as const;

export const keywordsKey = (account: AccountId): Key => indexKey(account, Kind.Keywords);
/** A row of the thread index; see `ThreadIndexRow`. */
export const threadIndexKey = (account: AccountId, key: Uint8Array): Key =>
  indexKey(account, Kind.Thread, key);
/** First UID of a mailbox that no session was told of as recent. */
export const recentKey = (account: AccountId, mailbox: DocumentId): Key =>
  indexKey(account, Kind.Recent, u32Part(mailbox));

/** Kinds of snapshots from here up to 0xFF are the parts of the column snapshot. */
const COLUMNS = 0x40;
export const MAX_SNAPSHOT_PARTS = 0x80;
export const columnsKey = (account: AccountId, part: number): Key => snapshotKey(account, COLUMNS + part);
