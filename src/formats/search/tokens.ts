// Text into the tokens of the search index. Words are folded; scripts without spaces give pairs of characters, so
// that any part of such a text can be found as a phrase of pairs.
import { kindOf, Kind } from './characters.ts';
import { fold } from './fold.ts';

/** Longest token in octets of UTF-8; longer words become several tokens in a row. */
export const MAX_TOKEN = 127;

/**
 * Takes one token.
 * @param token folded
 * @param word the word as it stands, where it may be stemmed; "" for others
 */
export type TokenSink = (token: string, word: string) => void;

/** Runs through the tokens of a text. Returns whether some word was longer than a token. */
export function tokenize(text: string, sink: TokenSink): boolean {
  const { length } = text;
  let split = false;
  // hot: once for every character of every message
  for (let at = 0; at < length; ) {
    let code = text.charCodeAt(at);
    if (code < 0x80) {
      if (ASCII[code] === 0) {
        at++;
        continue;
      }
      const start = at;
      let seen = 0;
      do {
        seen |= ASCII[code] as number;
        code = ++at < length ? text.charCodeAt(at) : 0;
      } while (code < 0x80 && ASCII[code] !== 0);
      if (code < 0x80 || kindAt(text, at) !== Kind.Word) {
        const word = text.slice(start, at);
        const token = (seen & UPPER) === 0 ? word : word.toLowerCase();
        if (token.length <= MAX_TOKEN) sink(token, (seen & DIGIT) === 0 ? token : '');
        else split = cut(token, sink);
        continue;
      }
      at = start;
    }
    const kind = kindAt(text, at);
    if (kind === Kind.Other) {
      at += sizeAt(text, at);
      continue;
    }
    const start = at;
    do at += sizeAt(text, at);
    while (kind !== Kind.Sign && at < length && kindAt(text, at) === kind);
    const word = text.slice(start, at);
    if (kind === Kind.Run) pairs(word, sink);
    else if (kind === Kind.Sign) sink(word, '');
    else split = folded(word, sink) || split;
  }
  return split;
}

/** The tokens of a text as a list. */
export function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  tokenize(text, (token) => tokens.push(token));
  return tokens;
}

/** Runs through the stretches of a text that become one word, one row of pairs, or one sign. */
export function eachRun(text: string, take: (start: number, end: number) => void): void {
  const { length } = text;
  for (let at = 0; at < length; ) {
    const kind = kindAt(text, at);
    const start = at;
    do at += sizeAt(text, at);
    while (kind !== Kind.Sign && at < length && kindAt(text, at) === kind);
    if (kind !== Kind.Other) take(start, at);
  }
}

/** Whether a token comes from a script without spaces. */
export const isPair = (token: string): boolean => kindOf(token.codePointAt(0) as number) === Kind.Run;

/** Whether a token is one character of a script without spaces: the beginning of every pair that it may stand in. */
export function isHalfPair(token: string): boolean {
  return isPair(token) && token.length === sizeAt(token, 0);
}

const LOWER = 1;
const UPPER = 2;
const DIGIT = 4;
const ASCII = new Uint8Array(128);
for (let i = 0x30; i <= 0x39; i++) ASCII[i] = DIGIT;
for (let i = 0x41; i <= 0x5a; i++) ASCII[i] = UPPER;
for (let i = 0x61; i <= 0x7a; i++) ASCII[i] = LOWER;

const kindAt = (text: string, at: number): Kind => kindOf(text.codePointAt(at) as number);
const sizeAt = (text: string, at: number): number => ((text.codePointAt(at) as number) > 0xffff ? 2 : 1);

const DIGITS = /\p{N}/u;

function folded(word: string, sink: TokenSink): boolean {
  const token = fold(word);
  if (token === '') return false;
  if (token.length * 3 > MAX_TOKEN && Buffer.byteLength(token) > MAX_TOKEN) return cut(token, sink);
  sink(token, DIGITS.test(word) ? '' : word);
  return false;
}

/** A word in pieces of at most `MAX_TOKEN` octets, between characters. */
function cut(token: string, sink: TokenSink): true {
  let start = 0;
  let octets = 0;
  for (let at = 0; at < token.length; ) {
    const code = token.codePointAt(at) as number;
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (octets + size > MAX_TOKEN) {
      sink(token.slice(start, at), '');
      start = at;
      octets = 0;
    }
    octets += size;
    at += code > 0xffff ? 2 : 1;
  }
  sink(token.slice(start), '');
  return true;
}

/** Each character with the next one, and the last alone: `abc` gives `ab`, `bc`, `c`. */
function pairs(run: string, sink: TokenSink): void {
  const text = fold(run);
  let before = '';
  for (const character of text) {
    if (before !== '') sink(before + character, '');
    before = character;
  }
  if (before !== '') sink(before, '');
}
