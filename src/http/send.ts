// Writes a reply: headers with the defaults of every answer, then the body at the pace of the peer.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { BodyWriter, Reply, ReplyHeaders } from '../formats/http/index.ts';
import { encodeReply } from './compress.ts';

/** A peer that takes nothing of what waits for it for this long is cut off. */
export const STALLED_MS = 60_000;

/** Headers of every answer, from the settings. */
export interface StandingHeaders {
  /** Flat list of names and values. */
  readonly always: readonly string[];
  /** Added on encrypted connections. */
  readonly secure: readonly string[];
  /** Added last; they replace headers of the same name. */
  readonly configured: ReadonlyMap<string, readonly [name: string, value: string]>;
}

export interface HeaderSettings {
  readonly enableHsts: boolean;
  readonly usePermissiveCors: boolean;
  readonly responseHeaders: Readonly<Record<string, string>>;
}

const CORS = [
  'Access-Control-Allow-Origin',
  '*',
  'Access-Control-Allow-Headers',
  'Authorization, Content-Type, Accept, X-Requested-With, Depth, If, If-Match, If-None-Match, Destination, Overwrite, Prefer',
  'Access-Control-Allow-Methods',
  'POST, GET, PATCH, PUT, DELETE, HEAD, OPTIONS, PROPFIND, PROPPATCH, REPORT, MKCOL, MKCALENDAR, COPY, MOVE, LOCK, UNLOCK, ACL',
  'Access-Control-Max-Age',
  '86400',
];

/** Headers that would break the framing of an answer when an operator set them. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function standingHeaders(settings: HeaderSettings): StandingHeaders {
  const configured = new Map<string, readonly [string, string]>();
  for (const [name, value] of Object.entries(settings.responseHeaders)) {
    const key = name.toLowerCase();
    if (/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key) && !FRAMING.has(key) && !/[\r\n\0]/.test(value)) {
      configured.set(key, [name, value]);
    }
  }
  return {
    always: [
      'X-Content-Type-Options',
      'nosniff',
      'Referrer-Policy',
      'no-referrer',
      ...(settings.usePermissiveCors ? CORS : []),
    ],
    secure: settings.enableHsts ? ['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'] : [],
    configured,
  };
}

/** Sends a reply; resolves when it has been handed to the connection completely. */
export async function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  plain: Reply,
  standing: StandingHeaders,
  secure: boolean,
): Promise<void> {
  const reply = await encodeReply(plain, request.headers['accept-encoding'], request.method);
  const headers = flatHeaders(reply.headers, standing, secure);
  const { status, body } = reply;
  const bare = request.method === 'HEAD' || status === 204 || status === 304;
  if (reply.stream && !bare) {
    response.writeHead(status, headers);
    response.flushHeaders();
    await runStream(response, reply.stream);
    return;
  }
  if (body !== undefined && typeof body === 'object' && Symbol.asyncIterator in body) {
    response.writeHead(status, headers);
    if (bare) response.end();
    else await pump(response, body);
    return;
  }
  const length = body === undefined ? 0 : bodyLength(body);
  const known = reply.headers && ('Content-Length' in reply.headers || 'content-length' in reply.headers);
  if (status !== 204 && status !== 304 && !known && !reply.stream)
    headers.push('Content-Length', String(length));
  response.writeHead(status, headers);
  if (bare || length === 0) response.end();
  else if (Array.isArray(body)) await pump(response, body as readonly Uint8Array[]);
  else response.end(body as string | Uint8Array);
}

function bodyLength(body: string | Uint8Array | readonly Uint8Array[] | AsyncIterable<Uint8Array>): number {
  if (typeof body === 'string') return Buffer.byteLength(body);
  if (body instanceof Uint8Array) return body.length;
  let length = 0;
  for (const part of body as readonly Uint8Array[]) length += part.length;
  return length;
}

function flatHeaders(own: ReplyHeaders | undefined, standing: StandingHeaders, secure: boolean): string[] {
  const out: string[] = [];
  const { configured } = standing;
  const add = (name: string, value: string) => {
    if (configured.size === 0 || !configured.has(name.toLowerCase())) out.push(name, value);
  };
  const { always } = standing;
  for (let i = 0; i < always.length; i += 2) {
    const name = always[i] as string;
    if (!own || !(name in own)) add(name, always[i + 1] as string);
  }
  if (secure) {
    for (let i = 0; i < standing.secure.length; i += 2) {
      add(standing.secure[i] as string, standing.secure[i + 1] as string);
    }
  }
  for (const name in own) {
    const value = own[name] as string | readonly string[];
    if (typeof value === 'string') add(name, value);
    else for (const one of value) add(name, one);
  }
  for (const [name, value] of configured.values()) out.push(name, value);
  return out;
}

async function pump(
  response: ServerResponse,
  body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const writer = new ResponseWriter(response);
  try {
    for await (const chunk of body) {
      if (writer.closed) return;
      await writer.write(chunk);
    }
  } catch (error) {
    // The status is out already: a cut connection is how the client learns that the body is not whole.
    response.destroy();
    throw error;
  }
  response.end();
}

async function runStream(
  response: ServerResponse,
  stream: (writer: BodyWriter) => Promise<void>,
): Promise<void> {
  try {
    await stream(new StreamWriter(response));
  } catch (error) {
    response.destroy();
    throw error;
  }
  response.end();
}

class ResponseWriter implements BodyWriter {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get closed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  write(chunk: string | Uint8Array): Promise<void> | undefined {
    if (this.closed || this.#response.write(chunk)) return undefined;
    return drained(this.#response, this.#response);
  }
}

/**
 * Writes to the connection itself, in one call a chunk: a response collects what it is given until the turn is over, which
 * costs twice as much when a thousand streams are told of one change.
 */
class StreamWriter implements BodyWriter {
  readonly #response: ServerResponse;
  /** Set once the headers are out and no earlier answer of the connection is in the way. */
  #socket: Socket | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get closed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  write(chunk: string | Uint8Array): Promise<void> | undefined {
    const response = this.#response;
    if (this.closed) return undefined;
    const { socket } = response;
    if (!this.#socket && socket && response.writableLength === 0) this.#socket = socket;
    if (!this.#socket) return response.write(chunk) ? undefined : drained(response, response);
    const frame = response.chunkedEncoding ? chunkFrame(chunk) : chunk;
    return this.#socket.write(frame) ? undefined : drained(response, this.#socket);
  }
}

let lastChunk: Uint8Array | undefined;
let lastFrame: Uint8Array = new Uint8Array();

/** A chunk as RFC 9112 §7.1 frames it. Bytes that go to many connections one after the other are framed once. */
function chunkFrame(chunk: string | Uint8Array): Uint8Array {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  if (bytes !== lastChunk) {
    lastFrame = Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, CRLF]);
    lastChunk = bytes;
  }
  return lastFrame;
}

const CRLF = Buffer.from('\r\n');

/** Resolves when the peer has taken what waits, or is gone. */
function drained(response: ServerResponse, taker: ServerResponse | Socket): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => response.destroy(), STALLED_MS);
    const end = () => {
      clearTimeout(cut);
      taker.off('drain', end);
      response.off('close', end);
      resolve();
    };
    taker.once('drain', end);
    response.once('close', end);
  });
}
