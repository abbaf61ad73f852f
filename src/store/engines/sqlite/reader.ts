// Reads of one thread over its own read-only connection. SQLite answers at once from memory-mapped pages, so the
// calls are synchronous; nothing else of the engine waits for them.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { emit } from '../../../base/index.ts';
import '../../events.ts';
import { PageBuilder, rangeLeft } from '../../page.ts';
import { type Key, type Page, type Range, type ScanOptions, StoreCorrupt } from '../../types.ts';
import { openForReading, partIn, TABLES, tableIndex } from './layout.ts';
import { NearKeys } from './near.ts';
import { firstColumn } from './rows.ts';
import { sqliteError } from './sqlite-error.ts';

interface Statements {
  readonly get: StatementSync;
  readonly up: StatementSync;
  readonly down: StatementSync;
  readonly keysUp: StatementSync;
  readonly keysDown: StatementSync;
}

/** Rows read at once: large values are read a few at a time, so that a page ends near its limit of bytes. */
const ROWS_AT_ONCE = [1001, 64, 8] as const;

const EMPTY = new Uint8Array();

function readError(error: unknown): Error {
  const known = sqliteError(error);
  if (known instanceof StoreCorrupt) emit('store.data-corruption', { detail: known.message }, 'error');
  return known;
}

export class Reader {
  readonly #db: DatabaseSync;
  readonly #tables: readonly Statements[];
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  /** Reads within `atOnce` see one moment already. */
  #depth = 0;

  constructor(file: string, mapBytes: number) {
    this.#db = openForReading(file, mapBytes);
    const prepare = (sql: string): StatementSync => {
      const statement = this.#db.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#begin = prepare('BEGIN');
    this.#end = prepare('COMMIT');
    this.#tables = TABLES.map(({ name }) => ({
      get: prepare(`SELECT v FROM ${name} WHERE k = ?`),
      up: prepare(`SELECT k, v FROM ${name} WHERE k >= ? AND k < ? ORDER BY k LIMIT ?`),
      down: prepare(`SELECT k, v FROM ${name} WHERE k >= ? AND k < ? ORDER BY k DESC LIMIT ?`),
      keysUp: prepare(`SELECT k FROM ${name} WHERE k >= ? AND k < ? ORDER BY k LIMIT ?`),
      keysDown: prepare(`SELECT k FROM ${name} WHERE k >= ? AND k < ? ORDER BY k DESC LIMIT ?`),
    }));
  }

  // hot: tens of thousands a second
  get(key: Key): Uint8Array | undefined {
    try {
      return firstColumn((this.#tables[tableIndex(key)] as Statements).get.get(key));
    } catch (error) {
      throw readError(error);
    }
  }

  getMany(keys: readonly Key[]): (Uint8Array | undefined)[] {
    if (keys.length === 1) return [this.get(keys[0] as Key)];
    const near = NearKeys.of(keys);
    return this.#atOnce(() => {
      if (!near) return keys.map((key) => this.get(key));
      this.#readNear(near);
      return keys.map((key) => near.valueOf(key));
    });
  }

  scan(range: Range, options: ScanOptions): Page {
    const page = new PageBuilder(options);
    const left = rangeLeft(range, options);
    if (!left) return page.finish();
    const parts = TABLES.flatMap((table, index) => {
      const part = partIn(table, left.from, left.to);
      return part ? [{ index, ...part }] : [];
    });
    if (options.reverse) parts.reverse();
    // a single statement sees one moment by itself
    const single = parts.length === 1 && page.wanted <= (ROWS_AT_ONCE[parts[0]?.index ?? 0] as number);
    const read = (): void => {
      for (const { index, from, to } of parts) {
        if (!this.#scanTable(index, { from, to }, options, page)) return;
      }
    };
    if (single) read();
    else this.#atOnce(read);
    return page.finish();
  }

  /** Begins a moment that lasts until `endMoment`. */
  beginMoment(): void {
    try {
      this.#begin.run();
      // the moment is that of the first read
      this.get(Uint8Array.of(1));
      this.#depth++;
    } catch (error) {
      throw readError(error);
    }
  }

  endMoment(): void {
    this.#depth--;
    this.#end.run();
  }

  close(): void {
    this.#db.close();
  }

  #readNear(near: NearKeys): void {
    const index = tableIndex(near.from);
    const { up } = this.#tables[index] as Statements;
    const most = ROWS_AT_ONCE[index];
    let left: Range | undefined = near;
    while (left) {
      const rows = this.#all(up, left, most);
      for (const [key, value = EMPTY] of rows) near.add(key, value);
      const after = rows.at(-1)?.[0];
      left = rows.length === most && after ? rangeLeft(left, { after }) : undefined;
    }
  }

  /** False when the page is full. */
  #scanTable(index: number, range: Range, options: ScanOptions, page: PageBuilder): boolean {
    const { up, down, keysUp, keysDown } = this.#tables[index] as Statements;
    const { reverse = false, keysOnly = false } = options;
    const statement = keysOnly ? (reverse ? keysDown : keysUp) : reverse ? down : up;
    const most = keysOnly ? 1001 : (ROWS_AT_ONCE[index] as number);
    let left: Range | undefined = range;
    while (left) {
      const wanted = Math.min(most, page.wanted - page.keys.length);
      const rows = this.#all(statement, left, wanted);
      for (const [key, value] of rows) if (!page.add(key, value ?? EMPTY)) return false;
      const after = rows.at(-1)?.[0];
      if (rows.length < wanted || !after) return true;
      left = rangeLeft(left, { reverse, after });
    }
    return true;
  }

  #all(statement: StatementSync, range: Range, limit: number): [Key, Uint8Array?][] {
    try {
      return statement.all(range.from, range.to, limit) as unknown as [Key, Uint8Array?][];
    } catch (error) {
      throw readError(error);
    }
  }

  #atOnce<T>(read: () => T): T {
    if (this.#depth > 0) return read();
    this.#begin.run();
    this.#depth++;
    try {
      const result = read();
      this.#end.run();
      return result;
    } catch (error) {
      // SQLite may have ended the transaction by itself
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw readError(error);
    } finally {
      this.#depth--;
    }
  }
}
