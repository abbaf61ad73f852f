// Search snippets (RFC 8621 §5): a short piece of a text with the words that were searched in <mark> tags.
import type { SearchTerm } from './query.ts';
import { stemOf } from './stem.ts';
import { eachRun, isPair, tokenize } from './tokens.ts';

/** Octets of a snippet in UTF-8, tags and entities included (RFC 8621 §5). */
export const MAX_SNIPPET = 255;
/** Characters, and words, before the first hit that a snippet begins with. */
const LEAD_CHARACTERS = 40;
const LEAD_WORDS = 2;
/** Characters of a text that are looked at. */
const MAX_TEXT = 256 * 1024;

/**
 * The beginning of a text with its hits marked, as HTML; null when there is no hit.
 * @param language of the text, for stems
 */
export function markBeginning(
  text: string,
  terms: readonly SearchTerm[],
  language: string | undefined,
): string | null {
  const plain = collapse(text);
  const hits = findHits(plain, terms, language);
  return hits.length === 0 ? null : mark(plain, 0, hits);
}

/** As `markBeginning`, for the piece of the text around the first hit. */
export function markFirstHit(
  text: string,
  terms: readonly SearchTerm[],
  language: string | undefined,
): string | null {
  const plain = collapse(text);
  const hits = findHits(plain, terms, language);
  const [first] = hits;
  return first === undefined ? null : mark(plain, leadStart(plain, first.start), hits);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Token extends Span {
  readonly token: string;
  readonly word: string;
}

const collapse = (text: string): string => text.slice(0, MAX_TEXT).replace(/\s+/gu, ' ').trim();

/** Where terms are found: in order, not touching. */
function findHits(text: string, terms: readonly SearchTerm[], language: string | undefined): Span[] {
  const words = new Set<string>();
  const phrases: { tokens: readonly string[]; prefix: boolean }[] = [];
  for (const term of terms) {
    if (term.kind === 'phrase') phrases.push(term);
    else if (term.kind === 'word') for (const form of [term.word, ...term.stems]) words.add(form);
  }
  const tokens = tokensWithPlaces(text);
  const hits: Span[] = [];
  for (const [i, { token, word, start, end }] of tokens.entries()) {
    const isHit =
      words.has(token) || (word !== '' && language !== undefined && words.has(stemOf(word, language)));
    if (isHit) hits.push({ start, end });
    for (const phrase of phrases) {
      const last = phraseEnd(tokens, i, phrase);
      if (last !== undefined) hits.push({ start, end: last });
    }
  }
  return joined(hits);
}

function phraseEnd(
  tokens: readonly Token[],
  at: number,
  { tokens: wanted, prefix }: { readonly tokens: readonly string[]; readonly prefix: boolean },
): number | undefined {
  for (const [i, part] of wanted.entries()) {
    const found = tokens[at + i];
    if (found === undefined) return undefined;
    const mayGoOn = prefix && i === wanted.length - 1;
    if (mayGoOn ? !found.token.startsWith(part) : found.token !== part) return undefined;
  }
  const last = tokens[at + wanted.length - 1];
  // Of a pair of characters that begins with the one that was asked for, that one alone.
  const asked = wanted.at(-1) as string;
  return last && (isPair(asked) && last.token !== asked ? last.start + asked.length : last.end);
}

function tokensWithPlaces(text: string): Token[] {
  const tokens: Token[] = [];
  eachRun(text, (start, end) => {
    const run = text.slice(start, end);
    const found: { token: string; word: string }[] = [];
    tokenize(run, (token, word) => found.push({ token, word }));
    const characters = Array.from(run);
    // In a row of pairs, the place of each is that of its characters, where folding kept their number.
    const isRow = found.length > 1 && isPair((found[0] as Token).token) && found.length === characters.length;
    let at = start;
    for (const [i, each] of found.entries()) {
      if (!isRow) {
        tokens.push({ ...each, start, end });
        continue;
      }
      const here = characters[i] as string;
      const next = characters[i + 1] ?? '';
      tokens.push({ ...each, start: at, end: at + here.length + next.length });
      at += here.length;
    }
  });
  return tokens;
}

function joined(hits: Span[]): Span[] {
  hits.sort((a, b) => a.start - b.start || b.end - a.end);
  const spans: { start: number; end: number }[] = [];
  for (const { start, end } of hits) {
    const last = spans.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else spans.push({ start, end });
  }
  return spans;
}

/** Where a snippet begins: two words before the hit, or forty characters when they are longer. */
function leadStart(text: string, hit: number): number {
  let start = hit;
  for (let words = 0; words < LEAD_WORDS && start > 0; words++) {
    const space = text.lastIndexOf(' ', start - 2);
    const before = space < 0 ? 0 : space + 1;
    if (hit - before > LEAD_CHARACTERS) break;
    start = before;
  }
  return start;
}

const OPEN = '<mark>';
const CLOSE = '</mark>';
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The text from a place on as HTML, as much as there is room for. */
function mark(text: string, from: number, hits: readonly Span[]): string {
  let out = '';
  let room = MAX_SNIPPET;
  let next = hits.findIndex(({ end }) => end > from);
  let isOpen = false;
  for (let at = from; at < text.length; ) {
    const hit = hits[next];
    if (isOpen && hit !== undefined && at >= hit.end) {
      out += CLOSE;
      isOpen = false;
      next++;
      continue;
    }
    const character = String.fromCodePoint(text.codePointAt(at) as number);
    const shown = ENTITIES[character] ?? character;
    const opens: boolean = !isOpen && hit !== undefined && at >= hit.start;
    // A mark that is opened must be closed.
    const needed = Buffer.byteLength(shown) + (opens ? OPEN.length + CLOSE.length : 0);
    if (needed > room) break;
    room -= needed;
    out += opens ? OPEN + shown : shown;
    isOpen ||= opens;
    at += character.length;
  }
  return isOpen ? out + CLOSE : out;
}
