// Puts the rows of a query in order (RFC 8621 §4.4.2). The usual order by arrival is kept ready by the columns;
// any other is a merge sort that makes room for others while it runs. Ties end with the id, so paging is stable.
import type { Slice } from '../../base/index.ts';
import type { EmailColumns } from './columns.ts';
import { type Mask, threadsWith } from './evaluate.ts';
import type { EmailSort } from './sort.ts';

/** A sort key by row, compared as numbers or as texts by code unit. */
export type SortColumn = ArrayLike<number> | ArrayLike<string>;

/** Keys that columns do not hold (`from`, `subject`, `sentAt` ...), made by the caller for the rows of the mask. */
export type ColdKeys = ReadonlyMap<EmailSort, SortColumn>;

/** Rows of the mask in the order of the sort. */
export async function orderRows(
  mask: Mask,
  sort: readonly EmailSort[],
  columns: EmailColumns,
  cold: ColdKeys,
  slice: Slice,
): Promise<Uint32Array> {
  const [first] = sort;
  // Arrival decides alone: two e-mails of the same millisecond differ in id only.
  if (first?.kind === 'received' && sort.length === 1) return byArrival(mask, columns, first.ascending);
  const keys = sort.map((key) => ({ values: sortColumn(key, columns, cold), ascending: key.ascending }));
  return mergeSort(rowsOf(mask), comparison(keys), slice);
}

function byArrival(mask: Mask, { byReceived }: EmailColumns, ascending: boolean): Uint32Array {
  const rows = new Uint32Array(countOf(mask));
  let at = 0;
  const { length } = byReceived;
  // hot: the list view of every mailbox
  for (let i = 0; i < length; i++) {
    const row = byReceived[ascending ? i : length - 1 - i] as number;
    if (mask[row] === 1) rows[at++] = row;
  }
  return rows;
}

export function rowsOf(mask: Mask): Uint32Array {
  const rows = new Uint32Array(countOf(mask));
  let at = 0;
  for (let row = 0; row < mask.length; row++) if (mask[row] === 1) rows[at++] = row;
  return rows;
}

function countOf(mask: Mask): number {
  let count = 0;
  for (let i = 0; i < mask.length; i++) count += mask[i] as number;
  return count;
}

function sortColumn(key: EmailSort, columns: EmailColumns, cold: ColdKeys): SortColumn {
  switch (key.kind) {
    case 'received':
      return columns.received;
    case 'size':
      return columns.sizes;
    case 'keyword': {
      const values = new Uint8Array(columns.count);
      const has = columns.keywordTest(key.keyword);
      if (has) for (let row = 0; row < values.length; row++) values[row] = has(row) ? 1 : 0;
      return values;
    }
    case 'threadKeyword': {
      const values = new Uint8Array(columns.count);
      const threads = threadsWith(key.keyword, key.quantity === 'all', columns);
      const inside = key.quantity === 'some';
      for (let row = 0; row < values.length; row++) {
        values[row] = threads.has(columns.threads[row] as number) === inside ? 1 : 0;
      }
      return values;
    }
    default:
      return cold.get(key) ?? new Uint8Array(columns.count);
  }
}

type Compare = (a: number, b: number) => number;

function comparison(keys: readonly { readonly values: SortColumn; readonly ascending: boolean }[]): Compare {
  return (a, b) => {
    for (const { values, ascending } of keys) {
      const left = values[a] as number;
      const right = values[b] as number;
      if (left !== right) return left < right === ascending ? -1 : 1;
    }
    // Rows stand in order of id; the last comparator's direction holds for it too.
    return keys.at(-1)?.ascending === false ? b - a : a - b;
  };
}

/** Rows sorted in one go before they are merged. */
const RUN = 2048;

async function mergeSort(rows: Uint32Array, compare: Compare, slice: Slice): Promise<Uint32Array> {
  for (let start = 0; start < rows.length; start += RUN) {
    rows.subarray(start, start + RUN).sort(compare);
    if (slice.due()) await slice.pause();
  }
  let from = rows;
  let to: Uint32Array = new Uint32Array(rows.length);
  for (let width = RUN; width < rows.length; width *= 2) {
    for (let start = 0; start < rows.length; start += width * 2) {
      await merge(
        from,
        to,
        start,
        Math.min(start + width, rows.length),
        Math.min(start + width * 2, rows.length),
        compare,
        slice,
      );
    }
    [from, to] = [to, from];
  }
  return from;
}

async function merge(
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  middle: number,
  end: number,
  compare: Compare,
  slice: Slice,
): Promise<void> {
  let left = start;
  let right = middle;
  for (let at = start; at < end; ) {
    const pause = Math.min(end, at + RUN);
    for (; at < pause; at++) {
      const takeLeft =
        left < middle && (right >= end || compare(from[left] as number, from[right] as number) <= 0);
      to[at] = from[takeLeft ? left++ : right++] as number;
    }
    if (slice.due()) await slice.pause();
  }
}

/** The first row of each thread, in the order given (RFC 8621 §4.4.3). */
export function collapse(rows: Uint32Array, { threads }: EmailColumns): Uint32Array {
  const seen = new Set<number>();
  let at = 0;
  const out = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const before = seen.size;
    if (seen.add(threads[row] as number).size > before) out[at++] = row;
  }
  return out.subarray(0, at);
}
