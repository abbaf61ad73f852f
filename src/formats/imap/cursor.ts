// Reads the tokens of one IMAP command (RFC 9051 §9, RFC 3501 §9). Every method moves forward only, so a
// command is parsed in one linear pass. Values stay byte strings: JavaScript strings whose characters are the
// bytes 0 to 255; the command decides later what they are encoded in.
import { latin1 } from '../../base/index.ts';

/** The command does not follow the grammar: answered `BAD`. */
export class ImapSyntaxError extends Error {
  override readonly name = 'ImapSyntaxError';
  /** Response code to go with the BAD, without brackets. */
  readonly responseCode: string | undefined;
  constructor(message: string, responseCode?: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/** Bytes that went to a file because they are large. */
export interface SpooledBytes {
  readonly path: string;
  readonly size: number;
}

/** A literal of a command. */
export interface Literal {
  readonly size: number;
  /** Sent as `~{n}` (RFC 3516, RFC 9051): may hold NUL. */
  readonly binary: boolean;
  readonly content: Uint8Array | SpooledBytes;
}

/** A command as it was read: a line, then a literal and a line for each literal announced. No line ends. */
export interface RawCommand {
  readonly lines: readonly string[];
  readonly literals: readonly Literal[];
}

/** What a line announces at its end: `{n}`, `{n+}` (RFC 7888), `~{n}` or `~{n+}`. */
export interface LiteralHead {
  /** Where it begins in the line. */
  readonly start: number;
  readonly size: number;
  /** False for `{n+}`: the client does not wait for the continuation. */
  readonly synchronizing: boolean;
  readonly binary: boolean;
}

/** Longest quoted string or atom. */
export const MAX_STRING = 8000;
export const MAX_TAG = 128;
const MAX_COMMAND_WORD = 15;
/** Digits of a literal's size; more is not a literal. */
const MAX_SIZE_DIGITS = 15;

/** Digits of a 63-bit number. */
const MAX_NUMBER_DIGITS = 19;

const ATOM = 1;
const ASTRING = 2;
const LIST = 4;
const TAG = 8;
const DIGIT = 16;
const CLASS = new Uint8Array(256);
for (let c = 0x21; c < 0x7f; c++) {
  const char = String.fromCharCode(c);
  const atom = !'(){%*"\\]'.includes(char);
  if (atom) CLASS[c] = ATOM | ASTRING | LIST;
  if (char === ']') CLASS[c] = ASTRING | LIST;
  if (char === '%' || char === '*') CLASS[c] = LIST;
  if ((CLASS[c] as number) & ASTRING && char !== '+') CLASS[c] = (CLASS[c] as number) | TAG;
  if (c >= 0x30 && c <= 0x39) CLASS[c] = (CLASS[c] as number) | DIGIT;
}

/** True when every character may stand in an atom (and there is one). */
export function isAtom(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (((CLASS[text.charCodeAt(i)] ?? 0) & ATOM) === 0) return false;
  }
  return text.length > 0;
}

/** True when the text may be sent as an astring atom (and there is a character). */
export function isAstringAtom(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (((CLASS[text.charCodeAt(i)] ?? 0) & ASTRING) === 0) return false;
  }
  return text.length > 0;
}

/** The literal that a line announces at its end, if it does. */
export function literalHead(line: string): LiteralHead | undefined {
  let at = line.length - 1;
  if (at < 2 || line.charCodeAt(at) !== 0x7d) return undefined;
  at--;
  const synchronizing = line.charCodeAt(at) !== 0x2b;
  if (!synchronizing) at--;
  const digitsEnd = at + 1;
  while (at >= 0 && ((CLASS[line.charCodeAt(at)] ?? 0) & DIGIT) !== 0) at--;
  const digits = digitsEnd - at - 1;
  if (digits < 1 || digits > MAX_SIZE_DIGITS || at < 0 || line.charCodeAt(at) !== 0x7b) return undefined;
  const size = Number(line.slice(at + 1, digitsEnd));
  const binary = at > 0 && line.charCodeAt(at - 1) === 0x7e;
  return { start: binary ? at - 1 : at, size, synchronizing, binary };
}

/** Tag and name of a command, read from its first line without failing; for errors and for limits. */
export function commandHead(line: string): { readonly tag: string | undefined; readonly name: string } {
  let at = 0;
  while (at < line.length && ((CLASS[line.charCodeAt(at)] ?? 0) & TAG) !== 0) at++;
  if (at === 0 || at > MAX_TAG || (at < line.length && line.charCodeAt(at) !== 0x20)) {
    return { tag: undefined, name: '' };
  }
  const tag = line.slice(0, at);
  const word = (from: number): number => {
    let end = from;
    while (end < line.length && end - from <= MAX_COMMAND_WORD && line.charCodeAt(end) > 0x20) end++;
    return end;
  };
  const end = word(at + 1);
  let name = line.slice(at + 1, end).toUpperCase();
  if (name === 'UID' && line.charCodeAt(end) === 0x20) {
    name = `UID ${line.slice(end + 1, word(end + 1)).toUpperCase()}`;
  }
  return { tag, name };
}

export class Cursor {
  readonly #command: RawCommand;
  #index = 0;
  #line: string;
  #at = 0;

  constructor(command: RawCommand) {
    this.#command = command;
    this.#line = command.lines[0] ?? '';
  }

  /** A cursor over one line without literals. */
  static of(line: string): Cursor {
    return new Cursor({ lines: [line], literals: [] });
  }

  /** The next character's code, or -1 at the end of the line. */
  peek(): number {
    return this.#at < this.#line.length ? this.#line.charCodeAt(this.#at) : -1;
  }

  /** True when nothing is left but spaces, which some clients leave behind. */
  atEnd(): boolean {
    if (this.#index + 1 < this.#command.lines.length) return false;
    for (let i = this.#at; i < this.#line.length; i++) if (this.#line.charCodeAt(i) !== 0x20) return false;
    return true;
  }

  end(): void {
    if (!this.atEnd()) this.fail('unexpected text after the arguments');
  }

  fail(message: string, responseCode?: string): never {
    throw new ImapSyntaxError(message, responseCode);
  }

  /** Takes the character if it is next. */
  take(char: string): boolean {
    if (this.peek() !== char.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }

  expect(char: string): void {
    if (!this.take(char)) this.fail(char === ' ' ? 'missing space' : `missing "${char}"`);
  }

  space(): void {
    this.expect(' ');
  }

  /** Takes a space if another argument follows it. */
  spaceBeforeMore(): boolean {
    if (this.atEnd()) return false;
    this.space();
    return true;
  }

  /** Takes the word (any case, compared in upper case) if the next atom is exactly it. */
  takeWord(word: string): boolean {
    const end = this.#at + word.length;
    if (((CLASS[this.#line.charCodeAt(end)] ?? 0) & ATOM) !== 0) return false;
    if (this.#line.slice(this.#at, end).toUpperCase() !== word) return false;
    this.#at = end;
    return true;
  }

  #run(mask: number, what: string): string {
    const from = this.#at;
    const line = this.#line;
    let at = from;
    while (at < line.length && ((CLASS[line.charCodeAt(at)] as number) & mask) !== 0) at++;
    if (at === from) this.fail(`missing ${what}`);
    if (at - from > MAX_STRING) this.fail(`${what} is too long`);
    this.#at = at;
    return line.slice(from, at);
  }

  atom(what = 'atom'): string {
    return this.#run(ATOM, what);
  }

  /** An atom in upper case. */
  word(what = 'keyword'): string {
    return this.#run(ATOM, what).toUpperCase();
  }

  /** An atom in upper case that also ends before any of these characters. */
  wordUpTo(stops: string, what: string): string {
    const from = this.#at;
    const word = this.#run(ATOM, what);
    for (let i = 0; i < word.length; i++) {
      if (stops.includes(word.charAt(i))) {
        this.#at = from + i;
        return word.slice(0, i).toUpperCase();
      }
    }
    return word.toUpperCase();
  }

  /** Takes exactly this text (compared in upper case) if it is next. */
  takeText(text: string): boolean {
    const end = this.#at + text.length;
    if (this.#line.slice(this.#at, end).toUpperCase() !== text) return false;
    this.#at = end;
    return true;
  }

  atDigit(): boolean {
    const c = this.peek();
    return c >= 0x30 && c <= 0x39;
  }

  tag(): string {
    const tag = this.#run(TAG, 'tag');
    if (tag.length > MAX_TAG) this.fail('tag is too long');
    return tag;
  }

  /** Name of the command in upper case; `UID` is joined with the word after it: `UID FETCH`. */
  commandName(): string {
    const name = this.word('command');
    if (name.length > MAX_COMMAND_WORD) this.fail('unknown command');
    if (name !== 'UID') return name;
    this.space();
    const rest = this.word('command');
    if (rest.length > MAX_COMMAND_WORD) this.fail('unknown command');
    return `UID ${rest}`;
  }

  /** A string that may be an atom; the atom `NIL` is the text "NIL" here (RFC 9051 §9). */
  astring(): string {
    const next = this.peek();
    return next === 0x22 || next === 0x7b ? this.string() : this.#run(ASTRING, 'string');
  }

  /** A pattern of LIST: as `astring`, with wildcards. */
  listPattern(): string {
    const next = this.peek();
    return next === 0x22 || next === 0x7b ? this.string() : this.#run(LIST, 'mailbox pattern');
  }

  string(): string {
    const next = this.peek();
    if (next === 0x22) return this.#quoted();
    if (next === 0x7b) return this.#literalText();
    return this.fail('missing string');
  }

  /** A string, or undefined for NIL. */
  nstring(): string | undefined {
    const next = this.peek();
    if (next === 0x22 || next === 0x7b) return this.string();
    if (this.takeWord('NIL')) return undefined;
    return this.fail('missing string or NIL');
  }

  #quoted(): string {
    const line = this.#line;
    let from = this.#at + 1;
    let text = '';
    for (let at = from; at < line.length; at++) {
      const c = line.charCodeAt(at);
      if (c === 0x22) {
        text = text === '' ? line.slice(from, at) : text + line.slice(from, at);
        if (text.length > MAX_STRING) this.fail('quoted string is too long');
        this.#at = at + 1;
        return text;
      }
      if (c === 0) this.fail('NUL in a quoted string');
      if (c === 0x5c) {
        const escaped = line.charCodeAt(at + 1);
        if (escaped !== 0x22 && escaped !== 0x5c) this.fail('bad escape in a quoted string');
        text += line.slice(from, at);
        from = ++at;
      }
    }
    return this.fail('quoted string without an end');
  }

  #literalText(): string {
    const literal = this.literal();
    if (!(literal.content instanceof Uint8Array)) return this.fail('literal is too large', 'TOOBIG');
    if (literal.content.includes(0)) this.fail('NUL in a literal');
    return latin1(literal.content);
  }

  /** True when a literal is next. */
  atLiteral(): boolean {
    return this.peek() === 0x7b || (this.peek() === 0x7e && this.#line.charCodeAt(this.#at + 1) === 0x7b);
  }

  literal(): Literal {
    const head = literalHead(this.#line);
    const literal = this.#command.literals[this.#index];
    const line = this.#command.lines[this.#index + 1];
    if (head?.start !== this.#at || literal === undefined || line === undefined) {
      return this.fail('missing literal');
    }
    this.#index++;
    this.#line = line;
    this.#at = 0;
    return literal;
  }

  #digits(): number {
    const from = this.#at;
    const line = this.#line;
    let at = from;
    let value = 0;
    while (at < line.length) {
      const c = line.charCodeAt(at) - 0x30;
      if (c < 0 || c > 9) break;
      value = value * 10 + c;
      if (++at - from > MAX_NUMBER_DIGITS) this.fail('number is too large');
    }
    if (at === from) this.fail('missing number');
    this.#at = at;
    return value;
  }

  /** A number of 0 to 2^32 - 1. */
  number(): number {
    const value = this.#digits();
    return value <= 0xffff_ffff ? value : this.fail('number is too large');
  }

  /** A number of 63 bits; above 2^53 - 1 it is taken as that, since no value of ours is larger. */
  number64(): number {
    return Math.min(this.#digits(), Number.MAX_SAFE_INTEGER);
  }

  /** A number of 1 to 2^32 - 1. */
  nzNumber(): number {
    const value = this.number();
    return value > 0 ? value : this.fail('number must not be zero');
  }

  /** `(item item ...)`; the empty list only when allowed. */
  list<T>(item: () => T, options: { readonly empty: boolean }): T[] {
    this.expect('(');
    const items: T[] = [];
    if (options.empty && this.take(')')) return items;
    do items.push(item());
    while (this.take(' '));
    this.expect(')');
    return items;
  }
}
