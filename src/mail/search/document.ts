// The document that the search store keeps of an e-mail.
import { analyse, type Analysed, inLanguages, type Languages } from '../../formats/search/index.ts';
import type { SearchIndex } from '../../store/index.ts';
import type { SearchTexts } from './texts.ts';

/** The index of e-mails: addresses are not stemmed, all else is. */
export const EMAIL_INDEX: SearchIndex = {
  name: 'email',
  version: 1,
  fields: [
    { name: 'from', stems: false },
    { name: 'to', stems: false },
    { name: 'cc', stems: false },
    { name: 'bcc', stems: false },
    { name: 'subject', stems: true },
    { name: 'body', stems: true },
    { name: 'attachment', stems: true },
  ],
  parts: true,
};

/** Characters of a field that are indexed. */
const MAX_FIELD = 4 * 1024 * 1024;

/** Names of the fields of e-mails that a setting names, all of them when it names nothing. */
export function indexedFields(names: readonly string[]): ReadonlySet<string> {
  const all = EMAIL_INDEX.fields.map(({ name }) => name);
  return new Set(names.length === 0 ? all : all.filter((name) => names.includes(name)));
}

/**
 * Fields that the index has, by name; those without text are left out.
 * @param indexed fields whose words are wanted; of others the index knows only that they are there
 */
export function analyseTexts(
  texts: SearchTexts,
  languages: Languages,
  indexed: ReadonlySet<string>,
): Map<string, Analysed> {
  const stemmed = [...texts.subject, ...texts.body, ...texts.attachment];
  const passages = inLanguages(stemmed, languages);
  const bodyAt = texts.subject.length;
  const attachmentAt = bodyAt + texts.body.length;
  const fields = new Map<string, Analysed>();
  const put = (name: string, list: Parameters<typeof analyse>[0]): void => {
    if (list.length > 0) fields.set(name, analyse(list, indexed.has(name) ? MAX_FIELD : 0));
  };
  for (const name of ['from', 'to', 'cc', 'bcc'] as const) {
    put(
      name,
      texts[name].map(({ text }) => ({ text })),
    );
  }
  put('subject', passages.slice(0, bodyAt));
  put('body', passages.slice(bodyAt, attachmentAt));
  put('attachment', passages.slice(attachmentAt));
  return fields;
}
