// The one form of a batch: a flat buffer of changes and conditions, built by calls and read by the engine that
// applies it. It crosses a thread border by transfer, so nothing is copied or decoded twice.
import { readU16, readU32, writeU16, writeU32 } from '../base/index.ts';
import { plainRow } from './blob-row.ts';
import { blobKey, MAX_KEY } from './keys.ts';
import type { Batch, Key, Range, SpoolFile } from './types.ts';

// Layout: a header of 16 bytes (length used, changes, conditions, reserved), then entries: a byte that names
// the operation, a two-byte key length, the key, and what the operation needs behind it. Entries are in the
// order of the calls. A blob kept outside is an index into the rows that `seal` appends.

/** What an entry does. Below 16: conditions, which are checked before any change is made. */
export const Op = {
  AssertValue: 1,
  AssertAbsent: 2,
  AssertPresent: 3,
  AssertEmpty: 4,
  Set: 16,
  Delete: 17,
  DeleteRange: 18,
  Add: 19,
  /** A condition and a change. */
  AddUpTo: 20,
  PutBlob: 21,
} as const;
export type Op = (typeof Op)[keyof typeof Op];

/** Longest value in bytes. */
export const MAX_VALUE = 64 * 1024 * 1024;

const HEADER = 16;
const MIN_I64 = -(1n << 63n);
const MAX_I64 = (1n << 63n) - 1n;

/** A blob that is not in the buffer: the engine stores it first and names its row when it seals the batch. */
export interface OutsideBlob {
  readonly hash: Uint8Array;
  readonly content: Uint8Array | SpoolFile;
}

export class FlatBatch implements Batch {
  /** Blobs longer than this stay outside the buffer. */
  readonly #inlineLimit: number;
  #buffer: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = HEADER;
  #changes = 0;
  #conditions = 0;
  #sealed = false;
  readonly outside: OutsideBlob[] = [];

  constructor(inlineLimit: number, capacity = 2048) {
    this.#inlineLimit = inlineLimit;
    this.#buffer = new Uint8Array(capacity);
    this.#view = new DataView(this.#buffer.buffer);
  }

  get size(): number {
    return this.#length;
  }

  set(key: Key, value: Uint8Array): this {
    this.#changes++;
    this.#bytes(this.#entry(Op.Set, key, 4 + value.length), value);
    return this;
  }

  delete(key: Key): this {
    this.#changes++;
    this.#entry(Op.Delete, key, 0);
    return this;
  }

  deleteRange(range: Range): this {
    this.#changes++;
    this.#range(Op.DeleteRange, range);
    return this;
  }

  add(counter: Key, delta: number | bigint): this {
    this.#changes++;
    const value = signed(BigInt(delta));
    // the entry first: making room for it may replace the view
    const at = this.#entry(Op.Add, counter, 8);
    this.#view.setBigInt64(at, value);
    return this;
  }

  addUpTo(counter: Key, delta: bigint, max: bigint): this {
    this.#changes++;
    this.#conditions++;
    const at = this.#entry(Op.AddUpTo, counter, 16);
    this.#view.setBigInt64(at, signed(delta));
    this.#view.setBigInt64(at + 8, signed(max));
    return this;
  }

  putBlob(hash: Uint8Array, content: Uint8Array | SpoolFile): this {
    if (hash.length !== 32) throw new RangeError('a blob is named by 32 bytes');
    this.#changes++;
    if (content instanceof Uint8Array && content.length <= this.#inlineLimit) {
      const row = plainRow(content);
      const at = this.#entry(Op.PutBlob, blobKey(hash), 4 + row.length);
      this.#bytes(at, row);
    } else {
      const at = this.#entry(Op.PutBlob, blobKey(hash), 8);
      writeU32(this.#buffer, at, OUTSIDE);
      writeU32(this.#buffer, at + 4, this.outside.length);
      this.outside.push({ hash: hash.slice(), content });
    }
    return this;
  }

  assert(key: Key, expected: Uint8Array | 'absent' | 'present'): this {
    this.#conditions++;
    if (expected === 'absent') this.#entry(Op.AssertAbsent, key, 0);
    else if (expected === 'present') this.#entry(Op.AssertPresent, key, 0);
    else this.#bytes(this.#entry(Op.AssertValue, key, 4 + expected.length), expected);
    return this;
  }

  assertEmpty(range: Range): this {
    this.#conditions++;
    this.#range(Op.AssertEmpty, range);
    return this;
  }

  /**
   * Ends the batch: appends the rows of the blobs kept outside, in their order, and gives the buffer away.
   * @throws Error when the batch was committed before
   */
  seal(outsideRows: readonly Uint8Array[] = []): ArrayBuffer {
    if (this.#sealed) throw new Error('a batch can be committed once');
    const rowsAt = this.#length;
    for (const row of outsideRows) this.#bytes(this.#room(4 + row.length), row);
    const buffer = this.#buffer;
    writeU32(buffer, 0, rowsAt);
    writeU32(buffer, 4, this.#changes);
    writeU32(buffer, 8, this.#conditions);
    writeU32(buffer, 12, this.#length);
    this.#sealed = true;
    return buffer.buffer;
  }

  /** Writes the head of an entry; returns where its payload of `more` bytes goes. */
  #entry(op: Op, key: Key, more: number): number {
    const { length } = key;
    if (length === 0 || length > MAX_KEY) throw new RangeError(`a key of ${length} bytes (1 to ${MAX_KEY})`);
    const at = this.#room(3 + length + more);
    const buffer = this.#buffer;
    buffer[at] = op;
    writeU16(buffer, at + 1, length);
    buffer.set(key, at + 3);
    return at + 3 + length;
  }

  #bytes(at: number, bytes: Uint8Array): void {
    writeU32(this.#buffer, at, bytes.length);
    this.#buffer.set(bytes, at + 4);
  }

  #range(op: Op, range: Range): void {
    const { length } = range.to;
    if (length === 0 || length > MAX_KEY) throw new RangeError(`a key of ${length} bytes (1 to ${MAX_KEY})`);
    const at = this.#entry(op, range.from, 2 + length);
    writeU16(this.#buffer, at, length);
    this.#buffer.set(range.to, at + 2);
  }

  #room(more: number): number {
    if (this.#sealed) throw new Error('a batch cannot be changed after its commit');
    if (more > MAX_VALUE) throw new RangeError(`a value longer than ${MAX_VALUE} bytes`);
    const at = this.#length;
    const wanted = at + more;
    if (wanted > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(wanted, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, at));
      this.#buffer = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = wanted;
    return at;
  }
}

/**
 * Goes through the entries of a sealed batch. `next` moves to the following entry and the fields describe it;
 * byte strings are views of the buffer.
 */
export class BatchReader {
  readonly changes: number;
  readonly conditions: number;
  op: Op = Op.Set;
  key: Key = EMPTY;
  /** `Set`, `AssertValue`: the value; `PutBlob`: the row; `DeleteRange`, `AssertEmpty`: the end of the range. */
  value: Uint8Array = EMPTY;
  /** `Add`, `AddUpTo`. */
  delta = 0n;
  /** `AddUpTo`. */
  max = 0n;
  readonly #buffer: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #rowsEnd: number;
  #at = HEADER;
  #rows: Uint8Array[] | undefined;

  constructor(buffer: ArrayBuffer) {
    this.#buffer = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.#end = readU32(this.#buffer, 0);
    this.changes = readU32(this.#buffer, 4);
    this.conditions = readU32(this.#buffer, 8);
    this.#rowsEnd = readU32(this.#buffer, 12);
  }

  /** Back before the first entry. */
  rewind(): void {
    this.#at = HEADER;
  }

  /** False behind the last entry. */
  next(): boolean {
    let at = this.#at;
    if (at >= this.#end) return false;
    const buffer = this.#buffer;
    const op = buffer[at] as Op;
    const length = readU16(buffer, at + 1);
    at += 3;
    this.op = op;
    this.key = buffer.subarray(at, at + length);
    at += length;
    switch (op) {
      case Op.Delete:
      case Op.AssertAbsent:
      case Op.AssertPresent:
        break;
      case Op.Set:
      case Op.AssertValue:
      case Op.PutBlob: {
        const size = readU32(buffer, at);
        at += 4;
        if (size === OUTSIDE) {
          this.value = this.#row(readU32(buffer, at));
          at += 4;
        } else {
          this.value = buffer.subarray(at, at + size);
          at += size;
        }
        break;
      }
      case Op.DeleteRange:
      case Op.AssertEmpty: {
        const size = readU16(buffer, at);
        this.value = buffer.subarray(at + 2, at + 2 + size);
        at += 2 + size;
        break;
      }
      case Op.Add:
        this.delta = this.#view.getBigInt64(at);
        at += 8;
        break;
      case Op.AddUpTo:
        this.delta = this.#view.getBigInt64(at);
        this.max = this.#view.getBigInt64(at + 8);
        at += 16;
        break;
      default:
        throw new Error(`a batch has an unknown operation ${String(op)}`);
    }
    this.#at = at;
    return true;
  }

  #row(index: number): Uint8Array {
    if (!this.#rows) {
      this.#rows = [];
      for (let at = this.#end; at < this.#rowsEnd; ) {
        const size = readU32(this.#buffer, at);
        this.#rows.push(this.#buffer.subarray(at + 4, at + 4 + size));
        at += 4 + size;
      }
    }
    const row = this.#rows[index];
    if (!row) throw new Error('a batch was sealed without the rows of its large blobs');
    return row;
  }
}

const EMPTY = new Uint8Array();

/** Length that marks a blob whose row `seal` appends. */
const OUTSIDE = 0xffff_ffff;

function signed(value: bigint): bigint {
  if (value < MIN_I64 || value > MAX_I64) throw new RangeError('a counter has 64 bits');
  return value;
}
