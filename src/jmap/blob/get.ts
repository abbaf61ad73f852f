// Blob/get (RFC 9404 §4.2): octets of a range as text or base64, and digests of them. Answers are written piece by
// piece, and what one request may take out of blobs is bounded.
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { asBuffer, type Slice } from '../../base/index.ts';
import { blobGetArgs, wrong } from '../../formats/jmap/index.ts';
import { type BlobName, parseBlobId } from '../blob-id.ts';
import { type BlobReads, type Blobs, plainRange, readPart } from '../blobs.ts';
import { realBlobId, type RequestContext } from '../context.ts';
import { MethodError } from '../errors.ts';
import { type Call, type JmapMethod, method, URN } from '../method.ts';
import { JsonText } from '../result.ts';
import type { BlobServices } from './services.ts';

/** Octets that all calls of one request may read out of blobs. */
const MAX_OCTETS = 32 * 1024 * 1024;

/** Wire names and the names that the platform has for them (RFC 9404 §3.1). */
const DIGESTS: Readonly<Record<string, string>> = { sha: 'sha1', 'sha-256': 'sha256', 'sha-512': 'sha512' };
export const DIGEST_NAMES: readonly string[] = Object.keys(DIGESTS);

interface Plan {
  readonly size: boolean;
  /** How the octets are asked for; undefined when they are not. */
  readonly data: ReadonlySet<'data' | 'data:asText' | 'data:asBase64'>;
  readonly digests: readonly string[];
}

export function blobGetMethod(services: BlobServices): JmapMethod {
  return method({
    name: 'Blob/get',
    capabilities: [URN.blob],
    account: 'member',
    permission: 'jmapBlobGet',
    args: blobGetArgs,
    handle: async (call, args) => {
      const plan = readPlan(args.properties ?? ['data', 'size']);
      const { blobs } = services;
      const { request } = call;
      const texts = [...new Set(args.ids)];
      const { maxObjectsInGet } = request.limits;
      if (texts.length > maxObjectsInGet)
        throw new MethodError('requestTooLarge', `More than ${maxObjectsInGet} blobs.`);
      const parts: string[] = [`{"accountId":${JSON.stringify(call.accountText)},"list":[`];
      const notFound: string[] = [];
      const readable = await readableBlobs(call, texts, blobs);
      let first = true;
      for (const text of texts) {
        const name = readable.get(text);
        const blob = name && (await openBlob(name, blobs.reads, request));
        if (!name || !blob) {
          notFound.push(text);
          continue;
        }
        if (!first) parts.push(',');
        first = false;
        await writeBlob(parts, realBlobId(request, text), blob, plan, args, request);
        if (request.slice.due()) await request.slice.pause();
      }
      parts.push(`],"notFound":${JSON.stringify(notFound)}}`);
      return new JsonText(parts);
    },
  });
}

/** Names by the ids as sent, of the blobs that the caller may read. */
export async function readableBlobs(
  call: Call,
  texts: readonly string[],
  blobs: Pick<Blobs, 'mayRead'>,
): Promise<Map<string, BlobName>> {
  const named = texts.flatMap((text) => {
    const name = parseBlobId(realBlobId(call.request, text));
    return name ? [{ text, name }] : [];
  });
  const allowed = await blobs.mayRead(
    call,
    named.map(({ name }) => name.hash),
  );
  return new Map(named.filter((_, i) => allowed[i]).map(({ text, name }) => [text, name]));
}

function readPlan(properties: readonly string[]): Plan {
  const data = new Set<'data' | 'data:asText' | 'data:asBase64'>();
  const digests: string[] = [];
  let size = false;
  for (const name of new Set(properties)) {
    if (name === 'data' || name === 'data:asText' || name === 'data:asBase64') data.add(name);
    else if (name === 'size') size = true;
    else if (name.startsWith('digest:') && Object.hasOwn(DIGESTS, name.slice(7))) digests.push(name.slice(7));
    // These two come with the data, whether asked for or not.
    else if (name !== 'id' && name !== 'isEncodingProblem' && name !== 'isTruncated')
      wrong('properties', `"${name.slice(0, 100)}" is no property`);
  }
  return { size, data, digests };
}

/** A blob that is there: its size, and its octets on demand. */
interface OpenBlob {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Undefined when there is no such blob. Throws `requestTooLarge`. */
async function openBlob(
  name: BlobName,
  reads: BlobReads,
  request: RequestContext,
): Promise<OpenBlob | undefined> {
  const plain = plainRange(name);
  const whole = await reads.size(name.hash);
  if (whole === undefined) return undefined;
  if (!plain) {
    // Only what was decoded has a size.
    spend(request, Math.min(whole, name.steps[0]?.length ?? whole));
    const bytes = await readPart(name, reads);
    return bytes && { size: bytes.length, read: async (from, length) => bytes.subarray(from, from + length) };
  }
  const start = plain === 'whole' ? 0 : Math.min(plain.offset, whole);
  const size = plain === 'whole' ? whole : Math.min(plain.length, whole - start);
  return {
    size,
    read: async (from, length) => {
      spend(request, length);
      const bytes = await reads.read(name.hash, { offset: start + from, length });
      if (bytes?.length !== length) throw new MethodError('serverUnavailable', 'A blob went away meanwhile.');
      return bytes;
    },
  };
}

const spent = new WeakMap<RequestContext, number>();

function spend(request: RequestContext, octets: number): void {
  const sum = (spent.get(request) ?? 0) + octets;
  if (sum > MAX_OCTETS)
    throw new MethodError('requestTooLarge', `More than ${MAX_OCTETS} octets of blobs in one request.`);
  spent.set(request, sum);
}

async function writeBlob(
  parts: string[],
  id: string,
  blob: OpenBlob,
  plan: Plan,
  range: { readonly offset: number | null; readonly length: number | null },
  { slice }: RequestContext,
): Promise<void> {
  const { data, digests } = plan;
  const offset = range.offset ?? 0;
  const from = Math.min(offset, blob.size);
  const length = Math.min(range.length ?? Infinity, blob.size - from);
  parts.push(`{"id":${JSON.stringify(id)}`);
  if (plan.size) parts.push(`,"size":${blob.size}`);
  if (data.size > 0 || digests.length > 0) {
    const octets = asBuffer(await blob.read(from, length));
    const wantsText = data.has('data') || data.has('data:asText');
    const isText = wantsText && (await isText8(octets, slice));
    if (wantsText && (isText || data.has('data:asText'))) {
      parts.push(',"data:asText":');
      if (isText) await writeText(parts, octets, slice);
      else parts.push('null');
    }
    if (data.has('data:asBase64') || (data.has('data') && !isText)) {
      parts.push(',"data:asBase64":');
      await writeBase64(parts, octets, slice);
    }
    for (const name of digests) parts.push(`,"digest:${name}":"${await digest(octets, name, slice)}"`);
    if (wantsText && !isText) parts.push(',"isEncodingProblem":true');
  }
  const past = range.length === null ? offset > blob.size : offset + range.length > blob.size;
  if (past) parts.push(',"isTruncated":true');
  parts.push('}');
}

/** Octets handled between two looks at the clock; divides by 3, so that pieces of base64 join. */
const PIECE = 48 * 1024;

async function isText8(octets: Buffer, slice: Slice): Promise<boolean> {
  for (let at = 0; at < octets.length; ) {
    const end = characterEnd(octets, at + PIECE * 8);
    if (!isUtf8(octets.subarray(at, end))) return false;
    at = end;
    if (slice.due()) await slice.pause();
  }
  return true;
}

/** The end nearest to a place, at most three octets behind it, that is not within a character. */
function characterEnd(octets: Buffer, near: number): number {
  let end = Math.min(near, octets.length);
  while (end < octets.length && end < near + 3 && ((octets[end] as number) & 0xc0) === 0x80) end++;
  return end;
}

/** Octets that are known to be UTF-8, as a JSON string. */
async function writeText(parts: string[], octets: Buffer, slice: Slice): Promise<void> {
  parts.push('"');
  for (let at = 0; at < octets.length; ) {
    const end = characterEnd(octets, at + PIECE);
    parts.push(JSON.stringify(octets.toString('utf8', at, end)).slice(1, -1));
    at = end;
    if (slice.due()) await slice.pause();
  }
  parts.push('"');
}

async function writeBase64(parts: string[], octets: Buffer, slice: Slice): Promise<void> {
  parts.push('"');
  for (let at = 0; at < octets.length; at += PIECE) {
    parts.push(octets.toString('base64', at, at + PIECE));
    if (slice.due()) await slice.pause();
  }
  parts.push('"');
}

async function digest(octets: Buffer, name: string, slice: Slice): Promise<string> {
  const hash = createHash(DIGESTS[name] as string);
  for (let at = 0; at < octets.length; at += PIECE * 8) {
    hash.update(octets.subarray(at, at + PIECE * 8));
    if (slice.due()) await slice.pause();
  }
  return hash.digest('base64');
}
