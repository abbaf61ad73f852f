// Reads the Email object of a create into what the message builder takes (RFC 8621 §4.6): header fields in
// their forms, and a tree of parts. Everything here comes from a client; nothing is done until all of it is
// checked.
import { parseDate as parseIsoDate, isObject, type Json, type JsonObject } from '../../formats/jmap/index.ts';
import type { HeaderInput } from '../../formats/mime/index.ts';
import { invalidProperties } from '../errors.ts';
import { statedType } from './content-type.ts';
import { addHeader, addProperty, CONVENIENCE, isOwnVersion, listOf, readText } from './draft-headers.ts';
import { readKeywords, trueKeys } from './keywords.ts';

export interface Draft {
  /** As sent: may hold `#key`. */
  readonly mailboxIds: readonly string[];
  readonly keywords: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly receivedAt: number | undefined;
  readonly headers: readonly HeaderInput[];
  /** The property that each field was given by, by its name in lower case. */
  readonly properties: ReadonlyMap<string, string>;
  readonly body: DraftPart;
}

export interface DraftPart {
  readonly type: string;
  /** Parameters of the type, besides charset and boundary. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly charset: string | null;
  readonly disposition: string | null;
  readonly name: string | null;
  readonly cid: string | null;
  readonly language: readonly string[] | null;
  readonly location: string | null;
  readonly headers: readonly HeaderInput[];
  readonly content:
    | { readonly text: string }
    | { readonly blobId: string }
    | { readonly parts: readonly DraftPart[] };
}

const BODY = new Set(['bodyStructure', 'textBody', 'htmlBody', 'attachments', 'bodyValues']);
const PART = new Set([
  'partId',
  'blobId',
  'size',
  'name',
  'type',
  'charset',
  'disposition',
  'cid',
  'language',
  'location',
  'subParts',
]);
/** Fields of a part that its properties speak for. */
const PART_FIELDS: ReadonlyMap<string, string> = new Map([
  ['content-type', 'type'],
  ['content-disposition', 'disposition'],
  ['content-id', 'cid'],
  ['content-language', 'language'],
  ['content-location', 'location'],
]);
const MAX_PARTS = 1000;
const MAX_DEPTH = 20;

/** Checks a whole Email object. Throws `SetFailure` (`invalidProperties`, naming what is wrong). */
export function readDraft(email: JsonObject): Draft {
  const bad = new Set<string>();
  const headers: HeaderInput[] = [];
  const seen = new Set<string>();
  const properties = new Map<string, string>();
  for (const key of Object.keys(email)) {
    const before = headers.length;
    const value = email[key] as Json;
    const convenience = CONVENIENCE.get(key);
    if (key === 'mailboxIds' || key === 'keywords' || key === 'receivedAt' || BODY.has(key)) continue;
    if (isOwnVersion(key, value)) continue;
    if (convenience) {
      if (value === null) continue;
      if (!addHeader(headers, seen, convenience.name, convenience.form, false, value)) bad.add(key);
    } else if (key.startsWith('header:')) {
      if (!addProperty(headers, seen, key, value, (name) => !name.startsWith('content-'))) bad.add(key);
    } else {
      // `headers`, what the server sets, and what no Email has.
      bad.add(key);
    }
    for (const { name } of headers.slice(before)) properties.set(name.toLowerCase(), key);
  }
  const mailboxIds = trueKeys(email['mailboxIds'] ?? {}, 'mailboxIds');
  if (mailboxIds.length === 0) throw invalidProperties(['mailboxIds'], 'mailboxIds: must name a mailbox');
  const keywords = readKeywords(email['keywords'] ?? {});
  const receivedAt = parseIsoDate(email['receivedAt'], true);
  if (receivedAt === undefined && (email['receivedAt'] ?? null) !== null) bad.add('receivedAt');
  const body = new BodyReader(email, seen, bad).read();
  if (bad.size > 0)
    throw invalidProperties([...bad], `These properties cannot be set so: ${[...bad].join(', ')}`);
  return { mailboxIds, keywords, receivedAt, headers, properties, body };
}

/** Reads the body properties of one Email. What is wrong is added to `bad` by its path. */
class BodyReader {
  readonly #email: JsonObject;
  readonly #rootFields: ReadonlySet<string>;
  readonly #bad: Set<string>;
  readonly #values: JsonObject;
  #parts = 0;

  constructor(email: JsonObject, rootFields: ReadonlySet<string>, bad: Set<string>) {
    this.#email = email;
    this.#rootFields = rootFields;
    this.#bad = bad;
    const values = email['bodyValues'] ?? {};
    this.#values = isObject(values) ? values : {};
    if (!isObject(values)) bad.add('bodyValues');
    else this.#checkValues();
  }

  read(): DraftPart {
    const { bodyStructure, textBody, htmlBody, attachments } = this.#email;
    if ((bodyStructure ?? null) !== null) {
      for (const key of ['textBody', 'htmlBody', 'attachments']) {
        if ((this.#email[key] ?? null) !== null) this.#bad.add(key);
      }
      return this.#part(bodyStructure as Json, 'bodyStructure', { depth: 0, root: true, structure: true });
    }
    const text = this.#single(textBody, 'textBody', 'text/plain');
    const html = this.#single(htmlBody, 'htmlBody', 'text/html');
    return compose(text, html, this.#list(attachments, 'attachments'));
  }

  #checkValues(): void {
    for (const [partId, value] of Object.entries(this.#values)) {
      const fine =
        isObject(value) &&
        typeof value['value'] === 'string' &&
        (value['isEncodingProblem'] ?? false) === false &&
        (value['isTruncated'] ?? false) === false;
      if (!fine) this.#bad.add(`bodyValues/${partId}`);
    }
  }

  /** `textBody` and `htmlBody` hold exactly one part of their type. */
  #single(value: Json | undefined, key: string, type: string): DraftPart | undefined {
    if ((value ?? null) === null) return undefined;
    const [part, ...more] = this.#list(value, key, type);
    if (!part || more.length > 0 || part.type !== type) this.#bad.add(key);
    return part;
  }

  #list(value: Json | undefined, key: string, type?: string): DraftPart[] {
    if ((value ?? null) === null) return [];
    if (!Array.isArray(value)) {
      this.#bad.add(key);
      return [];
    }
    return value.map((item, i) =>
      this.#part(item, `${key}/${i}`, {
        depth: 0,
        root: false,
        structure: false,
        ...(type !== undefined && { type }),
      }),
    );
  }

  #part(
    value: Json,
    at: string,
    place: { depth: number; root: boolean; structure: boolean; type?: string },
  ): DraftPart {
    if (!isObject(value) || ++this.#parts > MAX_PARTS || place.depth > MAX_DEPTH) return this.#refuse(at);
    const stated = statedType(value);
    const headers = this.#fields(value, at, place.root, stated?.key);
    const optional = (name: string): string | null => {
      const text = value[name] ?? null;
      if (text === null || typeof text === 'string') return text;
      this.#bad.add(`${at}/${name}`);
      return null;
    };
    const language = value['language'] ?? null;
    const tags = language === null ? null : listOf(language, readText);
    if (tags === false) this.#bad.add(`${at}/language`);
    const content = this.#content(value, at, place);
    const standard =
      'parts' in content
        ? 'multipart/mixed'
        : 'blobId' in content
          ? 'application/octet-stream'
          : 'text/plain';
    const type = (optional('type') ?? stated?.type ?? place.type ?? standard).toLowerCase();
    if (type.startsWith('multipart/') !== 'parts' in content) this.#bad.add(`${at}/type`);
    return {
      type,
      ...(stated && { parameters: stated.parameters }),
      // Text that is given here is written as UTF-8 whatever the field says.
      charset: optional('charset') ?? stated?.charset ?? null,
      disposition: optional('disposition'),
      name: optional('name'),
      cid: optional('cid'),
      language: tags || null,
      location: optional('location'),
      headers,
      content,
    };
  }

  /** Header fields of a part, none of them twice, nor in the root what the Email itself sets. */
  #fields(part: JsonObject, at: string, root: boolean, typeKey: string | undefined): HeaderInput[] {
    const headers: HeaderInput[] = [];
    const seen = new Set(root ? this.#rootFields : []);
    seen.add('content-transfer-encoding');
    // The type is written from what was read of it.
    seen.add('content-type');
    for (const [field, property] of PART_FIELDS) if ((part[property] ?? null) !== null) seen.add(field);
    if ((part['name'] ?? null) !== null) seen.add('content-disposition');
    for (const key of Object.keys(part)) {
      if (PART.has(key) || key === typeKey) continue;
      const fine =
        key.startsWith('header:') && addProperty(headers, seen, key, part[key] as Json, () => true);
      if (!fine) this.#bad.add(`${at}/${key}`);
    }
    return headers;
  }

  #content(part: JsonObject, at: string, place: { depth: number; structure: boolean }): DraftPart['content'] {
    const { partId = null, blobId = null, subParts = null } = part;
    const given = [partId, blobId, subParts].filter((value) => value !== null).length;
    if (given !== 1) {
      this.#bad.add(given === 0 ? at : `${at}/${subParts === null ? 'blobId' : 'subParts'}`);
      return { text: '' };
    }
    if (subParts !== null) {
      if (!place.structure || !Array.isArray(subParts) || subParts.length === 0) {
        this.#bad.add(`${at}/subParts`);
        return { parts: [] };
      }
      const inner = { depth: place.depth + 1, root: false, structure: true };
      return { parts: subParts.map((child, i) => this.#part(child, `${at}/subParts/${i}`, inner)) };
    }
    if (blobId !== null) {
      if (typeof blobId === 'string') return { blobId };
      this.#bad.add(`${at}/blobId`);
      return { text: '' };
    }
    // The text is given here, and written as UTF-8.
    for (const name of ['charset', 'size']) if ((part[name] ?? null) !== null) this.#bad.add(`${at}/${name}`);
    const value =
      typeof partId === 'string' && Object.hasOwn(this.#values, partId) ? this.#values[partId] : undefined;
    if (isObject(value) && typeof value['value'] === 'string') return { text: value['value'] };
    this.#bad.add(`${at}/partId`);
    return { text: '' };
  }

  #refuse(at: string): DraftPart {
    this.#bad.add(at);
    return textPart('');
  }
}

const leaf = {
  charset: null,
  disposition: null,
  name: null,
  cid: null,
  language: null,
  location: null,
  headers: [],
};
const textPart = (text: string): DraftPart => ({ ...leaf, type: 'text/plain', content: { text } });
const multipart = (type: string, parts: readonly DraftPart[]): DraftPart => ({
  ...leaf,
  type,
  content: { parts },
});

/** Puts text, HTML and attachments together the usual way. */
function compose(
  text: DraftPart | undefined,
  html: DraftPart | undefined,
  attachments: readonly DraftPart[],
): DraftPart {
  // What the HTML shows by `cid:` belongs beside it (RFC 2387).
  const shown = html
    ? attachments.filter((part) => part.cid !== null && part.disposition !== 'attachment')
    : [];
  const rest = attachments
    .filter((part) => !shown.includes(part))
    .map((part) => ({ ...part, disposition: part.disposition ?? 'attachment' }));
  const inline = shown.map((part) => ({ ...part, disposition: part.disposition ?? 'inline' }));
  const page = html && inline.length > 0 ? multipart('multipart/related', [html, ...inline]) : html;
  const body = text && page ? multipart('multipart/alternative', [text, page]) : (text ?? page);
  if (rest.length === 0) return body ?? textPart('');
  return multipart('multipart/mixed', body ? [body, ...rest] : rest);
}
