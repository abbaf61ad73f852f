// The record of a mailbox: what it is called and where it stands, and the counters that each change of a member
// moves in the same commit.
import type { AccountId, DocumentId } from '../../account/index.ts';
import { ByteReader, ByteWriter } from '../../base/index.ts';
import type { MailboxInfo } from '../types.ts';

export interface MailboxRecord extends Omit<MailboxInfo, 'id'> {
  /** Members as IMAP counts them: `total` and those that are `\Deleted` here. */
  readonly members: number;
}

const VERSION = 1;

export function encodeMailbox(mailbox: MailboxRecord): Uint8Array {
  const out = new ByteWriter(96);
  out.u8(VERSION).u32(mailbox.parentId).u32(mailbox.sortOrder);
  out.u32(mailbox.uidValidity).u32(mailbox.uidNext).u53(mailbox.highestModseq);
  out.u32(mailbox.members).u32(mailbox.total).u32(mailbox.unread);
  out.text(mailbox.role ?? '').text(mailbox.name);
  out.varint(mailbox.subscribers.length);
  for (const subscriber of mailbox.subscribers) out.u32(subscriber);
  return out.finish();
}

/** Throws RangeError for a record of another version, or one that is too short. */
export function decodeMailbox(row: Uint8Array): MailboxRecord {
  const input = new ByteReader(row);
  const version = input.u8();
  if (version !== VERSION) throw new RangeError(`mailbox record of version ${version}`);
  const parentId: DocumentId = input.u32();
  const sortOrder = input.u32();
  const uidValidity = input.u32();
  const uidNext = input.u32();
  const highestModseq = input.u53();
  const members = input.u32();
  const total = input.u32();
  const unread = input.u32();
  const role = input.text();
  const name = input.text();
  const subscribers: AccountId[] = [];
  for (let left = input.varint(); left > 0; left--) subscribers.push(input.u32());
  return {
    name,
    parentId,
    role: role === '' ? null : role,
    sortOrder,
    total,
    unread,
    members,
    subscribers,
    uidValidity,
    uidNext,
    highestModseq,
  };
}
