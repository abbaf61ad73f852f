// The download endpoint (RFC 8620 §6.2): whole blobs and plain ranges stream, encoded parts are decoded first.
// Ranges of RFC 9110 §14; the name of RFC 6266. Nothing is ever shown in the browser's own frame.
import type { AccessToken } from '../access/index.ts';
import { decodeId } from '../base/index.ts';
import {
  type Exchange,
  HttpError,
  type Reply,
  type ReplyHeaders,
  type Route,
} from '../formats/http/index.ts';
import { type BlobName, parseBlobId } from './blob-id.ts';
import { type BlobReads, type Blobs, plainRange, readPart } from './blobs.ts';
import type { AccountDirectory } from './context.ts';
import { Gate } from './gate.ts';

export interface DownloadOptions {
  readonly blobs: Blobs;
  readonly directory: AccountDirectory;
}

/** Downloads of one account that are decoded in memory at once. */
const MAX_DECODED = 4;

export function downloadRoutes(options: DownloadOptions): Route<AccessToken>[] {
  const gate = new Gate();
  return [
    {
      method: 'GET',
      path: '/jmap/download/{accountId}/{blobId}/{name}',
      signIn: 'required',
      handle: (exchange) => download(exchange, options, gate),
    },
  ];
}

async function download(
  exchange: Exchange<AccessToken>,
  { blobs, directory }: DownloadOptions,
  gate: Gate,
): Promise<Reply> {
  const token = exchange.caller as AccessToken;
  const { accountId = '', blobId = '', name = '' } = exchange.params;
  const id = decodeId(accountId);
  const blob = parseBlobId(blobId);
  const account = id === undefined ? undefined : await directory.find(token, id);
  const [readable] =
    account && blob ? await blobs.mayRead({ token, accountId: account.id }, [blob.hash]) : [];
  if (!blob || !account || !readable) throw notFound();
  const headers = {
    'Content-Type': contentType(exchange.query.get('accept')),
    'Content-Disposition': disposition(name),
    // A blob id names immutable bytes.
    'Cache-Control': 'private, immutable, max-age=31536000',
    ETag: `"${blobId}"`,
    'Accept-Ranges': 'bytes',
    'Content-Security-Policy': "sandbox; default-src 'none'",
  };
  if (exchange.headers['if-none-match']?.includes(`"${blobId}"`)) return { status: 304, headers };
  const plain = plainRange(blob);
  if (plain) return streamed(exchange, blob, plain, headers, blobs.reads);
  const leave = gate.enter(token.account, MAX_DECODED);
  if (!leave)
    throw new HttpError({ status: 503, detail: 'Too many downloads at once.' }, { 'Retry-After': '1' });
  try {
    const bytes = await readPart(blob, blobs.reads);
    if (!bytes) throw notFound();
    const range = requestedRange(exchange.headers.range, bytes.length);
    if (range === 'unsatisfiable') throw unsatisfiable(bytes.length);
    if (!range) return { status: 200, headers, body: bytes };
    return { ...partial(headers, range, bytes.length), body: bytes.subarray(range.from, range.to) };
  } finally {
    leave();
  }
}

const notFound = (): HttpError => new HttpError({ status: 404, detail: 'There is no such blob.' });

/** Content that lies in the blob as it is. */
async function streamed(
  exchange: Exchange<AccessToken>,
  { hash }: BlobName,
  plain: { readonly offset: number; readonly length: number } | 'whole',
  headers: ReplyHeaders,
  reads: BlobReads,
): Promise<Reply> {
  const size = await reads.size(hash);
  if (size === undefined) throw notFound();
  const start = plain === 'whole' ? 0 : Math.min(plain.offset, size);
  const length = plain === 'whole' ? size : Math.min(plain.length, size - start);
  const range = requestedRange(exchange.headers.range, length);
  if (range === 'unsatisfiable') throw unsatisfiable(length);
  const { from, to } = range ?? { from: 0, to: length };
  const reply = range ? partial(headers, range, length) : { status: 200, headers };
  const sized = { ...reply, headers: { ...reply.headers, 'Content-Length': String(to - from) } };
  const piece = { offset: start + from, length: to - from };
  // One read costs less than a stream for what fits into a piece. For HEAD the stream is never begun.
  if (piece.length > SMALL || exchange.method === 'HEAD')
    return { ...sized, body: reads.stream(hash, piece) };
  const bytes = await reads.read(hash, piece);
  if (bytes?.length !== piece.length) throw notFound();
  return { ...sized, body: bytes };
}

const SMALL = 256 * 1024;

interface ByteRange {
  readonly from: number;
  readonly to: number;
}

function partial(
  headers: ReplyHeaders,
  { from, to }: ByteRange,
  size: number,
): Reply & { headers: ReplyHeaders } {
  return { status: 206, headers: { ...headers, 'Content-Range': `bytes ${from}-${to - 1}/${size}` } };
}

const unsatisfiable = (size: number): HttpError =>
  new HttpError({ status: 416, detail: `There are ${size} bytes.` }, { 'Content-Range': `bytes */${size}` });

/** A single range (RFC 9110 §14.1.2); anything else is answered with the whole, as the standard allows. */
export function requestedRange(
  header: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const parts = header === undefined ? null : /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  const [, first = '', last = ''] = parts ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { from: size - length, to: size };
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return undefined;
  if (from >= size) return 'unsatisfiable';
  return { from, to: last === '' ? size : Math.min(Number(last) + 1, size) };
}

/** Exactly what was asked, when it is a media type at all. */
export function contentType(accept: string | null): string {
  const fine =
    accept !== null &&
    accept.length <= 255 &&
    /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:;[\x20-\x7e]*)?$/.test(accept);
  return fine ? accept : 'application/octet-stream';
}

/** RFC 6266 §4.3, with a plain name for clients that know no other. */
export function disposition(name: string): string {
  const bare = name
    .toWellFormed()
    .replace(/[\p{Cc}/\\]/gu, '_')
    .slice(0, 255);
  if (bare === '') return 'attachment';
  const ascii = bare.replace(/[^\x20-\x7e]/g, '_').replaceAll('"', "'");
  const encoded = encodeURIComponent(bare).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return ascii === bare
    ? `attachment; filename="${ascii}"`
    : `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
