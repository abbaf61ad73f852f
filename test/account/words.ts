// What the threads and processes of these tests do to an account: each write adds a word to one row, as a
// keyword is added to a message, and counts it.
import { type AccountWriter, Aspect, DataType } from '../../src/account/index.ts';
import { fromUtf8, utf8 } from '../../src/base/index.ts';
import { type Key, keys, type ReadView } from '../../src/store/index.ts';

export const ACCOUNT = 5;

export const wordsKey = (account: number): Key => keys.indexKey(account, 1, utf8('words'));

export async function addWord(writer: AccountWriter, word: string): Promise<number> {
  const key = wordsKey(writer.id);
  const row = await writer.get(key);
  const words = row ? fromUtf8(row).split(' ') : [];
  if (words.includes(word)) throw new Error(`${word} is there already`);
  writer.set(key, utf8([...words, word].join(' ')));
  writer.create(DataType.Email, utf8(word), { aspects: Aspect.Keywords, after: [1] });
  return writer.change;
}

export async function readWords(store: ReadView, account: number): Promise<string[]> {
  const row = await store.get(wordsKey(account));
  return row ? fromUtf8(row).split(' ') : [];
}
