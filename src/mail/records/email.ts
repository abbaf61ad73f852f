// The hot record of an e-mail: everything about it that changes, or that lists and flags need, in fixed-width
// fields, so that columns are filled from the bytes without making an object for each message.
import { readU16, readU32, readU53, writeU16, writeU32, writeU53 } from '../../base/index.ts';
import type { ChangeId, DocumentId } from '../../account/index.ts';

/** An e-mail's place in a mailbox. */
export interface Membership {
  readonly mailbox: DocumentId;
  readonly uid: number;
  /** Change that added it, or set or cleared `\Deleted`. */
  readonly addModseq: ChangeId;
  /** `\Deleted` in this mailbox: JMAP does not see it here. */
  readonly deleted: boolean;
}

export interface EmailRecord {
  readonly thread: DocumentId;
  /** Octets. */
  readonly size: number;
  /** Last change of the keywords; the creation at first. In its only mailbox, what `addModseq` would say too. */
  readonly flagModseq: ChangeId;
  /** Milliseconds since 1970; negative before. */
  readonly receivedAt: number;
  readonly hasAttachment: boolean;
  /** At least one; at most one for each mailbox. */
  readonly memberships: readonly Membership[];
  /** Numbers of keywords, ascending. */
  readonly keywords: readonly number[];
}

/** Mailboxes that one e-mail can be in. */
export const MAX_MEMBERSHIPS = 255;

const VERSION = 1;
const HAS_ATTACHMENT = 1;
const DELETED = 1;

// version 1, flags 1, memberships 1, keywords 2, thread 4, size 4, flagModseq 8, receivedAt 8 (double), then
// memberships of mailbox 4, uid 4, addModseq 8, flags 1, then keywords of 2. What newer versions append is skipped.
const HEAD = 29;
const MEMBERSHIP = 17;

export function encodeEmail(email: EmailRecord): Uint8Array {
  const { memberships, keywords } = email;
  const row = new Uint8Array(HEAD + memberships.length * MEMBERSHIP + keywords.length * 2);
  row[0] = VERSION;
  row[1] = email.hasAttachment ? HAS_ATTACHMENT : 0;
  row[2] = memberships.length;
  writeU16(row, 3, keywords.length);
  writeU32(row, 5, email.thread);
  writeU32(row, 9, email.size);
  writeU53(row, 13, email.flagModseq);
  viewOf(row).setFloat64(21, email.receivedAt);
  let at = HEAD;
  for (const { mailbox, uid, addModseq, deleted } of memberships) {
    writeU32(row, at, mailbox);
    writeU32(row, at + 4, uid);
    writeU53(row, at + 8, addModseq);
    row[at + 16] = deleted ? DELETED : 0;
    at += MEMBERSHIP;
  }
  for (const keyword of keywords) {
    writeU16(row, at, keyword);
    at += 2;
  }
  return row;
}

/** Throws RangeError for a record of another version, or one that is too short. */
export function decodeEmail(row: Uint8Array): EmailRecord {
  checkEmail(row);
  const memberships: Membership[] = [];
  const count = membershipCount(row);
  for (let i = 0; i < count; i++) {
    const at = membershipAt(i);
    memberships.push({
      mailbox: readU32(row, at),
      uid: readU32(row, at + 4),
      addModseq: readU53(row, at + 8),
      deleted: ((row[at + 16] as number) & DELETED) !== 0,
    });
  }
  const keywords: number[] = [];
  const start = membershipAt(count);
  for (let i = 0; i < keywordCount(row); i++) keywords.push(readU16(row, start + i * 2));
  return {
    thread: threadOf(row),
    size: sizeOf(row),
    flagModseq: flagModseqOf(row),
    receivedAt: receivedAtOf(row),
    hasAttachment: hasAttachmentOf(row),
    memberships,
    keywords,
  };
}

// hot: columns read the fields one by one

/** Throws RangeError when the row cannot be read. */
export function checkEmail(row: Uint8Array): void {
  if (row[0] !== VERSION) throw new RangeError(`e-mail record of version ${row[0] ?? 'none'}`);
  if (row.length < HEAD || row.length < membershipAt(membershipCount(row)) + keywordCount(row) * 2)
    throw new RangeError('record is shorter than its fields');
}
export const hasAttachmentOf = (row: Uint8Array): boolean => ((row[1] as number) & HAS_ATTACHMENT) !== 0;
export const membershipCount = (row: Uint8Array): number => row[2] as number;
export const keywordCount = (row: Uint8Array): number => readU16(row, 3);
export const threadOf = (row: Uint8Array): DocumentId => readU32(row, 5);
export const sizeOf = (row: Uint8Array): number => readU32(row, 9);
export const flagModseqOf = (row: Uint8Array): ChangeId => readU53(row, 13);
export const receivedAtOf = (row: Uint8Array): number => viewOf(row).getFloat64(21);
const membershipAt = (index: number): number => HEAD + index * MEMBERSHIP;
export const mailboxAt = (row: Uint8Array, index: number): DocumentId => readU32(row, membershipAt(index));
export const uidAt = (row: Uint8Array, index: number): number => readU32(row, membershipAt(index) + 4);
export const addModseqAt = (row: Uint8Array, index: number): ChangeId =>
  readU53(row, membershipAt(index) + 8);
export const deletedAt = (row: Uint8Array, index: number): boolean =>
  ((row[membershipAt(index) + 16] as number) & DELETED) !== 0;
export const keywordAt = (row: Uint8Array, index: number): number =>
  readU16(row, membershipAt(membershipCount(row)) + index * 2);

const viewOf = (row: Uint8Array): DataView => new DataView(row.buffer, row.byteOffset, row.byteLength);
