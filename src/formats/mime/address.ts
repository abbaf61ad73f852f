// Address lists (RFC 5322 §3.4, obsolete forms of §4.4, UTF-8 of RFC 6532), read from one character per
// octet in one pass. Best effort on broken input: every mailbox that can be made out is found.
import { isSpace, trimSpace } from './text.ts';

/** A mailbox as it stands in the message: one character per octet, nothing decoded. */
export interface RawMailbox {
  /** Display name, quotes removed; the comment beside the address when there is none; null without both. */
  readonly name: string | null;
  /** Source route without its colon, e.g. `@a,@b` (RFC 5322 §4.4). */
  readonly route: string | null;
  /** Local part, quoted where it must be. Empty for the null address and for a name without address. */
  readonly local: string;
  /** Domain, null when there is no `@`. */
  readonly domain: string | null;
}

/** A group, or a run of mailboxes outside of groups, whose name is null. */
export interface RawGroup {
  readonly name: string | null;
  readonly mailboxes: readonly RawMailbox[];
}

/** Mailboxes read from one field; more are ignored. */
export const MAX_MAILBOXES = 10_000;

const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const COMMA = 0x2c;
const DOT = 0x2e;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const AT = 0x40;
const BACKSLASH = 0x5c;

/** Parses an address list given unfolded, one character per octet. */
export function parseAddressList(text: string): RawGroup[] {
  return new AddressParser(text).run();
}

/** Words of a mailbox that belong together: with white space between them only around `.` and `@`. */
interface Segment {
  /** As an address: quoted strings quoted, no white space. */
  spec: string;
  /** As part of a name: quoted strings bare, white space as one space. */
  phrase: string;
  /** Whether `spec` holds an `@` outside of quotes. */
  isAddress: boolean;
  /** First octet of what was added last. */
  last: number;
}

/** An encoded word, which may hold a comma or parentheses though it should not. */
const ENCODED_WORD = /=\?[^?\s]{1,80}\?[bBqQ]\?[^?\s]*\?=/y;

class AddressParser {
  readonly #text: string;
  #at = 0;
  readonly #groups: { name: string | null; mailboxes: RawMailbox[] }[] = [];
  #group: { name: string | null; mailboxes: RawMailbox[] } | undefined;
  #segments: Segment[] = [];
  #gap = false;
  #comment: string | null = null;
  /** Content of the last angle brackets, undefined before any. */
  #angle: string | undefined;
  #angleName = '';
  #count = 0;
  #quotesBroken = false;
  #commentsBroken = false;

  constructor(text: string) {
    this.#text = text;
  }

  run(): RawGroup[] {
    const text = this.#text;
    while (this.#at < text.length && this.#count < MAX_MAILBOXES) {
      const code = text.charCodeAt(this.#at);
      // A closing bracket that nothing opened parts words, no more.
      if (isSpace(code) || code === GREATER) {
        this.#gap = true;
        this.#at++;
      } else if (code === QUOTE) this.#quoted();
      else if (code === OPEN) this.#commented();
      else if (code === LESS) this.#angled();
      else if (code === COMMA) this.#separator();
      else if (code === SEMICOLON) {
        this.#separator();
        this.#group = undefined;
      } else if (code === COLON) this.#colon();
      else if (code === EQUALS && text.charCodeAt(this.#at + 1) === 0x3f) this.#encodedWord();
      else this.#character(code);
    }
    this.#finish();
    return this.#groups;
  }

  #separator(): void {
    this.#finish();
    this.#at++;
  }

  /** Adds characters to the current words. */
  #append(spec: string, phrase: string, code: number): void {
    let segment = this.#segments.at(-1);
    const joins = code === DOT || code === AT;
    if (segment === undefined || (this.#gap && !joins && !goesOn(segment))) {
      segment = { spec: '', phrase: '', isAddress: false, last: 0 };
      this.#segments.push(segment);
      this.#gap = false;
    }
    if (this.#gap) segment.phrase += ' ';
    this.#gap = false;
    if (code === AT) segment.isAddress = true;
    segment.last = code;
    segment.spec += spec;
    segment.phrase += phrase;
  }

  #character(code: number): void {
    const text = this.#text;
    if (code === DOT || code === AT) {
      const one = text.charAt(this.#at++);
      this.#append(one, one, code);
      return;
    }
    const start = this.#at++;
    while (this.#at < text.length && isWordCharacter(text.charCodeAt(this.#at))) this.#at++;
    const word = text.slice(start, this.#at);
    this.#append(word, word, code);
  }

  #encodedWord(): void {
    ENCODED_WORD.lastIndex = this.#at;
    const word = ENCODED_WORD.exec(this.#text)?.[0];
    if (word === undefined) this.#character(EQUALS);
    else {
      this.#at += word.length;
      this.#append(word, word, EQUALS);
    }
  }

  #quoted(): void {
    const end = this.#quotedEnd();
    if (end < 0) {
      this.#at++;
      this.#gap = true;
      return;
    }
    const content = unquote(this.#text.slice(this.#at + 1, end));
    this.#at = end + 1;
    this.#append(isDotAtom(content) ? content : quote(content), content, QUOTE);
  }

  #quotedEnd(): number {
    if (this.#quotesBroken) return -1;
    const end = quotedEnd(this.#text, this.#at);
    if (end < 0) this.#quotesBroken = true;
    return end;
  }

  #commented(): void {
    const end = this.#commentEnd();
    if (end < 0) {
      this.#at++;
      this.#gap = true;
      return;
    }
    this.#comment = trimSpace(unquote(this.#text.slice(this.#at + 1, end)));
    this.#at = end + 1;
    this.#gap = true;
  }

  /** Index of the parenthesis that closes the comment; after one that never ends, none is looked for. */
  #commentEnd(): number {
    if (this.#commentsBroken) return -1;
    const text = this.#text;
    let depth = 0;
    for (let i = this.#at; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === BACKSLASH) i++;
      else if (code === OPEN) depth++;
      else if (code === CLOSE && --depth === 0) return i;
    }
    this.#commentsBroken = true;
    return -1;
  }

  #angled(): void {
    const name = this.#phrase();
    if (this.#angle !== undefined) {
      if (this.#angle.includes('@')) {
        // A comma is missing between two mailboxes.
        this.#segments = [];
        this.#finish();
        this.#angleName = name;
      } else this.#angleName = `${this.#angleName} <${this.#angle}> ${name}`;
    } else this.#angleName = name;
    this.#segments = [];
    this.#gap = false;
    this.#angle = this.#angleContent();
  }

  /** Reads to the closing bracket; without one, to the next comma. */
  #angleContent(): string {
    const text = this.#text;
    let content = '';
    // The commas of a route stand before its colon.
    let isRoute = false;
    this.#at++;
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      if (code === GREATER) {
        this.#at++;
        break;
      }
      if (code === COMMA && !isRoute) break;
      if (content === '' && code === AT) isRoute = true;
      if (code === QUOTE) {
        const end = this.#quotedEnd();
        if (end < 0) this.#at++;
        else {
          const inner = unquote(text.slice(this.#at + 1, end));
          content += isDotAtom(inner) ? inner : quote(inner);
          this.#at = end + 1;
        }
      } else if (code === OPEN) {
        const end = this.#commentEnd();
        this.#at = end < 0 ? this.#at + 1 : end + 1;
      } else if (code === LESS || isSpace(code)) this.#at++;
      else {
        const start = this.#at++;
        while (this.#at < text.length && isAngleCharacter(text.charCodeAt(this.#at))) this.#at++;
        content += text.slice(start, this.#at);
      }
    }
    return content;
  }

  #colon(): void {
    const segment = this.#segments.at(-1);
    const inAddress = segment?.isAddress === true;
    if (this.#group !== undefined || this.#angle !== undefined || inAddress) {
      this.#at++;
      this.#append(':', ':', COLON);
      return;
    }
    this.#group = { name: this.#phrase(), mailboxes: [] };
    this.#groups.push(this.#group);
    this.#reset();
    this.#at++;
  }

  #phrase(): string {
    return trimSpace(this.#segments.map((s) => s.phrase).join(' '));
  }

  #reset(): void {
    this.#segments = [];
    this.#gap = false;
    this.#comment = null;
    this.#angle = undefined;
    this.#angleName = '';
  }

  /** Ends the mailbox that was being read. */
  #finish(): void {
    if (this.#angle !== undefined) {
      // What follows the brackets belongs to the name when nothing stood before them.
      const name = trimSpace(this.#angleName) || this.#phrase() || this.#comment;
      this.#emit(this.#angle, name || null);
    } else if (this.#segments.length > 0) this.#bare(this.#segments);
    this.#reset();
  }

  /** A mailbox without angle brackets. */
  #bare(segments: readonly Segment[]): void {
    const addresses = segments.filter((s) => s.isAddress);
    const words = (list: readonly Segment[]): string => trimSpace(list.map((s) => s.phrase).join(' '));
    if (addresses.length === 0) {
      const only = segments.length === 1 ? segments[0] : undefined;
      // One word may be a local address; several are a name.
      if (only !== undefined && isDotAtom(only.spec)) this.#emit(only.spec, this.#comment);
      else this.#add({ name: words(segments) || null, route: null, local: '', domain: null });
      return;
    }
    const first = segments.indexOf(addresses[0] as Segment);
    const around =
      words(segments.slice(0, first)) || (addresses.length === 1 ? words(segments.slice(1)) : '');
    for (const [index, address] of addresses.entries()) {
      this.#emit(address.spec, index === 0 ? around || this.#comment : null);
    }
  }

  #emit(spec: string, name: string | null): void {
    let rest = spec;
    let route: string | null = null;
    if (rest.startsWith('@')) {
      const colon = rest.indexOf(':');
      if (colon > 0) {
        route = rest.slice(0, colon);
        rest = rest.slice(colon + 1);
      }
    }
    const at = domainAt(rest);
    this.#add({
      name: name || null,
      route,
      local: at < 0 ? rest : rest.slice(0, at),
      domain: at < 0 ? null : rest.slice(at + 1),
    });
  }

  #add(mailbox: RawMailbox): void {
    this.#count++;
    if (this.#group !== undefined) {
      this.#group.mailboxes.push(mailbox);
      return;
    }
    const last = this.#groups.at(-1);
    if (last !== undefined && last.name === null) last.mailboxes.push(mailbox);
    else this.#groups.push({ name: null, mailboxes: [mailbox] });
  }
}

/** Index of the `@` before the domain: the last one outside of quotes. */
function domainAt(spec: string): number {
  const at = spec.lastIndexOf('@');
  if (at >= 0 && spec.startsWith('"')) {
    const end = quotedEnd(spec, 0);
    if (at < end) return -1;
  }
  return at;
}

/** Index of the quote that closes the one at `from`, or -1. */
function quotedEnd(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i;
  }
  return -1;
}

/** Whether the next word belongs to this address though white space stands between. */
const goesOn = (segment: Segment): boolean =>
  segment.last === AT || (segment.last === DOT && segment.isAddress);

const isWordCharacter = (code: number): boolean =>
  !isSpace(code) &&
  code !== QUOTE &&
  code !== OPEN &&
  code !== COMMA &&
  code !== DOT &&
  code !== COLON &&
  code !== SEMICOLON &&
  code !== LESS &&
  code !== GREATER &&
  code !== AT &&
  code !== EQUALS;

const isAngleCharacter = (code: number): boolean =>
  !isSpace(code) && code !== QUOTE && code !== OPEN && code !== COMMA && code !== LESS && code !== GREATER;

/** Whether a local part needs no quotes (RFC 5322 §3.2.3, RFC 6532 §3.2); dots in odd places are tolerated. */
export const isDotAtom = (text: string): boolean => /^[^\x00-\x20()<>[\]:;@\\,"\x7f]+$/.test(text);

const unquote = (text: string): string => (text.includes('\\') ? text.replace(/\\([^])/g, '$1') : text);

/** A quoted string (RFC 5322 §3.2.4). */
export const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
