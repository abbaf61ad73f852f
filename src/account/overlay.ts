// Rows that are set or deleted but not durable yet, laid over what the store holds: point reads and scans of a
// write see them. Layers lie on top of each other: a write's own rows, those of the run it joins, those of the
// run that is being made durable.
import { compareBytes, latin1 } from '../base/index.ts';
import type { Batch, Key, Page, Range, ReadView, ScanOptions } from '../store/index.ts';

interface Row {
  readonly key: Key;
  /** Undefined for a deleted row. */
  readonly value: Uint8Array | undefined;
}

interface TextRange {
  readonly range: Range;
  readonly from: string;
  readonly to: string;
}

/** A row of the overlay: its value, `null` when deleted; undefined when the layers below decide. */
type Found = Uint8Array | null | undefined;

/** Keys as text of one character a byte, whose order is the order of the bytes. */
const textOf = latin1;

export class Overlay {
  readonly #rows = new Map<string, Row>();
  /** Keys in order by their first byte, for those subspaces that were scanned. */
  readonly #order = new Map<number, { sorted: string[]; fresh: string[] }>();
  readonly #ranges: TextRange[] = [];
  #bytes = 0;

  get empty(): boolean {
    return this.#rows.size === 0 && this.#ranges.length === 0;
  }

  /** Bytes of all keys and values that were set. */
  get bytes(): number {
    return this.#bytes;
  }

  set(key: Key, value: Uint8Array): void {
    this.#put(textOf(key), { key, value });
  }

  delete(key: Key): void {
    this.#put(textOf(key), { key, value: undefined });
  }

  deleteRange(range: Range): void {
    if (compareBytes(range.from, range.to) >= 0) return;
    const covered = { range, from: textOf(range.from), to: textOf(range.to) };
    for (const text of this.#between(covered.from, covered.to)) {
      this.#put(text, { key: (this.#rows.get(text) as Row).key, value: undefined });
    }
    this.#ranges.push(covered);
    this.#bytes += range.from.length + range.to.length;
  }

  /** Takes over what a later overlay holds. */
  absorb(later: Overlay): void {
    for (const { range } of later.#ranges) this.deleteRange(range);
    for (const [text, row] of later.#rows) this.#put(text, row);
  }

  /** Writes everything to a batch. A deleted range comes first: a row set behind it stays. */
  writeTo(batch: Batch): void {
    for (const { range } of this.#ranges) batch.deleteRange(range);
    for (const { key, value } of this.#rows.values()) {
      if (value) batch.set(key, value);
      else batch.delete(key);
    }
  }

  find(text: string): Found {
    const row = this.#rows.get(text);
    if (row) return row.value ?? null;
    return this.#ranges.length > 0 && this.covers(text) ? null : undefined;
  }

  /** True for keys in a deleted range. */
  covers(text: string): boolean {
    return this.#ranges.some((range) => text >= range.from && text < range.to);
  }

  /** Rows in a range by their text, in ascending order. */
  rows(from: string, to: string): readonly (readonly [string, Row])[] {
    return this.#between(from, to).map((text) => [text, this.#rows.get(text) as Row]);
  }

  /** False when nothing here can change a scan of the range. */
  touches(from: string, to: string): boolean {
    if (this.empty) return false;
    return (
      this.#ranges.some((range) => range.from < to && range.to > from) || this.#between(from, to).length > 0
    );
  }

  #put(text: string, row: Row): void {
    this.#bytes += row.key.length + (row.value?.length ?? 0);
    if (this.#order.size > 0 && !this.#rows.has(text)) this.#order.get(text.charCodeAt(0))?.fresh.push(text);
    this.#rows.set(text, row);
  }

  #between(from: string, to: string): readonly string[] {
    if (this.#rows.size === 0) return [];
    const found: string[] = [];
    const last = Math.min(to.charCodeAt(0), 0xff);
    for (let subspace = from.charCodeAt(0); subspace <= last; subspace++) {
      const sorted = this.#sorted(subspace);
      for (let at = lowerBound(sorted, from); at < sorted.length; at++) {
        const text = sorted[at] as string;
        if (text >= to) break;
        found.push(text);
      }
    }
    return found;
  }

  #sorted(subspace: number): readonly string[] {
    let order = this.#order.get(subspace);
    if (!order) {
      order = { sorted: [], fresh: [] };
      for (const text of this.#rows.keys()) if (text.charCodeAt(0) === subspace) order.fresh.push(text);
      this.#order.set(subspace, order);
    }
    if (order.fresh.length > 0) {
      order.sorted = mergeSorted(order.sorted, order.fresh.sort(byText));
      order.fresh = [];
    }
    return order.sorted;
  }
}

/** Point read through the layers, the topmost first. */
export function getOver(
  store: ReadView,
  layers: readonly Overlay[],
  key: Key,
): Promise<Uint8Array | undefined> {
  const found = findIn(layers, key);
  return found === undefined ? store.get(key) : Promise.resolve(found ?? undefined);
}

/** Point reads through the layers; what they do not hold is read from the store at one moment. */
export async function getManyOver(
  store: ReadView,
  layers: readonly Overlay[],
  keys: readonly Key[],
): Promise<(Uint8Array | undefined)[]> {
  if (layers.every((layer) => layer.empty)) return store.getMany(keys);
  const values: (Uint8Array | undefined)[] = [];
  const missing: Key[] = [];
  const places: number[] = [];
  for (const [at, key] of keys.entries()) {
    const found = findIn(layers, key);
    values.push(found ?? undefined);
    if (found === undefined) {
      missing.push(key);
      places.push(at);
    }
  }
  if (missing.length > 0) {
    const read = await store.getMany(missing);
    for (const [at, place] of places.entries()) values[place] = read[at];
  }
  return values;
}

/** One page of a scan through the layers, as `ReadView.scan` gives it. */
export async function scanOver(
  store: ReadView,
  layers: readonly Overlay[],
  range: Range,
  options: ScanOptions = {},
): Promise<Page> {
  const from = textOf(range.from);
  const to = textOf(range.to);
  const touching = layers.filter((layer) => layer.touches(from, to));
  if (touching.length === 0) return store.scan(range, options);
  const { reverse = false, limit = 1000, keysOnly = false } = options;
  const after = options.after && textOf(options.after);
  // Taken before the store is read: a layer that becomes durable meanwhile is then seen twice, never missed.
  const over = mergedRows(touching, from, to).filter(
    ([text]) => after === undefined || (reverse ? text < after : text > after),
  );
  if (reverse) over.reverse();
  const page: { keys: Key[]; values: Uint8Array[]; next?: Key } = { keys: [], values: [] };
  const take = (key: Key, value: Uint8Array): boolean => {
    if (page.keys.length === limit) {
      page.next = page.keys.at(-1) as Key;
      return false;
    }
    page.keys.push(key);
    page.values.push(keysOnly ? NOTHING : value);
    return true;
  };
  let at = 0;
  const takeOver = (until: string | undefined): boolean => {
    for (; at < over.length; at++) {
      const [text, row] = over[at] as readonly [string, Row];
      if (until !== undefined && (reverse ? text < until : text > until)) return true;
      if (row.value && !take(row.key, row.value)) return false;
    }
    return true;
  };
  let below: Page;
  for (let position = options.after; ; position = below.next) {
    below = await store.scan(range, { ...options, limit: limit + 1, ...(position && { after: position }) });
    for (const [index, key] of below.keys.entries()) {
      const text = textOf(key);
      if (!takeOver(text)) return page;
      if (findIn(touching, key) !== undefined) continue;
      if (!take(key, below.values[index] as Uint8Array)) return page;
    }
    if (!below.next) break;
  }
  takeOver(undefined);
  return page;
}

const NOTHING = new Uint8Array(0);

function findIn(layers: readonly Overlay[], key: Key): Found {
  let text: string | undefined;
  for (const layer of layers) {
    if (layer.empty) continue;
    text ??= textOf(key);
    const found = layer.find(text);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The rows of all layers in ascending order, the topmost layer's where several have one. */
function mergedRows(layers: readonly Overlay[], from: string, to: string): (readonly [string, Row])[] {
  const [only] = layers;
  if (only && layers.length === 1) return [...only.rows(from, to)];
  const merged = new Map<string, Row>();
  for (const layer of layers.toReversed()) {
    // A range that a higher layer deletes hides the rows of the lower ones.
    for (const text of merged.keys()) if (layer.covers(text)) merged.delete(text);
    for (const [text, row] of layer.rows(from, to)) merged.set(text, row);
  }
  return [...merged].sort(([a], [b]) => byText(a, b));
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function lowerBound(sorted: readonly string[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mergeSorted(a: readonly string[], b: readonly string[]): string[] {
  if (a.length === 0) return [...b];
  const merged: string[] = [];
  let at = 0;
  for (const text of b) {
    for (; at < a.length && (a[at] as string) < text; at++) merged.push(a[at] as string);
    merged.push(text);
  }
  for (; at < a.length; at++) merged.push(a[at] as string);
  return merged;
}
