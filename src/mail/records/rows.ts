// Keys of the mail floor's rows beside the documents.
import type { AccountId, DocumentId } from '../../account/index.ts';
import { type Key, keys } from '../../store/index.ts';

/** Kinds of index rows; numbers are stored. Other floors that keep index rows of an account use other numbers. */
const Kind = {
  Keywords: 0x10,
  Thread: 0x11,
  Recent: 0x12,
  Identities: 0x18,
  Vacation: 0x19,
  Answered: 0x1a,
} as const;

export const keywordsKey = (account: AccountId): Key => keys.indexKey(account, Kind.Keywords);
/** A row of the thread index; see `ThreadIndexRow`. */
export const threadIndexKey = (account: AccountId, key: Uint8Array): Key =>
  keys.indexKey(account, Kind.Thread, key);
/** First UID of a mailbox that no session was told of as recent. */
export const recentKey = (account: AccountId, mailbox: DocumentId): Key =>
  keys.indexKey(account, Kind.Recent, keys.u32Part(mailbox));

/** Addresses that got their identity: an identity that was destroyed does not come again. */
export const identitiesKey = (account: AccountId): Key => keys.indexKey(account, Kind.Identities);
export const vacationKey = (account: AccountId): Key => keys.indexKey(account, Kind.Vacation);
/** When a sender was last told of the owner's absence, by a hash of the sender; all of them without one. */
export const answeredKey = (account: AccountId, ...sender: readonly Uint8Array[]): Key =>
  keys.indexKey(account, Kind.Answered, ...sender);

/** Kinds of snapshots from here up to 0xFF are the parts of the column snapshot. */
const COLUMNS = 0x40;
export const MAX_SNAPSHOT_PARTS = 0x80;
export const columnsKey = (account: AccountId, part: number): Key =>
  keys.snapshotKey(account, COLUMNS + part);
