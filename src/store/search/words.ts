// The words that an account's documents have, so that a part of a word can be looked for among the words, and the
// documents by the words. Words of removed documents stay until the account goes: they only cost a miss.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { bigInts } from './statements.ts';

/** Words remembered as stored, over all accounts. */
const REMEMBERED = 100_000;
/** V8 copies shorter substrings; a longer one would hold the whole text that it was cut from. */
const LONGEST_REMEMBERED = 12;

export class WordList {
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #remove: StatementSync;
  #known = new Map<number, Set<string>>();
  #count = 0;

  constructor(db: DatabaseSync, table: string) {
    db.exec(
      `CREATE TABLE IF NOT EXISTS ${table}(account INTEGER, word TEXT, PRIMARY KEY (account, word)) WITHOUT ROWID`,
    );
    this.#insert = bigInts(db.prepare(`INSERT OR IGNORE INTO ${table} VALUES (?, ?)`));
    this.#select = db.prepare(
      `SELECT word FROM ${table} WHERE account = ?1 AND instr(word, ?2) > 0 LIMIT ?3`,
    );
    this.#select.setReturnArrays(true);
    this.#remove = bigInts(db.prepare(`DELETE FROM ${table} WHERE account = ?`));
  }

  /** Adds the tokens of texts as the analyser makes them. */
  add(account: number, texts: readonly string[]): void {
    const known = this.#knownOf(account);
    for (const text of texts) {
      if (text === '') continue;
      for (const word of text.split(' ')) {
        if (known.has(word) || word === '') continue;
        this.#insert.run(account, word);
        if (word.length > LONGEST_REMEMBERED) continue;
        known.add(word);
        this.#count++;
      }
    }
  }

  /** Words with this part, undefined when there are more than `most`. */
  containing(account: number, part: string, most: number): readonly string[] | undefined {
    const rows = this.#select.all(account, part, most + 1) as unknown as [string][];
    return rows.length > most ? undefined : rows.map(([word]) => word);
  }

  removeAccount(account: number): void {
    this.#known.delete(account);
    this.#remove.run(account);
  }

  /** What was added may have been rolled back. */
  forget(): void {
    this.#known = new Map();
    this.#count = 0;
  }

  #knownOf(account: number): Set<string> {
    if (this.#count > REMEMBERED) this.forget();
    const known = this.#known.get(account) ?? new Set();
    this.#known.set(account, known);
    return known;
  }
}
