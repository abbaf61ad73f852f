// Result references (RFC 8620 §3.7) and the JSON Pointers of patches (RFC 6901, RFC 8620 §5.3).
import { isObject, type Json } from './request.ts';

export interface ResultReference {
  readonly resultOf: string;
  readonly name: string;
  readonly path: string;
}

export function isResultReference(value: unknown): value is ResultReference {
  return (
    isObject(value) &&
    typeof value['resultOf'] === 'string' &&
    typeof value['name'] === 'string' &&
    typeof value['path'] === 'string'
  );
}

/** Longest path of a reference, in tokens. */
export const MAX_POINTER_TOKENS = 32;

/**
 * How much the references of one request may take out of earlier results, in values. A chain of echoed
 * references could otherwise multiply its size with every call.
 */
export class ReferenceBudget {
  #left: number;

  constructor(values: number) {
    this.#left = values;
  }

  /** True while the budget lasts. */
  spend(values: number): boolean {
    this.#left -= values;
    return this.#left >= 0;
  }
}

/** Tokens of a JSON Pointer, unescaped; undefined when it is none or too long. */
export function pointerTokens(path: string): string[] | undefined {
  if (path === '') return [];
  if (!path.startsWith('/')) return undefined;
  return unescapeTokens(path.slice(1));
}

/** Tokens of a patch key: a pointer without its leading slash (RFC 8620 §5.3). */
export const patchTokens = (key: string): string[] | undefined => unescapeTokens(key);

function unescapeTokens(text: string): string[] | undefined {
  const tokens = text.split('/', MAX_POINTER_TOKENS + 1);
  if (tokens.length > MAX_POINTER_TOKENS) return undefined;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as string;
    if (!token.includes('~')) continue;
    if (/~(?![01])/.test(token)) return undefined;
    tokens[i] = token.replaceAll('~1', '/').replaceAll('~0', '~');
  }
  return tokens;
}

/** The value that a path selects; undefined when it does not resolve or the budget is spent. */
export function resolvePointer(root: Json, path: string, budget: ReferenceBudget): Json | undefined {
  const tokens = pointerTokens(path);
  if (!tokens) return undefined;
  const value = evaluate(root, tokens, 0, budget);
  if (value === undefined || !budget.spend(countValues(value, budget))) return undefined;
  return value;
}

function evaluate(
  from: Json,
  tokens: readonly string[],
  at: number,
  budget: ReferenceBudget,
): Json | undefined {
  let value = from;
  for (let i = at; i < tokens.length; i++) {
    const token = tokens[i] as string;
    if (Array.isArray(value)) {
      if (token === '*') return evaluateEach(value, tokens, i + 1, budget);
      const index = arrayIndex(token);
      if (index === undefined || index >= value.length) return undefined;
      value = value[index] as Json;
    } else if (isObject(value)) {
      if (!Object.hasOwn(value, token)) return undefined;
      value = value[token] as Json;
    } else {
      return undefined;
    }
    if (value === undefined) return undefined;
  }
  return value;
}

/** `*`: the rest of the path applied to every item, results that are arrays joined into one. */
function evaluateEach(
  items: readonly Json[],
  tokens: readonly string[],
  at: number,
  budget: ReferenceBudget,
): Json | undefined {
  const out: Json[] = [];
  for (const item of items) {
    const value = evaluate(item, tokens, at, budget);
    if (value === undefined) return undefined;
    if (!budget.spend(Array.isArray(value) ? value.length + 1 : 1)) return undefined;
    if (Array.isArray(value)) for (const inner of value) out.push(inner);
    else out.push(value);
  }
  return out;
}

/** RFC 6901 §4: digits without a leading zero. */
function arrayIndex(token: string): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,9})$/.test(token)) return undefined;
  return Number(token);
}

/** Values inside a value, long strings counted by their length; stops counting when the budget is spent. */
function countValues(root: Json, budget: ReferenceBudget): number {
  const open: Json[] = [root];
  let count = 0;
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    count += typeof value === 'string' ? 1 + (value.length >>> 6) : 1;
    if (typeof value === 'object' && value !== null) {
      for (const item of Array.isArray(value) ? value : Object.values(value)) open.push(item);
    }
    if (count > 0xffff) {
      if (!budget.spend(count)) return count;
      count = 0;
    }
  }
  return count;
}
