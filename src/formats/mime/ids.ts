// Lists of message identifiers (RFC 5322 §3.6.4) and of URLs (RFC 2369 §2) in header fields.
import { randomText } from '../../base/index.ts';
import { fromOctets } from './text.ts';

/** Identifiers or URLs read from one field; more are ignored. */
const MAX_ITEMS = 1000;

/**
 * Identifiers without angle brackets, comments and white space; null when there is none.
 * Without any angle bracket, words with an `@` count: some senders leave the brackets out.
 */
export function parseMessageIds(text: string): string[] | null {
  const bare = withoutComments(text);
  const ids = bracketed(bare).map((id) => fromOctets(id.replace(/\s/g, '')));
  if (ids.length === 0 && !bare.includes('<')) {
    for (const word of bare.split(/[\s,;]+/)) {
      if (/^[^@>"]+@[^@>"]+$/.test(word) && ids.length < MAX_ITEMS) ids.push(fromOctets(word));
    }
  }
  const found = ids.filter((id) => id !== '');
  return found.length > 0 ? found : null;
}

/** URLs of a List-* field without angle brackets and comments; null when there is none. */
export function parseUrls(text: string): string[] | null {
  // White space inside the brackets was added by folding and is not part of the URL (RFC 2369 §2).
  const urls = bracketed(withoutComments(text)).map((url) => fromOctets(url.replace(/\s/g, '')));
  const found = urls.filter((url) => url !== '');
  return found.length > 0 ? found : null;
}

/** What stands between angle brackets. */
function bracketed(text: string): string[] {
  const found: string[] = [];
  let open = text.indexOf('<');
  while (open >= 0 && found.length < MAX_ITEMS) {
    const close = text.indexOf('>', open + 1);
    if (close < 0) break;
    // A second opening bracket begins anew: the first was never closed.
    const inner = text.lastIndexOf('<', close);
    found.push(text.slice(inner + 1, close));
    open = text.indexOf('<', close + 1);
  }
  return found;
}

/** Takes out comments; parentheses inside angle brackets and quotes are none. */
function withoutComments(text: string): string {
  if (!text.includes('(')) return text;
  let out = '';
  let depth = 0;
  let inBrackets = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (depth > 0) {
      if (char === '\\') i++;
      else if (char === '(') depth++;
      else if (char === ')') depth--;
      continue;
    }
    if (char === '(' && !inBrackets) {
      depth = 1;
      continue;
    }
    if (char === '<') inBrackets = true;
    else if (char === '>') inBrackets = false;
    out += char;
  }
  return out;
}

/** The left side of a Message-ID that the server makes. */
const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A new Message-ID without angle brackets (RFC 5322 §3.6.4): 134 random bits at the host. */
export const newMessageId = (host: string): string => `${randomText(26, ID_ALPHABET)}@${host}`;
