// Reads and writes the messages of a FETCH: cold records and blobs in batches, the next batch on its way while one
// is written, and nothing more in memory than the peer's window asks for.
import { asBuffer } from '../../base/index.ts';
import { decodeTransfer, neededRange, sectionBytes } from '../../formats/mime/index.ts';
import type { Colds } from '../cold-cache.ts';
import { SessionEnd } from '../reply.ts';
import type { MailboxSession } from '../session.ts';
import { type ContentItem, partialOf, partialOfItem, type Source, sourceOf } from './content.ts';
import { fetchFlags } from './flags.ts';
import type { FetchPlan, FetchRow } from './plan.ts';

/** Messages of the first batch, which is on its way soon, and of all others. */
const FIRST_BATCH = 8;
const BATCH_MESSAGES = 64;
/** Octets of the messages of a batch. */
const BATCH_BYTES = 512 * 1024;
/** Messages from this size are read by range, piece by piece. */
const LARGE = 512 * 1024;

export interface FetchOutcome {
  /** Some messages were removed while they were being read. */
  readonly gone: boolean;
}

/** Writes the messages with these indexes. */
export async function runFetch(
  session: MailboxSession,
  plan: FetchPlan,
  indexes: Uint32Array,
): Promise<FetchOutcome> {
  if (plan.needsCold) return fetchStored(session, plan, indexes);
  if (plan.flagForm !== undefined && (await fetchFlags(session, plan.flagForm, indexes))) return ALL_THERE;
  return fetchColumns(session, plan, indexes);
}

const ALL_THERE: FetchOutcome = { gone: false };

async function fetchColumns(
  session: MailboxSession,
  plan: FetchPlan,
  indexes: Uint32Array,
): Promise<FetchOutcome> {
  const { rows } = session.selected.members;
  const row: FetchRow = { index: 0, row: 0, cold: undefined, bytes: undefined };
  for (const index of indexes) {
    row.index = index;
    row.row = rows[index] as number;
    writeHeads(session, plan, row);
    session.out.text(')\r\n');
    const busy = session.breathe();
    if (busy) await busy;
  }
  return ALL_THERE;
}

interface Batch {
  readonly indexes: Uint32Array;
  readonly cold: Colds;
  /** Whole messages, or their headers, in step; undefined for large ones. */
  readonly bytes: readonly (Uint8Array | undefined)[];
}

async function fetchStored(
  session: MailboxSession,
  plan: FetchPlan,
  indexes: Uint32Array,
): Promise<FetchOutcome> {
  let gone = false;
  let end = batchEnd(session, plan, indexes, 0);
  let loading: Promise<Batch> | undefined =
    end > 0 ? load(session, plan, indexes.subarray(0, end)) : undefined;
  while (loading !== undefined) {
    const batch: Batch = await loading;
    loading = undefined;
    if (end < indexes.length) {
      const from = end;
      end = batchEnd(session, plan, indexes, from);
      loading = load(session, plan, indexes.subarray(from, end));
      // It is awaited later, or never when writing fails first.
      loading.catch(() => undefined);
    }
    if (await writeBatch(session, plan, batch)) gone = true;
  }
  return { gone };
}

function batchEnd(session: MailboxSession, plan: FetchPlan, indexes: Uint32Array, from: number): number {
  const { view, members } = session.selected;
  const most = Math.min(indexes.length, from + (from === 0 ? FIRST_BATCH : BATCH_MESSAGES));
  if (!plan.needsBytes || plan.headerOnly) return most;
  let at = from;
  for (let bytes = 0; at < most; at++) {
    const size = view.sizes[members.rows[indexes[at] as number] as number] as number;
    if (size >= LARGE) continue;
    bytes += size;
    if (bytes > BATCH_BYTES && at > from) break;
  }
  return at;
}

async function load(session: MailboxSession, plan: FetchPlan, indexes: Uint32Array): Promise<Batch> {
  const { user, selected, face } = session;
  const { view, members } = selected;
  const ids: number[] = [];
  for (const index of indexes) ids.push(view.ids[members.rows[index] as number] as number);
  const kept = face.cold.of(user.mail, ids);
  const cold = kept instanceof Promise ? await kept : kept;
  if (!plan.needsBytes) return { indexes, cold, bytes: [] };
  const { id } = user.mail.account;
  const bytes = plan.headerOnly
    ? face.octets.headers(id, ids, cold, LARGE)
    : face.octets.messages(id, ids, cold, LARGE);
  return { indexes, cold, bytes: bytes instanceof Promise ? await bytes : bytes };
}

/** True when a message was not there any more. */
async function writeBatch(
  session: MailboxSession,
  plan: FetchPlan,
  { indexes, cold, bytes }: Batch,
): Promise<boolean> {
  const { rows } = session.selected.members;
  const row: FetchRow = { index: 0, row: 0, cold: undefined, bytes: undefined };
  let gone = false;
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i] as number;
    const record = cold[i];
    row.index = index;
    row.row = rows[index] as number;
    row.cold = record;
    row.bytes = bytes[i];
    if (record === undefined || (plan.needsBytes && row.bytes === undefined && record.size < LARGE)) {
      gone = true;
      continue;
    }
    writeHeads(session, plan, row);
    for (const { item, label, fields } of plan.contents) {
      session.out.text(label);
      const source = sourceOf(item, record, fields);
      if (row.bytes !== undefined) writeContent(session, plan, item, source, row.bytes);
      else await streamContent(session, plan, item, source, record.hash);
    }
    plan.tail?.(row);
    session.out.text(')\r\n');
    const busy = session.breathe();
    if (busy) await busy;
  }
  return gone;
}

function writeHeads({ out, selected }: MailboxSession, plan: FetchPlan, row: FetchRow): void {
  out.text('* ').number(selected.numberOf(row.index)).text(' FETCH (');
  for (const write of plan.heads) write(row);
}

/** Writes the value of an item of a message that is in memory. */
function writeContent(
  session: MailboxSession,
  plan: FetchPlan,
  item: ContentItem,
  source: Source,
  bytes: Uint8Array,
): void {
  switch (source.kind) {
    case 'section':
      return writeBytes(session, item, sectionBytes(bytes, source.content));
    case 'encoded':
      return writeBytes(
        session,
        item,
        decodeTransfer(bytes.subarray(source.start, source.end), source.encoding),
      );
    default:
      writeOther(session, plan, source);
  }
}

function writeOther(
  { out }: MailboxSession,
  plan: FetchPlan,
  source: Exclude<Source, { kind: 'section' | 'encoded' }>,
): void {
  if (source.kind === 'number') {
    out.number(source.number);
    return;
  }
  if (source.kind === 'unknownEncoding') plan.unknownEncoding = true;
  out.text('NIL');
}

/** The partial of some bytes as a literal; BINARY with NUL as a literal8 (RFC 3516 §4.2). */
function writeBytes({ out }: MailboxSession, item: ContentItem, all: Uint8Array): void {
  const bytes = partialOf(all, partialOfItem(item));
  if (bytes.length === 0) out.text('""');
  else if (item.item === 'BINARY' && asBuffer(bytes).includes(0)) out.text('~').literal(bytes);
  else out.literal(bytes);
}

/** Writes the value of an item of a large message, reading only what it needs. */
async function streamContent(
  session: MailboxSession,
  plan: FetchPlan,
  item: ContentItem,
  source: Source,
  hash: Uint8Array,
): Promise<void> {
  const { blobs } = session.options;
  if (source.kind === 'section' && source.content.kind === 'range') {
    const { start, end } = source.content.range;
    const asked = partialOfItem(item);
    const from = Math.min(end, start + (asked?.offset ?? 0));
    return streamRange(session, hash, from, Math.min(end, from + (asked?.count ?? end)));
  }
  if (source.kind === 'section') {
    const { start, end } = neededRange(source.content);
    const bytes = await blobs.read(hash, { offset: start, length: end - start });
    return writeBytes(session, item, sectionBytes(required(bytes), source.content, start));
  }
  if (source.kind === 'encoded') {
    const { start, end } = source;
    const bytes = required(await blobs.read(hash, { offset: start, length: end - start }));
    return writeBytes(session, item, decodeTransfer(bytes, source.encoding));
  }
  writeOther(session, plan, source);
}

async function streamRange(
  session: MailboxSession,
  hash: Uint8Array,
  start: number,
  end: number,
): Promise<void> {
  const length = end - start;
  if (length === 0) {
    session.out.text('""');
    return;
  }
  session.out.text('{').number(length).text('}\r\n');
  let sent = 0;
  for await (const piece of session.options.blobs.stream(hash, { offset: start, length })) {
    session.out.raw(piece);
    sent += piece.length;
    const busy = session.breathe();
    if (busy) await busy;
  }
  // The literal's length has been promised: nothing but the end of the connection can take it back.
  if (sent !== length) throw new SessionEnd('A message could not be read.');
}

function required(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new SessionEnd('A message could not be read.');
  return bytes;
}
