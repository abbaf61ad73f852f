// Reads a JMAP request from bytes: I-JSON (RFC 7493), then the Request object (RFC 8620 §3.3). Bytes come
// from a peer: depth, number of values and number of calls are bounded before anything is built from them.
import { asBuffer } from '../../base/index.ts';

/** `[name, arguments, method call id]` (RFC 8620 §3.2). */
export type Invocation = readonly [name: string, args: JsonObject, callId: string];

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

export interface JmapRequest {
  readonly using: readonly string[];
  readonly methodCalls: readonly Invocation[];
  readonly createdIds: Readonly<Record<string, string>> | undefined;
}

/** Request-level errors of RFC 8620 §3.6.1, without their `urn:ietf:params:jmap:error:` prefix. */
export type RequestErrorType = 'notJSON' | 'notRequest' | 'unknownCapability' | 'limit';

/** The whole request is refused. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly type: RequestErrorType;
  /** Name of the limit, for `limit`. */
  readonly limit: string | undefined;
  constructor(type: RequestErrorType, detail: string, limit?: string) {
    super(detail);
    this.type = type;
    this.limit = limit;
  }
}

export interface JsonLimits {
  /** Arrays and objects inside each other. */
  readonly maxDepth: number;
  /** Values in the whole text. */
  readonly maxValues: number;
}

export const DEFAULT_JSON_LIMITS: JsonLimits = { maxDepth: 128, maxValues: 1_000_000 };

/**
 * Parses I-JSON: valid UTF-8, no name twice in one object, no unpaired surrogate (RFC 7493 §2).
 * Throws `RequestError`: `notJSON`, or `limit` (`maxSizeRequest`) for a text that is nested too deeply or
 * holds too many values.
 */
export function parseIJson(bytes: Uint8Array, limits: JsonLimits = DEFAULT_JSON_LIMITS): Json {
  const names = survey(bytes, limits);
  let value: Json;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Json;
  } catch (error) {
    throw new RequestError('notJSON', `The body is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  verify(value, names);
  return value;
}

/** Checks that a value is a Request object. Throws `RequestError`: `notRequest` or `limit`. */
export function readRequest(value: Json, maxCalls: number): JmapRequest {
  if (!isObject(value)) throw notRequest('The request must be an object.');
  const { using, methodCalls, createdIds } = value;
  if (!Array.isArray(using) || !using.every((name) => typeof name === 'string')) {
    throw notRequest('"using" must be an array of strings.');
  }
  if (!Array.isArray(methodCalls)) throw notRequest('"methodCalls" must be an array.');
  if (methodCalls.length > maxCalls) {
    throw new RequestError('limit', `More than ${maxCalls} method calls.`, 'maxCallsInRequest');
  }
  for (let i = 0; i < methodCalls.length; i++) {
    if (!isInvocation(methodCalls[i] as Json)) {
      throw notRequest(`"methodCalls/${i}" must be an array of a name, an object and a call id.`);
    }
  }
  if (createdIds !== undefined && createdIds !== null) {
    if (!isObject(createdIds) || !Object.values(createdIds).every((id) => typeof id === 'string')) {
      throw notRequest('"createdIds" must be a map of ids.');
    }
  }
  return {
    using,
    methodCalls: methodCalls as unknown as Invocation[],
    createdIds: (createdIds ?? undefined) as Record<string, string> | undefined,
  };
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const notRequest = (detail: string) => new RequestError('notRequest', detail);

const isInvocation = (call: Json): boolean =>
  Array.isArray(call) &&
  call.length === 3 &&
  typeof call[0] === 'string' &&
  isObject(call[1]) &&
  typeof call[2] === 'string';

/** One pass over the bytes before they are parsed: bounds depth and values, and counts names. */
function survey(bytes: Uint8Array, limits: JsonLimits): number {
  const buffer = asBuffer(bytes);
  const length = buffer.length;
  let depth = 0;
  let values = 1;
  let names = 0;
  // hot: per byte of a request
  for (let i = 0; i < length; i++) {
    const c = buffer[i] as number;
    if (c === 0x22) {
      i = stringEnd(buffer, i + 1);
    } else if (c === 0x7b || c === 0x5b) {
      values++;
      if (++depth > limits.maxDepth) {
        throw new RequestError('limit', `Nested deeper than ${limits.maxDepth} levels.`, 'maxSizeRequest');
      }
    } else if (c === 0x7d || c === 0x5d) {
      depth--;
    } else if (c === 0x2c) {
      values++;
    } else if (c === 0x3a) {
      names++;
    }
  }
  if (values > limits.maxValues) {
    throw new RequestError('limit', `More than ${limits.maxValues} values.`, 'maxSizeRequest');
  }
  return names;
}

/** Index of the quote that ends a string, or the end of the text. */
function stringEnd(buffer: Buffer, from: number): number {
  // Most strings are short: a search by the runtime pays only for long ones.
  const near = Math.min(from + 48, buffer.length);
  let at = from;
  while (at < near) {
    const c = buffer[at] as number;
    if (c === 0x22) return at;
    at += c === 0x5c ? 2 : 1;
  }
  for (;;) {
    const quote = buffer.indexOf(0x22, at);
    if (quote < 0) return buffer.length;
    let slashes = quote;
    while (slashes > at && buffer[slashes - 1] === 0x5c) slashes--;
    if (((quote - slashes) & 1) === 0) return quote;
    at = quote + 1;
  }
}

/** Every name of the text must have become a member of its own, and every string must be well formed. */
function verify(root: Json, names: number): void {
  const open: Json[] = [root];
  let found = 0;
  // hot: per value of a request
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value === 'string') {
      requireWellFormed(value);
    } else if (Array.isArray(value)) {
      for (const item of value) {
        if (typeof item === 'string') requireWellFormed(item);
        else if (typeof item === 'object' && item !== null) open.push(item);
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const name in value) {
        found++;
        requireWellFormed(name);
        const item = value[name] as Json;
        if (typeof item === 'string') requireWellFormed(item);
        else if (typeof item === 'object' && item !== null) open.push(item);
      }
    }
  }
  if (found !== names) throw new RequestError('notJSON', 'A name stands twice in one object.');
}

function requireWellFormed(text: string): void {
  if (!text.isWellFormed()) throw new RequestError('notJSON', 'A string holds an unpaired surrogate.');
}
