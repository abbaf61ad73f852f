// The rows of the file as the writer sees and changes them.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Rows } from '../../apply.ts';
import type { Key } from '../../types.ts';
import { Subspace } from '../../keys.ts';
import { partIn, TABLES, tableIndex } from './layout.ts';
import { slotOf } from './stamps.ts';

interface Statements {
  readonly get: StatementSync;
  readonly has: StatementSync;
  readonly first: StatementSync;
  readonly set: StatementSync;
  readonly remove: StatementSync;
  readonly removeRange: StatementSync;
}

export class WriterRows implements Rows {
  readonly #statements: readonly Statements[];
  /** Slots of the heads that were changed, for `Stamps`. */
  readonly touched: number[] = [];
  /** A range was deleted in which heads may have been. */
  deletedHeads = false;

  constructor(db: DatabaseSync) {
    const prepare = (sql: string): StatementSync => {
      const statement = db.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#statements = TABLES.map(({ name }) => ({
      get: prepare(`SELECT v FROM ${name} WHERE k = ?`),
      has: prepare(`SELECT 1 FROM ${name} WHERE k = ?`),
      first: prepare(`SELECT k FROM ${name} WHERE k >= ? AND k < ? ORDER BY k LIMIT 1`),
      set: prepare(`INSERT INTO ${name} (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v`),
      remove: prepare(`DELETE FROM ${name} WHERE k = ?`),
      removeRange: prepare(`DELETE FROM ${name} WHERE k >= ? AND k < ?`),
    }));
  }

  get(key: Key): Uint8Array | undefined {
    return firstColumn(this.#of(key).get.get(key));
  }

  has(key: Key): boolean {
    return this.#of(key).has.get(key) !== undefined;
  }

  first(from: Key, to: Key): Key | undefined {
    for (const [i, table] of TABLES.entries()) {
      const part = partIn(table, from, to);
      const key = part && firstColumn((this.#statements[i] as Statements).first.get(part.from, part.to));
      if (key) return key;
    }
    return undefined;
  }

  set(key: Key, value: Uint8Array): void {
    this.#touch(key);
    this.#of(key).set.run(key, value);
  }

  delete(key: Key): void {
    this.#touch(key);
    this.#of(key).remove.run(key);
  }

  deleteRange(from: Key, to: Key): void {
    if ((from[0] as number) <= Subspace.Head && (to[0] as number) >= Subspace.Head) this.deletedHeads = true;
    for (const [i, table] of TABLES.entries()) {
      const part = partIn(table, from, to);
      if (part) (this.#statements[i] as Statements).removeRange.run(part.from, part.to);
    }
  }

  #touch(key: Key): void {
    const slot = slotOf(key);
    if (slot >= 0) this.touched.push(slot);
  }

  #of(key: Key): Statements {
    return this.#statements[tableIndex(key)] as Statements;
  }
}

/** First column of a row that was read as an array. */
export const firstColumn = (row: unknown): Uint8Array | undefined =>
  row === undefined ? undefined : ((row as readonly unknown[])[0] as Uint8Array);
