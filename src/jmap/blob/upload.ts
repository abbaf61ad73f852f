// Blob/upload (RFC 9404 §4.1): blobs put together from text, base64 and ranges of other blobs.
import { now } from '../../base/index.ts';
import { HttpError } from '../../formats/http/index.ts';
import {
  blobUploadArgs,
  isObject,
  type Json,
  type JsonObject,
  type SetError,
} from '../../formats/jmap/index.ts';
import { permission } from '../../access/index.ts';
import { checkAllowance, spendAllowance } from '../allowance.ts';
import { wholeBlobId } from '../blob-id.ts';
import { plainRange, readPart } from '../blobs.ts';
import { realId } from '../context.ts';
import { invalidProperties, MethodError, setErrorFor, SetFailure } from '../errors.ts';
import { type Call, type JmapMethod, method, URN } from '../method.ts';
import { asObject, orderCreations } from '../set.ts';
import { readableBlobs } from './get.ts';
import { type BlobServices, MAX_DATA_SOURCES, maxSizeBlobSet } from './services.ts';

type Source =
  | { readonly octets: Uint8Array }
  | { readonly blobId: string; readonly offset: number; readonly length: number | null };

const UNLIMITED = permission('unlimitedUploads');

export function blobUploadMethod(services: BlobServices): JmapMethod {
  return method({
    name: 'Blob/upload',
    capabilities: [URN.blob],
    account: 'member',
    permission: 'jmapBlobUpload',
    args: blobUploadArgs,
    handle: async (call, { create }) => {
      const { request } = call;
      const entries = Object.entries(create);
      const { maxObjectsInSet } = request.limits;
      if (entries.length > maxObjectsInSet)
        throw new MethodError('requestTooLarge', `More than ${maxObjectsInSet} blobs.`);
      const created = new Map<string, JsonObject>();
      const notCreated = new Map<string, SetError>();
      const { ordered, circular } = orderCreations(entries, creationsNamed);
      for (const key of circular)
        notCreated.set(key, {
          type: 'invalidProperties',
          properties: ['data'],
          description: 'data: names itself in a circle',
        });
      for (const [key, object] of ordered) {
        try {
          created.set(key, await createBlob(call, object, services));
          request.created.set(key, created.get(key)?.['id'] as string);
        } catch (error) {
          notCreated.set(key, setErrorFor(error));
        }
        if (request.slice.due()) await request.slice.pause();
      }
      return {
        accountId: call.accountText,
        created: asObject(created),
        notCreated: asObject(notCreated),
      };
    },
  });
}

function creationsNamed({ data }: JsonObject): string[] {
  if (!Array.isArray(data)) return [];
  return data.flatMap((source) => {
    const id = isObject(source) ? source['blobId'] : undefined;
    return typeof id === 'string' && id.startsWith('#') ? [id.slice(1)] : [];
  });
}

/** Throws what the object fails with. */
async function createBlob(call: Call, object: JsonObject, services: BlobServices): Promise<JsonObject> {
  const { data, type = null, ...others } = object;
  const unknown = Object.keys(others);
  if (unknown.length > 0) throw invalidProperties(unknown, `${unknown.join(', ')}: not known`);
  if (type !== null && (typeof type !== 'string' || type.length > 255))
    throw invalidProperties(['type'], 'type: must be a media type or null');
  if (!Array.isArray(data)) throw wrongData('must be an array of sources');
  if (data.length > MAX_DATA_SOURCES)
    throw new SetFailure('tooLarge', `There are more than ${MAX_DATA_SOURCES} data sources.`);
  const settings = services.settings();
  const unlimited = call.token.has(UNLIMITED);
  const limit = unlimited ? settings.maxRequestSize : maxSizeBlobSet(settings);
  const pieces = await readSources(call, data.map(readSource), limit, services);
  if (!unlimited) await allow(call.token.account, services);
  const { hash, size } = await services.temporary.keep(
    call.accountId,
    pieces,
    now() + settings.uploadTtlMs,
    call.token.account,
  );
  if (!unlimited)
    await spendAllowance({ account: call.accountId, keeper: call.token.account, size }, services);
  return { id: wholeBlobId(hash), type: type ?? 'application/octet-stream', size };
}

/** Throws `rateLimit` when too much came in. */
export async function allow(
  account: number,
  services: Pick<BlobServices, 'memory' | 'settings'>,
): Promise<void> {
  try {
    await checkAllowance(account, services);
  } catch (error) {
    if (error instanceof HttpError) throw new SetFailure('rateLimit', error.message);
    throw error;
  }
}

const wrongData = (reason: string, index?: number): SetFailure =>
  invalidProperties(['data'], `data${index === undefined ? '' : `/${index}`}: ${reason}`);

const MEMBERS: ReadonlySet<string> = new Set(['data:asText', 'data:asBase64', 'blobId', 'offset', 'length']);

/** RFC 9404 §4.1: exactly one kind, and nothing guessed. */
function readSource(source: Json, index: number): Source {
  if (!isObject(source)) throw wrongData('must be an object', index);
  const stranger = Object.keys(source).find((name) => !MEMBERS.has(name));
  if (stranger !== undefined) throw wrongData(`"${stranger.slice(0, 100)}" is not known`, index);
  const {
    'data:asText': text = null,
    'data:asBase64': base64 = null,
    blobId = null,
    offset,
    length,
  } = source;
  if ([text, base64, blobId].filter((one) => one !== null).length !== 1)
    throw wrongData('must have one of data:asText, data:asBase64 and blobId', index);
  const bounds = { offset: bound(offset, 'offset', index), length: bound(length, 'length', index) };
  if (blobId !== null) {
    if (typeof blobId !== 'string') throw wrongData('blobId must be an id', index);
    return { blobId, offset: bounds.offset ?? 0, length: bounds.length };
  }
  if (bounds.offset !== null || bounds.length !== null)
    throw wrongData('offset and length belong to a blobId', index);
  if (text !== null) {
    if (typeof text !== 'string') throw wrongData('data:asText must be a string', index);
    return { octets: Buffer.from(text) };
  }
  const well = typeof base64 === 'string' && base64.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(base64);
  if (!well) throw wrongData('data:asBase64 is not base64', index);
  return { octets: Buffer.from(base64, 'base64') };
}

function bound(value: Json | undefined, name: string, index: number): number | null {
  if (value === undefined || value === null) return null;
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw wrongData(`${name} must be a non-negative integer`, index);
  return value as number;
}

/**
 * The octets of all sources, read when they are asked for. Sizes are checked before anything is read. Throws
 * `blobNotFound`, `tooLarge`, or `invalidProperties` for a range that is not all there.
 */
async function readSources(
  call: Call,
  sources: readonly Source[],
  limit: number,
  { blobs }: BlobServices,
): Promise<AsyncIterable<Uint8Array>> {
  const named = sources.flatMap((source) => ('blobId' in source ? [source.blobId] : []));
  const readable = await readableBlobs(call, [...new Set(named)], blobs);
  const notFound = new Set<string>();
  const open: (() => AsyncIterable<Uint8Array>)[] = [];
  const decoded = new Map<string, Uint8Array>();
  let total = 0;
  const take = (octets: number): void => {
    total += octets;
    if (total > limit) throw new SetFailure('tooLarge', `The blob would be larger than ${limit} octets.`);
  };
  for (const [index, source] of sources.entries()) {
    if ('octets' in source) {
      take(source.octets.length);
      open.push(() => once(source.octets));
      continue;
    }
    const name = readable.get(source.blobId);
    const whole = name && (await blobs.reads.size(name.hash));
    if (!name || whole === undefined) {
      notFound.add(source.blobId);
      continue;
    }
    const plain = plainRange(name);
    if (!plain && !decoded.has(source.blobId))
      decoded.set(source.blobId, (await readPart(name, blobs.reads)) ?? new Uint8Array());
    const bytes = decoded.get(source.blobId);
    const start = !plain || plain === 'whole' ? 0 : Math.min(plain.offset, whole);
    const size =
      bytes?.length ?? (plain === 'whole' || !plain ? whole : Math.min(plain.length, whole - start));
    const length = source.length ?? size - source.offset;
    if (length < 0 || source.offset + length > size)
      throw wrongData(`the blob has only ${size} octets`, index);
    take(length);
    const { offset } = source;
    open.push(() =>
      bytes
        ? once(bytes.subarray(offset, offset + length))
        : blobs.reads.stream(name.hash, { offset: start + offset, length }),
    );
  }
  if (notFound.size > 0) {
    const ids = [...notFound];
    const real = ids.map((id) => realId(call.request, id) ?? id);
    throw new SetFailure('blobNotFound', `There is no blob ${ids[0]?.slice(0, 200)}.`, { notFound: real });
  }
  return joined(open);
}

async function* once(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}

async function* joined(sources: readonly (() => AsyncIterable<Uint8Array>)[]): AsyncGenerator<Uint8Array> {
  for (const source of sources) yield* source();
}
