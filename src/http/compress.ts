// Content coding of answers (RFC 9110 §8.4, §12.5.3; RFC 8878 zstd, RFC 7932 br): which coding a client takes, which
// answers gain from one, and the coding itself. Small bodies are coded at once; large ones leave the event loop.
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliCompress,
  brotliCompressSync,
  type BrotliOptions,
  constants,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  gzip,
  gzipSync,
  zstdCompress,
  zstdCompressSync,
  type ZstdOptions,
} from 'node:zlib';
import { asBuffer } from '../base/index.ts';
import type { Reply, ReplyHeaders } from '../formats/http/index.ts';

/** Codings in the order we like them when the client likes them alike. */
const CODINGS = ['zstd', 'br', 'gzip'] as const;
export type Coding = (typeof CODINGS)[number];

/** Smaller bodies do not gain. */
const LEAST = 1024;
/** Bodies up to this size cost less coded at once than handed to another thread. */
const AT_ONCE = 8 * 1024;
/** Longest Accept-Encoding that is looked at. */
const MAX_HEADER = 1000;

// The fastest levels: on JMAP answers the slow ones take several times as long for 2 % less.
const BROTLI: BrotliOptions = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 1, [constants.BROTLI_PARAM_LGWIN]: 19 },
};
const ZSTD: ZstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const GZIP = { level: 1 };

/** The coding that the client likes best among ours; undefined for none (RFC 9110 §12.5.3). */
export function acceptedCoding(header: string | string[] | undefined): Coding | undefined {
  const text = Array.isArray(header) ? header.join(',') : header;
  if (text === undefined || text === '' || text.length > MAX_HEADER) return undefined;
  const weights = new Map<string, number>();
  for (const item of text.split(',')) {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    weights.set(name === 'x-gzip' ? 'gzip' : name, weightOf(parameters));
  }
  const weight = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const unchanged = weights.get('identity') ?? 0;
  let best: Coding | undefined;
  for (const coding of CODINGS) {
    const own = weight(coding);
    if (own > 0 && own >= unchanged && (best === undefined || own > weight(best))) best = coding;
  }
  return best;
}

/** A malformed weight means that the coding is not taken. */
function weightOf(parameters: readonly string[]): number {
  const q = parameters.find((parameter) => /^q\s*=/.test(parameter));
  if (q === undefined) return 1;
  const value = /^q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.exec(q)?.[1];
  return value === undefined ? 0 : Number(value);
}

const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|message\/|application\/(?:[\w.+-]+\+(?:json|xml)|json|xml|javascript|wasm|xhtml\+xml|manifest\+json)(?:[\s;]|$)|image\/(?:svg\+xml|bmp)|font\/(?:ttf|otf))/i;

/** Whether answers of this type and status may be sent in another coding. */
function mayEncode({ status, stream, body }: Reply, headers: ReplyHeaders): boolean {
  if (stream || body === undefined || status < 200 || status === 204 || status === 206 || status === 304) {
    return false;
  }
  if (headerOf(headers, 'content-encoding') !== undefined) return false;
  // RFC 9111 §5.2.2.6
  if (headerOf(headers, 'cache-control')?.includes('no-transform')) return false;
  return COMPRESSIBLE.test(headerOf(headers, 'content-type') ?? '');
}

/**
 * The reply in the coding that the client takes. Answers that might have been coded say `Vary`, coded or not, so
 * that caches keep them apart. A HEAD is told the coding that a GET would get, and no length.
 */
export async function encodeReply(
  reply: Reply,
  acceptEncoding: string | string[] | undefined,
  method: string | undefined,
): Promise<Reply> {
  const { headers = {}, body } = reply;
  if (body === undefined || !mayEncode(reply, headers)) return reply;
  const varied = { ...reply, headers: withVary(headers) };
  const length = knownLength(body, headers);
  if (length !== undefined && length < LEAST) return varied;
  const coding = acceptedCoding(acceptEncoding);
  if (!coding) return varied;
  const encoded = { ...reply, headers: encodedHeaders(varied.headers, coding) };
  if (method === 'HEAD') return { ...encoded, body: NOTHING };
  if (typeof body === 'string' || body instanceof Uint8Array) {
    return { ...encoded, body: await encodeBytes(body, coding) };
  }
  return { ...encoded, body: encodeStream(body, coding) };
}

/** A body of unknown length, so that none is announced. */
const NOTHING: AsyncIterable<Uint8Array> = {
  async *[Symbol.asyncIterator]() {
    // nothing
  },
};

function knownLength(body: NonNullable<Reply['body']>, headers: ReplyHeaders): number | undefined {
  if (typeof body === 'string') return body.length;
  if (body instanceof Uint8Array) return body.length;
  if (Array.isArray(body)) return (body as readonly Uint8Array[]).reduce((sum, part) => sum + part.length, 0);
  const announced = headerOf(headers, 'content-length');
  return announced === undefined ? undefined : Number(announced);
}

function headerOf(headers: ReplyHeaders, name: string): string | undefined {
  for (const key in headers) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    const value = headers[key];
    return typeof value === 'string' ? value : value?.join(', ');
  }
  return undefined;
}

function withVary(headers: ReplyHeaders): ReplyHeaders {
  const vary = headerOf(headers, 'vary');
  if (vary !== undefined && /(?:^|,)\s*(?:\*|accept-encoding)\s*(?:,|$)/i.test(vary)) return headers;
  const rest = without(headers, ['vary']);
  return { ...rest, Vary: vary === undefined ? 'Accept-Encoding' : `${vary}, Accept-Encoding` };
}

/** Length and byte ranges are those of the plain bytes, and a strong ETag names them (RFC 9110 §8.8.3.3). */
function encodedHeaders(headers: ReplyHeaders, coding: Coding): ReplyHeaders {
  const etag = headerOf(headers, 'etag');
  const rest = without(headers, ['content-length', 'accept-ranges', 'etag']);
  const weak = etag === undefined ? {} : { ETag: etag.startsWith('W/') ? etag : `W/${etag}` };
  return { ...rest, ...weak, 'Content-Encoding': coding };
}

const without = (headers: ReplyHeaders, names: readonly string[]): ReplyHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase())));

const inThread = {
  zstd: (bytes: Uint8Array) => promisify<Uint8Array, ZstdOptions, Buffer>(zstdCompress)(bytes, ZSTD),
  br: (bytes: Uint8Array) => promisify<Uint8Array, BrotliOptions, Buffer>(brotliCompress)(bytes, BROTLI),
  gzip: (bytes: Uint8Array) => promisify<Uint8Array, typeof GZIP, Buffer>(gzip)(bytes, GZIP),
} as const satisfies Record<Coding, (bytes: Uint8Array) => Promise<Uint8Array>>;

const atOnce = {
  zstd: (bytes: Uint8Array) => zstdCompressSync(bytes, ZSTD),
  br: (bytes: Uint8Array) => brotliCompressSync(bytes, BROTLI),
  gzip: (bytes: Uint8Array) => gzipSync(bytes, GZIP),
} as const satisfies Record<Coding, (bytes: Uint8Array) => Uint8Array>;

async function encodeBytes(body: string | Uint8Array, coding: Coding): Promise<Uint8Array> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : asBuffer(body);
  return bytes.length <= AT_ONCE ? atOnce[coding](bytes) : inThread[coding](bytes);
}

const streams = {
  zstd: () => createZstdCompress(ZSTD),
  br: () => createBrotliCompress(BROTLI),
  gzip: () => createGzip(GZIP),
} as const;

/** Coded piece by piece, at the pace of the reader; ends the source when the reader goes away. */
function encodeStream(
  body: readonly Uint8Array[] | AsyncIterable<Uint8Array>,
  coding: Coding,
): AsyncIterable<Uint8Array> {
  // Errors reach the reader through the coder, which the pipeline destroys with them.
  return pipeline(Readable.from(body, { objectMode: false }), streams[coding](), () => undefined);
}
