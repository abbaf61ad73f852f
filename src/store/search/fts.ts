// The embedded engine: one FTS5 table for each index in a SQLite file of its own. It keeps no texts (contentless),
// only the tokens that it is given. All calls are synchronous; the thread that owns it answers for the time.
//
// The row id is the account in the upper and the document in the lower 32 bits. A list of matches is in the order
// of row ids and is entered by a search, so a query reads the matches of its account and no others.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { fromDatabase, SearchRefused, SearchUnavailable } from './errors.ts';
import { matchExpression } from './match.ts';
import { arrays, bigInts } from './statements.ts';
import { WordList } from './words.ts';
import type { SearchChange, SearchIndex, SearchRequest, SearchStats } from './types.ts';

/** Pages of the cache, in KiB. */
const CACHE_KIB = 16 * 1024;
/** Octets of tokens that wait in memory before they become a segment. */
const PENDING_BYTES = 4 * 1024 * 1024;
/** Documents that one step of removing an account takes. */
const REMOVE_STEP = 200;
/** Words with a given part above which the part does not narrow a search. */
const MOST_WORDS = 400;

interface Table {
  readonly declaration: SearchIndex;
  readonly insert: StatementSync;
  readonly remove: StatementSync;
  readonly select: StatementSync;
  readonly step: StatementSync;
  readonly count: StatementSync;
  readonly words: WordList | undefined;
}

export class FtsEngine {
  readonly #db: DatabaseSync;
  readonly #tables = new Map<string, Table>();
  /** Something was applied that is not durable yet. */
  #isDirty = false;

  /**
   * @param folder where the file is; in memory when undefined
   * @param options `maxPages`: most pages (8 KiB) of the file
   */
  constructor(
    folder: string | undefined,
    indexes: readonly SearchIndex[],
    { maxPages = 0xffff_fffe }: { readonly maxPages?: number } = {},
  ) {
    this.#db = fromDatabase(() => {
      if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
      return new DatabaseSync(folder === undefined ? ':memory:' : path.join(folder, 'search.sqlite'));
    });
    fromDatabase(() => {
      this.#db.exec(
        `PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
         PRAGMA cache_size=-${CACHE_KIB}; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=2000;
         PRAGMA locking_mode=EXCLUSIVE; PRAGMA max_page_count=${maxPages};
         CREATE TABLE IF NOT EXISTS layout(name TEXT PRIMARY KEY, shape TEXT NOT NULL, ready INTEGER NOT NULL)
           WITHOUT ROWID`,
      );
      for (const index of indexes) this.#tables.set(index.name, this.#open(index));
    });
  }

  /** Indexes and removes: all or nothing. */
  apply(index: string, changes: readonly SearchChange[]): void {
    const table = this.#table(index);
    fromDatabase(() => {
      this.#begin();
      this.#db.exec('SAVEPOINT apply');
      try {
        for (const change of changes) this.#change(table, change);
        this.#db.exec('RELEASE apply');
      } catch (error) {
        table.words?.forget();
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK TO apply; RELEASE apply');
        // Else the database gave up the whole transaction, of which the caller hears now.
        else this.#isDirty = false;
        throw error;
      }
    });
  }

  /**
   * Makes what was applied durable. When that fails, or when the database gave up the transaction before, all that
   * was applied since the last time is lost.
   */
  flush(): void {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    fromDatabase(() => {
      try {
        this.#db.exec('COMMIT');
      } catch (error) {
        for (const table of this.#tables.values()) table.words?.forget();
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw new SearchUnavailable('what was indexed could not be stored', { cause: error });
      }
    });
  }

  /** Documents of the account, ascending; undefined when a part of a word is in too many words. */
  query(index: string, { account, fields, terms }: SearchRequest): Uint32Array | undefined {
    const table = this.#table(index);
    if (terms.length === 0) return new Uint32Array();
    return fromDatabase(() => {
      const wordsOf = (part: string): readonly string[] | undefined =>
        table.words?.containing(account, part, MOST_WORDS);
      const expression = matchExpression(table.declaration, fields, terms, wordsOf);
      if (expression === undefined) return undefined;
      const first = rowId(account, 0);
      const rows = table.select.all(expression, first, rowId(account, 0xffffffff)) as unknown as [number][];
      const documents = new Uint32Array(rows.length);
      for (let i = 0; i < rows.length; i++) documents[i] = (rows[i] as [number])[0];
      return documents;
    });
  }

  /** Removes some documents of an account; true while there are more. */
  removeSome(account: number): boolean {
    return fromDatabase(() => {
      this.#begin();
      for (const table of this.#tables.values()) {
        const rows = table.step.all(
          rowId(account, 0),
          rowId(account, 0xffffffff),
          REMOVE_STEP,
        ) as unknown as [bigint][];
        for (const [row] of rows) table.remove.run(row);
        if (rows.length === REMOVE_STEP) return true;
        table.words?.removeAccount(account);
      }
      return false;
    });
  }

  stats(index: string): SearchStats {
    const table = this.#table(index);
    return fromDatabase(() => {
      const [documents] = table.count.get() as unknown as [number];
      const { bytes } = this.#db
        .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
        .get() as { bytes: number };
      const { ready } = this.#db.prepare('SELECT ready FROM layout WHERE name = ?').get(index) as {
        ready: number;
      };
      return { documents, bytes, isNew: ready === 0 };
    });
  }

  /** The index has, or is about to get, every document that it should have. */
  markReady(index: string): void {
    fromDatabase(() => {
      this.#begin();
      bigInts(this.#db.prepare('UPDATE layout SET ready = 1 WHERE name = ?')).run(index);
    });
  }

  close(): void {
    try {
      this.flush();
    } finally {
      this.#db.close();
    }
  }

  #begin(): void {
    if (this.#db.isTransaction) return;
    if (this.#isDirty) {
      // The database gave up the transaction in another call (a full disk).
      this.#isDirty = false;
      throw new SearchUnavailable('what was indexed could not be stored');
    }
    this.#db.exec('BEGIN IMMEDIATE');
    this.#isDirty = true;
  }

  #change({ declaration, insert, remove, words }: Table, change: SearchChange): void {
    const row = rowId(change.account, change.document);
    if (change.fields === undefined) {
      remove.run(row);
      return;
    }
    const values: string[] = [];
    for (const { name } of declaration.fields) values.push(change.fields.get(name)?.words ?? '');
    words?.add(change.account, values);
    for (const { name, stems } of declaration.fields)
      if (stems) values.push(change.fields.get(name)?.stems ?? '');
    insert.run(row, ...values);
  }

  #table(index: string): Table {
    const table = this.#tables.get(index);
    if (table === undefined) throw new SearchRefused(`there is no index ${index}`);
    return table;
  }

  #open(declaration: SearchIndex): Table {
    const db = this.#db;
    const { name } = declaration;
    const columns = columnsOf(declaration);
    const shape = `${declaration.version} ${columns.join(' ')} ${declaration.parts}`;
    const known = db.prepare('SELECT shape FROM layout WHERE name = ?').get(name)?.['shape'];
    if (known !== shape) {
      db.exec(
        `BEGIN; DROP TABLE IF EXISTS ${name}; DROP TABLE IF EXISTS ${name}_words;
         CREATE VIRTUAL TABLE ${name} USING fts5(${columns.join(', ')}, content='', contentless_delete=1,
           tokenize='ascii');
         INSERT INTO ${name}(${name}, rank) VALUES ('hashsize', ${PENDING_BYTES})`,
      );
      bigInts(db.prepare('INSERT OR REPLACE INTO layout VALUES (?, ?, 0)')).run(name, shape);
      db.exec('COMMIT');
    }
    const marks = columns.map(() => '?').join(', ');
    return {
      declaration,
      insert: bigInts(
        db.prepare(`INSERT OR REPLACE INTO ${name}(rowid, ${columns.join(', ')}) VALUES (?, ${marks})`),
      ),
      remove: bigInts(db.prepare(`DELETE FROM ${name} WHERE rowid = ?`)),
      select: arrays(
        db.prepare(`SELECT rowid - ?2 FROM ${name} WHERE ${name} MATCH ?1 AND rowid BETWEEN ?2 AND ?3`),
      ),
      step: bigInts(arrays(db.prepare(`SELECT id FROM ${name}_docsize WHERE id BETWEEN ?1 AND ?2 LIMIT ?3`))),
      count: arrays(db.prepare(`SELECT count(*) FROM ${name}_docsize`)),
      words: declaration.parts ? new WordList(db, `${name}_words`) : undefined,
    };
  }
}

/** Columns of an index: the words of each field, then the stems of those that have any. */
const columnsOf = ({ fields }: SearchIndex): string[] => [
  ...fields.map(({ name }) => `w_${name}`),
  ...fields.filter(({ stems }) => stems).map(({ name }) => `s_${name}`),
];

/** Upper halves of 2^31 and more become negative: still one range for each account. */
const rowId = (account: number, document: number): bigint =>
  BigInt.asIntN(64, (BigInt(account) << 32n) | BigInt(document));
