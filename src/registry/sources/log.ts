// The latest events of this process as log lines: what the console's log page shows. Only the newest are kept,
// in memory; lasting logs are the business of the sinks that operators set up.
import { addSink, type EventLevel, type EventName, now } from '../../base/index.ts';
import { parseFilter, parseSort } from '../engine/filter.ts';
import { type Paging, type QueryPage, queryRecords } from '../engine/query.ts';
import type { Source, SourceQuery, SourceScope, StoredRecord } from '../engine/types.ts';

/** Lines that are kept. */
const MAX_LINES = 10_000;
/** Longest text of the values of one event, in characters. */
const MAX_DETAILS = 2000;

const SEVERITY: readonly EventLevel[] = ['error', 'warn', 'info', 'debug', 'trace'];

interface Line {
  readonly id: number;
  readonly timestamp: number;
  readonly level: EventLevel;
  readonly event: EventName;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Source `log` of Log. */
export class LogLines implements Source {
  /** A ring: the line of an id stands at its remainder. */
  readonly #lines: Line[] = [];
  #last = 0;
  readonly #stop: () => void;

  /** Keeps events of this severity and above. */
  constructor(level: EventLevel = 'info') {
    const lowest = SEVERITY.indexOf(level);
    this.#stop = addSink((event, severity, fields) => {
      if (SEVERITY.indexOf(severity) > lowest) return;
      const id = ++this.#last;
      this.#lines[id % MAX_LINES] = { id, timestamp: now(), level: severity, event, fields };
    });
  }

  close(): void {
    this.#stop();
  }

  get(_: SourceScope, ids: readonly number[] | null, limit: number): Promise<readonly StoredRecord[]> {
    const wanted = ids ?? this.#newest(limit);
    return Promise.resolve(
      wanted.flatMap((id) => {
        const line = this.#lines[id % MAX_LINES];
        return line?.id === id ? [recordOf(line)] : [];
      }),
    );
  }

  async query(scope: SourceScope, { filter, sort, paging }: SourceQuery): Promise<QueryPage> {
    const conditions = parseFilter(scope.declaration, filter);
    const order = parseSort(scope.declaration, sort);
    const wanted: Paging = paging;
    // without a condition nothing has to be looked into
    const ids = this.#newest(MAX_LINES);
    const records =
      conditions.length === 0
        ? ids.map((id) => ({ id, revision: 0, value: {} }))
        : await this.get(scope, ids, MAX_LINES);
    return queryRecords(scope.declaration, records, conditions, order, wanted);
  }

  #newest(limit: number): number[] {
    const count = Math.min(limit, MAX_LINES, this.#last);
    return Array.from({ length: count }, (_, i) => this.#last - i);
  }
}

const recordOf = ({ id, timestamp, level, event, fields }: Line): StoredRecord => ({
  id,
  revision: 0,
  value: { timestamp, level, event, details: detailsOf(fields) },
});

function detailsOf(fields: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} = ${shown(value)}`],
  );
  return parts.join(', ').slice(0, MAX_DETAILS);
}

function shown(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}
