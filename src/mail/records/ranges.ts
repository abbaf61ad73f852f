// UIDs that left a mailbox, as ranges: the value of a tombstone row (`spec-mail-access.md` §7.1).
import { ByteReader, ByteWriter } from '../../base/index.ts';
import type { UidRanges } from '../types.ts';

const VERSION = 1;

/** Ranges of UIDs in any order. */
export function rangesOf(uids: readonly number[]): number[] {
  const sorted = Uint32Array.from(uids).sort();
  const ranges: number[] = [];
  for (const uid of sorted) {
    const last = ranges.length - 1;
    const end = ranges[last];
    if (end !== undefined && uid <= end + 1) ranges[last] = uid;
    else ranges.push(uid, uid);
  }
  return ranges;
}

/** The union of ranges that each may overlap or touch others. */
export function mergeRanges(lists: readonly UidRanges[]): UidRanges {
  const pairs: [number, number][] = [];
  for (const list of lists)
    for (let i = 0; i < list.length; i += 2) pairs.push([list[i] as number, list[i + 1] as number]);
  pairs.sort((a, b) => a[0] - b[0]);
  const ranges: number[] = [];
  for (const [from, to] of pairs) {
    const last = ranges.length - 1;
    const end = ranges[last];
    if (end !== undefined && from <= end + 1) ranges[last] = Math.max(end, to);
    else ranges.push(from, to);
  }
  return ranges;
}

/** Each range as the distance from the one before and its length. */
export function encodeRanges(ranges: UidRanges): Uint8Array {
  const out = new ByteWriter(1 + ranges.length * 2);
  out.u8(VERSION).varint(ranges.length / 2);
  let before = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const from = ranges[i] as number;
    const to = ranges[i + 1] as number;
    out.varint(from - before).varint(to - from);
    before = to;
  }
  return out.finish();
}

/** Throws RangeError for a record of another version, or one that is too short. */
export function decodeRanges(row: Uint8Array): UidRanges {
  const input = new ByteReader(row);
  const version = input.u8();
  if (version !== VERSION) throw new RangeError(`tombstone of version ${version}`);
  const ranges: number[] = [];
  let before = 0;
  for (let left = input.varint(); left > 0; left--) {
    const from = before + input.varint();
    before = from + input.varint();
    ranges.push(from, before);
  }
  return ranges;
}
