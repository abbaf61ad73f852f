// Keywords by number (RFC 8621 §4.1.1, RFC 9051 §2.3.2). The usual ones have the same number everywhere; others
// get the next number of their account, in a table that keeps the spelling which was stored first.
import { ByteReader, ByteWriter, Invalid, LimitExceeded } from '../../base/index.ts';

/** Numbers are stored: only append, and stay below `FIRST_OWN`. */
const USUAL: readonly string[] = [
  '$seen',
  '$draft',
  '$flagged',
  '$answered',
  '$forwarded',
  '$mdnsent',
  '$junk',
  '$notjunk',
  '$phishing',
  '$important',
  '$submitpending',
  '$submitted',
  '$muted',
  '$followed',
  '$memo',
  '$hasmemo',
  '$hasattachment',
  '$hasnoattachment',
  '$autosent',
  '$unsubscribed',
  '$canunsubscribe',
  '$imported',
  '$istrusted',
  '$maskedemail',
  '$new',
  '$notify',
  '$mailflagbit0',
  '$mailflagbit1',
  '$mailflagbit2',
];
const USUAL_NUMBERS = new Map(USUAL.map((keyword, number) => [keyword, number]));

export const SEEN = 0;
export const DRAFT = 1;
/** First number of an account's own keywords. */
export const FIRST_OWN = 32;
/** Keywords of its own that an account can have. */
export const MAX_OWN = 1000;
/** Longest keyword in bytes. */
export const MAX_KEYWORD = 255;

const VERSION = 1;

/** The keywords of an account; never changed. */
export class KeywordTable {
  /** Own keywords as first stored; their number is `FIRST_OWN` and up. */
  readonly own: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(own: readonly string[] = []) {
    this.own = own;
    this.#numbers = new Map(own.map((keyword, i) => [keyword.toLowerCase(), FIRST_OWN + i]));
  }

  /** Number of a keyword in any case; undefined when no e-mail ever had it. */
  number(keyword: string): number | undefined {
    const lower = keyword.toLowerCase();
    return USUAL_NUMBERS.get(lower) ?? this.#numbers.get(lower);
  }

  /** Spelling of a number. */
  name(number: number): string {
    return (number < FIRST_OWN ? USUAL[number] : this.own[number - FIRST_OWN]) ?? `$unknown-${number}`;
  }

  /** Whether the table knows the number. */
  has(number: number): boolean {
    return number < FIRST_OWN + this.own.length;
  }

  /** This table with the keywords that it lacks. Throws `LimitExceeded`. */
  with(keywords: readonly string[]): KeywordTable {
    const added = new Map<string, string>();
    for (const keyword of keywords) {
      const lower = keyword.toLowerCase();
      if (this.number(lower) === undefined && !added.has(lower)) added.set(lower, keyword);
    }
    if (added.size === 0) return this;
    if (this.own.length + added.size > MAX_OWN) throw new LimitExceeded('maxKeywords', MAX_OWN);
    return new KeywordTable([...this.own, ...added.values()]);
  }
}

/** Whether all keywords have a number without any table. */
export const areUsual = (keywords: readonly string[]): boolean =>
  keywords.every((keyword) => USUAL_NUMBERS.has(keyword.toLowerCase()));

/** Throws `Invalid` for what is no keyword. Characters are the faces' to check. */
export function checkKeywords(keywords: readonly string[]): void {
  for (const keyword of keywords) {
    if (keyword === '' || Buffer.byteLength(keyword) > MAX_KEYWORD || keyword.toLowerCase() === '$deleted')
      throw new Invalid([{ property: 'keywords', reason: `"${keyword.slice(0, 100)}" cannot be stored` }]);
  }
}

export function encodeKeywords({ own }: KeywordTable): Uint8Array {
  const out = new ByteWriter(512);
  out.u8(VERSION).varint(own.length);
  for (const keyword of own) out.text(keyword);
  return out.finish();
}

/** Throws RangeError for a record of another version, or one that is too short. */
export function decodeKeywords(row: Uint8Array | undefined): KeywordTable {
  if (!row) return NONE;
  const input = new ByteReader(row);
  const version = input.u8();
  if (version !== VERSION) throw new RangeError(`keyword table of version ${version}`);
  const own: string[] = [];
  for (let left = input.varint(); left > 0; left--) own.push(input.text());
  return new KeywordTable(own);
}

const NONE = new KeywordTable();
