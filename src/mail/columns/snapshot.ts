// Columns as one string of bytes, so that a cold start reads one value in place of every hot record. Disposable: bytes
// of another version, or of a machine with another byte order, are built anew.
import { ByteReader, ByteWriter } from '../../base/index.ts';
import type { DocumentId } from '../../account/index.ts';
import { decodeKeywords, encodeKeywords } from '../records/keywords.ts';
import type { Box } from './box.ts';
import { CHUNK, CHUNK_BITS, type Chunks, newDoubles, newHalves, newLists, newWords } from './chunks.ts';
import { type Columns, type ListCells, Ordinals } from './columns.ts';

const VERSION = 1;
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;
const HAS_ADDED = 1;
const HAS_DELETED = 2;

type Typed = Uint32Array | Uint16Array | Float64Array | Uint8Array;

/** The pieces in order; together they are the snapshot. Made of copies, a piece at a time. */
export function* encodeColumns(columns: Columns): Generator<Uint8Array> {
  const { count, fixed, words, lists, boxes } = columns;
  const head = new ByteWriter(256);
  head.u8(VERSION).u8(LITTLE_ENDIAN).u53(columns.epoch).u53(columns.change);
  head.u32(count).u32(columns.hidden).varint(words.length).varint(boxes.size);
  head.bytes(encodeKeywords(columns.keywords));
  const mailboxes = columns.ordinals.all();
  head.varint(mailboxes.length);
  for (const mailbox of mailboxes) head.u32(mailbox);
  yield head.finish();
  yield bytesOf(fixed.ids, count);
  yield bytesOf(fixed.received, count);
  yield bytesOf(fixed.sizes, count);
  yield bytesOf(fixed.threads, count);
  for (const chunks of words) yield* chunkBytes(chunks, count, newWords);
  yield* chunkBytes(columns.flagModseqs, count, newDoubles);
  yield* chunkBytes(columns.where, count, newHalves);
  yield encodeLists(lists, count);
  for (const [mailbox, { uids, rows, added, deleted, deletedCount, count: members }] of boxes) {
    const box = new ByteWriter(16);
    box.u32(mailbox).u32(members).u32(deletedCount);
    box.u8((added ? HAS_ADDED : 0) | (deleted ? HAS_DELETED : 0));
    yield box.finish();
    yield bytesOf(uids, members);
    yield bytesOf(rows, members);
    if (added) yield bytesOf(added, members);
    if (deleted) yield bytesOf(deleted, members);
  }
}

const bytesOf = (values: Typed, count: number): Uint8Array => {
  const some = values.subarray(0, count);
  return new Uint8Array(some.buffer, some.byteOffset, some.byteLength).slice();
};

function* chunkBytes<A extends Uint32Array | Float64Array | Uint16Array>(
  chunks: Chunks<A>,
  count: number,
  make: () => A,
): Generator<Uint8Array> {
  for (let row = 0; row < count; row += CHUNK)
    yield bytesOf(chunks[row >>> CHUNK_BITS] ?? make(), Math.min(CHUNK, count - row));
}

/** Rows in several mailboxes, with these. */
function encodeLists(lists: Chunks<ListCells>, count: number): Uint8Array {
  const out = new ByteWriter(64);
  let rows = 0;
  for (const [number, chunk] of lists.entries()) {
    for (const [at, list] of (chunk ?? []).entries()) {
      const row = number * CHUNK + at;
      if (!list || row >= count) continue;
      out.u32(row).varint(list.length);
      for (const mailbox of list) out.u32(mailbox);
      rows++;
    }
  }
  return new ByteWriter(out.length + 8).u32(rows).raw(out.finish()).finish();
}

/** Undefined for bytes that are no snapshot of this version. */
export function decodeColumns(bytes: Uint8Array): Columns | undefined {
  const input = new ByteReader(bytes);
  if (input.u8() !== VERSION || input.u8() !== LITTLE_ENDIAN) return undefined;
  const epoch = input.u53();
  const change = input.u53();
  const count = input.u32();
  const hidden = input.u32();
  const wordCount = input.varint();
  const boxCount = input.varint();
  const keywords = decodeKeywords(input.bytes());
  const ordinals = new Ordinals();
  for (let left = input.varint(); left > 0; left--) ordinals.of(input.u32());
  const fixed = {
    ids: readArray(input, Uint32Array, count),
    received: readArray(input, Float64Array, count),
    sizes: readArray(input, Uint32Array, count),
    threads: readArray(input, Uint32Array, count),
  };
  const words: Chunks<Uint32Array>[] = [];
  for (let i = 0; i < wordCount; i++) words.push(readChunks(input, newWords, count));
  const flagModseqs = readChunks(input, newDoubles, count);
  const where = readChunks(input, newHalves, count);
  const lists = readLists(input);
  const boxes = new Map<DocumentId, Box>();
  for (let i = 0; i < boxCount; i++) {
    const mailbox = input.u32();
    const members = input.u32();
    const deletedCount = input.u32();
    const flags = input.u8();
    const uids = readArray(input, Uint32Array, members);
    const rows = readArray(input, Uint32Array, members);
    const added = (flags & HAS_ADDED) !== 0 ? readArray(input, Float64Array, members) : undefined;
    const deleted = (flags & HAS_DELETED) !== 0 ? input.raw(members).slice() : undefined;
    boxes.set(mailbox, { count: members, uids, rows, added, deleted, deletedCount });
  }
  return { change, epoch, count, fixed, words, flagModseqs, where, lists, ordinals, boxes, hidden, keywords };
}

function readArray<A extends Uint32Array | Float64Array>(
  input: ByteReader,
  kind: { new (buffer: ArrayBuffer): A; BYTES_PER_ELEMENT: number },
  count: number,
): A {
  // A copy: the bytes need not be aligned.
  const bytes = input.raw(count * kind.BYTES_PER_ELEMENT).slice();
  return new kind(bytes.buffer as ArrayBuffer);
}

function readChunks<A extends Uint32Array | Float64Array | Uint16Array>(
  input: ByteReader,
  make: () => A,
  count: number,
): A[] {
  const chunks: A[] = [];
  for (let row = 0; row < count; row += CHUNK) {
    const chunk = make();
    const target = new Uint8Array(chunk.buffer);
    target.set(input.raw(Math.min(CHUNK, count - row) * chunk.BYTES_PER_ELEMENT));
    chunks.push(chunk);
  }
  return chunks;
}

function readLists(input: ByteReader): Chunks<ListCells> {
  const chunks: (ListCells | undefined)[] = [];
  for (let left = input.u32(); left > 0; left--) {
    const row = input.u32();
    const list: DocumentId[] = [];
    for (let more = input.varint(); more > 0; more--) list.push(input.u32());
    const number = row >>> CHUNK_BITS;
    while (chunks.length < number) chunks.push(undefined);
    const chunk = (chunks[number] ??= newLists());
    chunk[row & (CHUNK - 1)] = list;
  }
  return chunks;
}
