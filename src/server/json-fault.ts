// Where a text stops being JSON (RFC 8259): the runtime's own parser does not always say.

export interface JsonFault {
  /** Index of the first character that cannot stand there; the length of the text when it ends too early. */
  readonly at: number;
  readonly reason: string;
}

const SPACE = /[ \t\r\n]*/y;
// oxlint-disable-next-line no-control-regex -- control characters are what a string may not hold
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
/** A boot file is shallow; this only bounds the recursion. */
const MAX_DEPTH = 100;

/** The first fault of a text, or undefined when it is JSON. */
export function jsonFault(text: string): JsonFault | undefined {
  let at = 0;
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.test(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const fault = (wanted: string): JsonFault => ({
    at,
    reason: at >= text.length ? `the text ends where ${wanted} should stand` : `${wanted} should stand here`,
  });
  const skip = (character: string): boolean => {
    take(SPACE);
    if (text[at] !== character) return false;
    at++;
    take(SPACE);
    return true;
  };
  const value = (depth: number): JsonFault | undefined => {
    take(SPACE);
    if (depth > MAX_DEPTH) return { at, reason: 'the text is nested too deep' };
    if (skip('{')) return members('}', depth, true);
    if (skip('[')) return members(']', depth, false);
    return take(STRING) || take(SCALAR) ? undefined : fault('a value');
  };
  const members = (end: string, depth: number, named: boolean): JsonFault | undefined => {
    if (skip(end)) return undefined;
    for (;;) {
      if (named && !take(STRING)) return fault('a name in quotes');
      if (named && !skip(':')) return fault('a colon');
      const wrong = value(depth + 1);
      if (wrong) return wrong;
      if (skip(end)) return undefined;
      if (!skip(',')) return fault(`a comma or ${end}`);
    }
  };
  const wrong = value(0);
  if (wrong) return wrong;
  take(SPACE);
  return at < text.length ? fault('nothing more') : undefined;
}
