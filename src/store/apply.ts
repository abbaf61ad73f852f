// What a batch means, for every engine: which conditions must hold, and what each change does to the rows.
import { equalBytes, LimitExceeded, toHex } from '../base/index.ts';
import { type BatchReader, Op } from './batch.ts';
import { isCondemned } from './blob-mark.ts';
import { fileOfRow } from './blob-row.ts';
import { blobMarkKey, Subspace } from './keys.ts';
import type { Key } from './types.ts';

/** The rows that a batch is applied to. Calls see what earlier calls did. */
export interface Rows {
  get(key: Key): Uint8Array | undefined;
  has(key: Key): boolean;
  /** The first key of a range. */
  first(from: Key, to: Key): Key | undefined;
  set(key: Key, value: Uint8Array): void;
  delete(key: Key): void;
  deleteRange(from: Key, to: Key): void;
}

/**
 * Checks the conditions of a batch and changes nothing.
 * @returns the key of a condition that does not hold
 * @throws LimitExceeded when a counter would pass its bound
 */
export function check(batch: BatchReader, rows: Rows): Key | undefined {
  if (batch.conditions === 0) return undefined;
  let sums: Map<string, bigint> | undefined;
  batch.rewind();
  while (batch.next()) {
    const { op, key } = batch;
    if (op === Op.AssertValue) {
      const found = rows.get(key);
      if (!found || !equalBytes(found, batch.value)) return key;
    } else if (op === Op.AssertAbsent) {
      if (rows.has(key)) return key;
    } else if (op === Op.AssertPresent) {
      if (!rows.has(key)) return key;
    } else if (op === Op.AssertEmpty) {
      const first = rows.first(key, batch.value);
      if (first) return first;
    } else if (op === Op.AddUpTo) {
      sums ??= new Map();
      const name = toHex(key);
      const sum = (sums.get(name) ?? counterValue(rows.get(key))) + batch.delta;
      if (sum > batch.max) throw new LimitExceeded('counter', Number(batch.max));
      sums.set(name, sum);
    }
  }
  return undefined;
}

/**
 * Makes the changes of a batch whose conditions hold.
 * @param unused is told the names of blob files that nothing names: the blob was there already
 */
export function apply(batch: BatchReader, rows: Rows, unused: (name: string) => void): void {
  batch.rewind();
  while (batch.next()) {
    const { op, key } = batch;
    switch (op) {
      case Op.Set:
        rows.set(key, batch.value);
        if (key[0] === Subspace.BlobLink) clearMark(rows, key.subarray(1, 33));
        else if (key[0] === Subspace.BlobLease) clearMark(rows, key.subarray(5, 37));
        break;
      case Op.Delete:
        rows.delete(key);
        break;
      case Op.DeleteRange:
        rows.deleteRange(key, batch.value);
        break;
      case Op.Add:
      case Op.AddUpTo:
        rows.set(key, counterBytes(counterValue(rows.get(key)) + batch.delta));
        break;
      case Op.PutBlob:
        putBlob(key, batch.value, rows, unused);
        break;
      case Op.AssertValue:
      case Op.AssertAbsent:
      case Op.AssertPresent:
      case Op.AssertEmpty:
        break;
    }
  }
}

/** Value of a counter row; an absent one is 0. @throws RangeError when it is not a counter */
export function counterValue(row: Uint8Array | undefined): bigint {
  if (!row) return 0n;
  if (row.length !== 8) throw new RangeError('not a counter');
  return new DataView(row.buffer, row.byteOffset, 8).getBigInt64(0);
}

function counterBytes(value: bigint): Uint8Array {
  const row = new Uint8Array(8);
  // as the arithmetic of 64-bit machines: past the end it wraps
  new DataView(row.buffer).setBigInt64(0, value);
  return row;
}

/**
 * Never trusts an earlier read: whether the blob is there is decided here, where writes are in order. An empty
 * row comes with the condition that the blob is there.
 */
function putBlob(key: Key, row: Uint8Array, rows: Rows, unused: (name: string) => void): void {
  clearMark(rows, key.subarray(1));
  if (row.length === 0) return;
  if (!rows.has(key)) {
    rows.set(key, row);
    return;
  }
  const file = fileOfRow(row);
  if (file) unused(file.name);
}

function clearMark(rows: Rows, hash: Uint8Array): void {
  const key = blobMarkKey(hash);
  const mark = rows.get(key);
  // a `deleting` mark stays: it names a file that must still go, and the blob has a new name by now
  if (mark && isCondemned(mark)) rows.delete(key);
}
