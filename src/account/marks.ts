// When changes were made that the log no longer tells of: one mark for each time it was shortened, the newest change
// that went and when it was made. Whoever asks for the changes before a time gets an answer that is late by the time
// between two marks at most, and never early.
import { ByteReader, ByteWriter } from '../base/index.ts';
import { type Key, keys } from '../store/index.ts';
import type { AccountId, AccountReader, AccountWriter, ChangeId } from './types.ts';

export interface Mark {
  readonly change: ChangeId;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Kind of the index row; those of grants stand before it. */
const KIND = 0xf3;
const VERSION = 1;
/** More than a year of days. */
const MAX_MARKS = 400;

const marksKey = (account: AccountId): Key => keys.indexKey(account, KIND);

export async function addMark(writer: AccountWriter, mark: Mark): Promise<void> {
  const marks = [...(await readMarks(writer)), mark].slice(-MAX_MARKS);
  const out = new ByteWriter(2 + marks.length * 16).u8(VERSION);
  for (const { change, time } of marks) out.u53(change).u53(time);
  writer.set(marksKey(writer.id), out.copy());
}

/** Oldest first. */
export async function readMarks(reader: Pick<AccountReader, 'id' | 'get'>): Promise<Mark[]> {
  const row = await reader.get(marksKey(reader.id));
  if (!row) return [];
  const from = new ByteReader(row, 1);
  const marks: Mark[] = [];
  while (from.more) marks.push({ change: from.u53(), time: from.u53() });
  return marks;
}
