// Keywords within a write: names to numbers, giving new numbers where an account meets a keyword for the first time.
import type { AccountWriter } from '../account/index.ts';
import { areUsual, checkKeywords, decodeKeywords, encodeKeywords, KeywordTable } from './records/keywords.ts';
import { keywordsKey } from './records/rows.ts';

const USUAL = new KeywordTable();

export class KeywordEdit {
  readonly #w: AccountWriter;
  #table: KeywordTable | undefined;

  constructor(writer: AccountWriter) {
    this.#w = writer;
  }

  /** Numbers of keywords, ascending, new ones included. Throws `Invalid` and `LimitExceeded`. */
  async numbers(keywords: readonly string[]): Promise<number[]> {
    if (keywords.length === 0) return [];
    checkKeywords(keywords);
    if (areUsual(keywords)) return numbersIn(USUAL, keywords);
    const before = await this.#read();
    const table = before.with(keywords);
    if (table !== before) {
      this.#w.set(keywordsKey(this.#w.id), encodeKeywords(table));
      this.#table = table;
    }
    return numbersIn(table, keywords);
  }

  /** Numbers of those keywords that some e-mail has or had, ascending. */
  async known(keywords: readonly string[]): Promise<number[]> {
    return numbersIn(areUsual(keywords) ? USUAL : await this.#read(), keywords);
  }

  async #read(): Promise<KeywordTable> {
    return (this.#table ??= decodeKeywords(await this.#w.get(keywordsKey(this.#w.id))));
  }
}

function numbersIn(table: KeywordTable, keywords: readonly string[]): number[] {
  const numbers = new Set<number>();
  for (const keyword of keywords) {
    const number = table.number(keyword);
    if (number !== undefined) numbers.add(number);
  }
  return [...numbers].sort((a, b) => a - b);
}
