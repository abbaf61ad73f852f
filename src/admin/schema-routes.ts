// `/api/schema`: the schema document under an address that names its content, so that it can be kept for ever.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { AccessToken } from '../access/index.ts';
import { type Exchange, redirectReply, type Reply, type Route } from '../formats/http/index.ts';
import { schemaDocument } from './schema-document.ts';

interface Packed {
  readonly hash: string;
  readonly plain: Uint8Array;
  readonly zipped: Uint8Array;
}

const zip = promisify(gzip);
let packed: Promise<Packed> | undefined;

export function schemaRoutes(): Route<AccessToken>[] {
  return [
    { method: 'GET', path: '/api/schema', signIn: 'required', handle: toCurrent },
    { method: 'GET', path: '/api/schema/{hash}', signIn: 'required', handle: document },
  ];
}

async function toCurrent(): Promise<Reply> {
  const { hash } = await (packed ??= pack());
  return redirectReply(302, `/api/schema/${hash}`, { 'Cache-Control': 'no-cache' });
}

/** A stale address leads to the current one. */
async function document({ params, headers }: Exchange<AccessToken>): Promise<Reply> {
  const { hash, plain, zipped } = await (packed ??= pack());
  if (params['hash'] !== hash) return toCurrent();
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(headers['accept-encoding'] ?? '');
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': 'private, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
      ETag: `"${hash}"`,
      ...(takesGzip && { 'Content-Encoding': 'gzip' }),
    },
    body: takesGzip ? zipped : plain,
  };
}

async function pack(): Promise<Packed> {
  const plain = Buffer.from(JSON.stringify(schemaDocument()));
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  return { hash, plain, zipped: await zip(plain) };
}
