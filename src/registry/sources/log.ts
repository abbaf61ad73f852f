// The log as records: every change of the audit trail, of all nodes and for as long as it is kept, and beside it the
// latest other events of this process. Lasting logs of all events are the business of the sinks that operators set up.
import { addSink, type EventLevel, now, toHex } from '../../base/index.ts';
import type { DataStore } from '../../store/index.ts';
import { parseFilter, parseSort } from '../engine/filter.ts';
import { type Paging, type QueryPage, takePage } from '../engine/query.ts';
import { matches } from '../engine/index-entries.ts';
import { readTrail, readTrailEntries, SERIALS, type TrailEntry } from '../engine/trail.ts';
import type { Source, SourceQuery, SourceScope, StoredRecord } from '../engine/types.ts';

/** Events of this process that are kept. */
const MAX_LINES = 10_000;
/** Longest text of the values of one event, in characters. */
const MAX_DETAILS = 2000;
/** Entries of the trail that are read at one time. */
const ENTRIES_AT_ONCE = 256;
/** Lines that a search looks at before it stops. */
const MAX_LOOKED_AT = 50_000;

const SEVERITY: readonly EventLevel[] = ['error', 'warn', 'info', 'debug', 'trace'];

/** The trail tells of these, with more. */
const TOLD_BY_TRAIL = 'registry.changed';

/** Source `log` of Log. Ids are in the order of time, newest first when they are listed. */
export class LogLines implements Source {
  readonly #store: DataStore;
  /** Events in the order of their ids; the oldest are dropped. */
  readonly #lines: StoredRecord[] = [];
  #last = 0;
  readonly #stop: () => void;

  /** Keeps events of this severity and above. */
  constructor(store: DataStore, level: EventLevel = 'info') {
    this.#store = store;
    const lowest = SEVERITY.indexOf(level);
    this.#stop = addSink((event, severity, fields) => {
      if (event === TOLD_BY_TRAIL || SEVERITY.indexOf(severity) > lowest) return;
      this.#last = Math.max(this.#last + 1, now() * SERIALS);
      const value = { timestamp: now(), level: severity, event, details: detailsOf(fields) };
      this.#lines.push({ id: this.#last, revision: 0, value });
      // dropped many at one time: each costs next to nothing
      if (this.#lines.length > MAX_LINES * 1.1) this.#lines.splice(0, this.#lines.length - MAX_LINES);
    });
  }

  close(): void {
    this.#stop();
  }

  async get(_: SourceScope, ids: readonly number[] | null, limit: number): Promise<readonly StoredRecord[]> {
    if (ids === null) {
      for await (const page of this.#newest(limit)) return page.slice(0, limit);
      return [];
    }
    const own = new Map(this.#lines.map((line) => [line.id, line]));
    const missing = ids.filter((id) => !own.has(id));
    const entries = await readTrailEntries(this.#store, missing);
    const found = new Map(entries.map(([id, entry]) => [id, trailLine(id, entry)]));
    return ids.flatMap((id) => own.get(id) ?? found.get(id) ?? []);
  }

  async query(scope: SourceScope, { filter, sort, paging }: SourceQuery): Promise<QueryPage> {
    const { declaration } = scope;
    const conditions = parseFilter(declaration, filter);
    const order = parseSort(declaration, sort);
    const lines = this.#newest(ENTRIES_AT_ONCE);
    const ids: Paging = paging;
    async function* matching(): AsyncGenerator<readonly number[]> {
      let looked = 0;
      for await (const page of lines) {
        yield page.filter((line) => matches(declaration, line.value, conditions)).map((line) => line.id);
        looked += page.length;
        if (looked > MAX_LOOKED_AT) return;
      }
    }
    if (!order.ascending) return takePage(matching(), ids);
    const all: number[] = [];
    for await (const page of matching()) all.push(...page);
    return takePage(asPage(all.reverse()), ids);
  }

  /** Events and entries of the trail together, newest first. */
  async *#newest(atOnce: number): AsyncGenerator<readonly StoredRecord[]> {
    const lines = this.#lines.toReversed();
    let at = 0;
    let before: number | undefined;
    do {
      const page = await readTrail(this.#store, {
        limit: atOnce,
        ...(before === undefined ? {} : { before }),
      });
      before = page.next;
      const merged: StoredRecord[] = [];
      for (const [i, entry] of page.entries.entries()) {
        const id = page.numbers[i] as number;
        for (; (lines[at]?.id ?? -1) > id; at++) merged.push(lines[at] as StoredRecord);
        merged.push(trailLine(id, entry));
      }
      yield merged;
    } while (before !== undefined);
    for (; at < lines.length; at += atOnce) yield lines.slice(at, at + atOnce);
  }
}

async function* asPage(ids: readonly number[]): AsyncGenerator<readonly number[]> {
  yield ids;
}

const trailLine = (id: number, entry: TrailEntry): StoredRecord => {
  const { time, changes, ...fields } = entry;
  const value = {
    timestamp: time,
    level: 'info',
    event: TOLD_BY_TRAIL,
    details: detailsOf({ ...fields, changes }),
  };
  return { id, revision: 0, value };
};

function detailsOf(fields: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} = ${shown(value)}`],
  );
  return parts.join(', ').slice(0, MAX_DETAILS);
}

function shown(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}
