// Search snippets of e-mails (RFC 8621 §5), made where the messages may be read and analysed at leisure.
import type { AccountId, DocumentId } from '../../account/index.ts';
import {
  inLanguages,
  type Languages,
  markBeginning,
  markFirstHit,
  parseQuery,
  type SearchTerm,
} from '../../formats/search/index.ts';
import type { BlobStore } from '../../store/index.ts';
import type { SearchQuery } from '../types.ts';
import { readSearchTexts, type SearchTexts, searchTexts } from './texts.ts';
import type { ReadColds, Snippet } from './types.ts';

/** Larger messages are read in the ranges that hold text. */
const WHOLE = 1024 * 1024;

export interface SnippetSources {
  readonly blobs: BlobStore;
  readonly readColds: ReadColds;
  readonly languages: Languages;
}

/** One for each id, undefined where there is no e-mail. The conditions on other fields than text are left out. */
export async function snippetsOf(
  { blobs, readColds, languages }: SnippetSources,
  account: AccountId,
  ids: readonly DocumentId[],
  queries: readonly SearchQuery[],
): Promise<(Snippet | undefined)[]> {
  const termsFor = (fields: readonly SearchQuery['field'][]): SearchTerm[] =>
    queries
      .filter(({ field }) => fields.includes(field))
      .flatMap(({ value }) => parseQuery(value, languages));
  const subjectTerms = termsFor(['text', 'subject']);
  const bodyTerms = termsFor(['text', 'body']);
  const colds = await readColds(account, ids);
  const snippets: (Snippet | undefined)[] = [];
  for (const cold of colds) {
    const texts = cold && (await readTexts(blobs, cold));
    snippets.push(texts && snippet(texts, subjectTerms, bodyTerms, languages));
  }
  return snippets;
}

type Cold = NonNullable<Awaited<ReturnType<ReadColds>>[number]>;

async function readTexts(blobs: BlobStore, { hash, message }: Cold): Promise<SearchTexts | undefined> {
  if (message.size > WHOLE) return readSearchTexts(message, (range) => blobs.read(hash, range));
  const bytes = await blobs.read(hash);
  return bytes && searchTexts(message, bytes);
}

function snippet(
  texts: SearchTexts,
  subjectTerms: readonly SearchTerm[],
  bodyTerms: readonly SearchTerm[],
  languages: Languages,
): Snippet {
  const passages = inLanguages([...texts.subject, ...texts.body, ...texts.attachment], languages);
  const subjects = passages.slice(0, texts.subject.length);
  const bodies = passages.slice(texts.subject.length);
  return {
    subject: firstOf(subjects, ({ text, language }) => markBeginning(text, subjectTerms, language)),
    preview: firstOf(bodies, ({ text, language }) => markFirstHit(text, bodyTerms, language)),
  };
}

function firstOf<T>(list: readonly T[], show: (each: T) => string | null): string | null {
  for (const each of list) {
    const shown = show(each);
    if (shown !== null) return shown;
  }
  return null;
}
