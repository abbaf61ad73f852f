// Batches that wait for the next commit, and which of them go into it: at most 256 or 4 MiB, small ones first so
// that a flag change does not wait behind a large import, and none passed over more than a few times.

const MOST_BATCHES = 256;
const MOST_BYTES = 4 * 1024 * 1024;
const SMALL = 64 * 1024;
const MOST_PASSES = 3;

interface Entry<T> {
  readonly owner: T;
  readonly batch: ArrayBuffer;
  passes: number;
}

export interface Group<T> {
  readonly owners: T[];
  readonly batches: ArrayBuffer[];
}

export class GroupQueue<T> {
  #entries: Entry<T>[] = [];
  #bytes = 0;

  get length(): number {
    return this.#entries.length;
  }

  push(owner: T, batch: ArrayBuffer): void {
    this.#entries.push({ owner, batch, passes: 0 });
    this.#bytes += batch.byteLength;
  }

  /** Takes the next group, at least one batch; within it they are in the order of their arrival. */
  take(): Group<T> {
    const entries = this.#entries;
    if (entries.length <= MOST_BATCHES && this.#bytes <= MOST_BYTES) {
      this.#entries = [];
      this.#bytes = 0;
      return group(entries);
    }
    const chosen = new Set<Entry<T>>();
    let bytes = 0;
    const choose = (wanted: (entry: Entry<T>) => boolean): void => {
      for (const entry of entries) {
        if (chosen.size >= MOST_BATCHES) return;
        const { byteLength } = entry.batch;
        if (!wanted(entry) || chosen.has(entry) || (chosen.size > 0 && bytes + byteLength > MOST_BYTES))
          continue;
        chosen.add(entry);
        bytes += byteLength;
      }
    };
    choose(({ passes }) => passes >= MOST_PASSES);
    choose(({ batch }) => batch.byteLength <= SMALL);
    choose(() => true);
    this.#bytes -= bytes;
    this.#entries = entries.filter((entry) => !chosen.has(entry));
    for (const entry of this.#entries) entry.passes++;
    return group(entries.filter((entry) => chosen.has(entry)));
  }
}

function group<T>(entries: readonly Entry<T>[]): Group<T> {
  return { owners: entries.map(({ owner }) => owner), batches: entries.map(({ batch }) => batch) };
}
