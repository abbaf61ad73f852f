// Matches mailbox names with the wildcards of LIST (RFC 9051 §6.3.9): `*` is any text, `%` any text without
// the separator. The cost is at most name length times pattern length, whatever the pattern.

/** The hierarchy separator of all our names. */
export const SEPARATOR = '/';
const SLASH = 0x2f;
const STAR = 0x2a;
const PERCENT = 0x25;

/** Decides whether a name (with `INBOX` in capitals) matches. */
export type NameMatcher = (name: string) => boolean;

/** Compiles a pattern of decoded text. */
export function compilePattern(pattern: string): NameMatcher {
  const canonical = collapse(pattern);
  if (canonical === '*') return () => true;
  if (canonical === '%') return (name) => !name.includes(SEPARATOR);
  if (!canonical.includes('*') && !canonical.includes('%')) return (name) => sameName(canonical, name);
  return (name) => matches(canonical, name);
}

/** Runs of wildcards mean the same as one: `*` if there is one in the run, else `%`. */
function collapse(pattern: string): string {
  let out = '';
  for (let i = 0; i < pattern.length; ) {
    const c = pattern.charCodeAt(i);
    if (c !== STAR && c !== PERCENT) {
      out += pattern.charAt(i++);
      continue;
    }
    let any = false;
    for (; i < pattern.length; i++) {
      const w = pattern.charCodeAt(i);
      if (w !== STAR && w !== PERCENT) break;
      if (w === STAR) any = true;
    }
    out += any ? '*' : '%';
  }
  return out;
}

/** True for INBOX and what lies below it: there the first five letters have no case (RFC 9051 §5.1). */
function underInbox(name: string): boolean {
  return name.startsWith('INBOX') && (name.length === 5 || name.charCodeAt(5) === SLASH);
}

function sameName(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  if (pattern.length !== name.length || !underInbox(name)) return false;
  return pattern.slice(0, 5).toUpperCase() + pattern.slice(5) === name;
}

/** Simulates all ways to match at once: `live[i]` says that the pattern before `i` matches the name so far. */
function matches(pattern: string, name: string): boolean {
  const foldTo = underInbox(name) ? 5 : 0;
  const length = pattern.length;
  let live = new Uint8Array(length + 1);
  let next = new Uint8Array(length + 1);
  live[0] = 1;
  skipWildcards(pattern, live);
  for (let n = 0; n < name.length; n++) {
    const c = name.charCodeAt(n);
    next.fill(0);
    let any = false;
    for (let p = 0; p < length; p++) {
      if (live[p] === 0) continue;
      const w = pattern.charCodeAt(p);
      if (w === STAR || (w === PERCENT && c !== SLASH)) {
        next[p] = 1;
        any = true;
      } else if (w !== PERCENT && (w === c || (n < foldTo && upper(w) === c))) {
        next[p + 1] = 1;
        any = true;
      }
    }
    if (!any) return false;
    skipWildcards(pattern, next);
    [live, next] = [next, live];
  }
  return live[length] === 1;
}

/** A wildcard also matches nothing. */
function skipWildcards(pattern: string, live: Uint8Array): void {
  for (let p = 0; p < pattern.length; p++) {
    if (live[p] === 0) continue;
    const w = pattern.charCodeAt(p);
    if (w === STAR || w === PERCENT) live[p + 1] = 1;
  }
}

const upper = (c: number): number => (c >= 0x61 && c <= 0x7a ? c - 0x20 : c);
