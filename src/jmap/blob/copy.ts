// Blob/copy (RFC 8620 §6.3): blobs of one account become temporary blobs of another.
import { permission } from '../../access/index.ts';
import { decodeId, now } from '../../base/index.ts';
import { blobCopyArgs, type SetError } from '../../formats/jmap/index.ts';
import { spendAllowance } from '../allowance.ts';
import { type BlobName, wholeBlobId } from '../blob-id.ts';
import { plainRange, readPart } from '../blobs.ts';
import { MethodError, setErrorFor, SetFailure } from '../errors.ts';
import { type Call, type JmapMethod, method, URN } from '../method.ts';
import { asObject } from '../set.ts';
import { readableBlobs } from './get.ts';
import type { BlobServices } from './services.ts';
import { allow } from './upload.ts';

const UNLIMITED = permission('unlimitedUploads');

export function blobCopyMethod(services: BlobServices): JmapMethod {
  return method({
    name: 'Blob/copy',
    // Its capability is core; clients are met that name blob only.
    capabilities: [URN.core, URN.blob],
    account: 'member',
    permission: 'jmapBlobCopy',
    args: blobCopyArgs,
    handle: async (call, { fromAccountId, blobIds }) => {
      const { request } = call;
      const id = decodeId(fromAccountId);
      const from = id === undefined ? undefined : await request.directory.find(call.token, id);
      if (!from) throw new MethodError('fromAccountNotFound', 'There is no such account to copy from.');
      if (from.id === call.accountId)
        throw new MethodError('invalidArguments', 'fromAccountId: must be another account', {
          arguments: ['fromAccountId'],
        });
      const texts = [...new Set(blobIds)];
      const { maxObjectsInSet } = request.limits;
      if (texts.length > maxObjectsInSet)
        throw new MethodError('requestTooLarge', `More than ${maxObjectsInSet} blobs.`);
      const copied = new Map<string, string>();
      const notCopied = new Map<string, SetError>();
      const source = { ...call, accountId: from.id, member: from.member };
      const readable = await readableBlobs(source, texts, services.blobs);
      for (const text of texts) {
        try {
          const name = readable.get(text);
          if (!name) throw missing();
          copied.set(text, await copyBlob(name, call, services));
        } catch (error) {
          notCopied.set(text, setErrorFor(error));
        }
        if (request.slice.due()) await request.slice.pause();
      }
      return {
        fromAccountId,
        accountId: call.accountText,
        copied: asObject(copied),
        notCopied: asObject(notCopied),
      };
    },
  });
}

const missing = (): SetFailure => new SetFailure('notFound', 'There is no such blob.');

/** A part is copied as a blob of its own: the account that gets it need not be able to read what it is part of. */
async function copyBlob(name: BlobName, call: Call, services: BlobServices): Promise<string> {
  const { blobs, temporary } = services;
  const settings = services.settings();
  const unlimited = call.token.has(UNLIMITED);
  if (!unlimited) await allow(call.token.account, services);
  const until = now() + settings.uploadTtlMs;
  const whole = await blobs.reads.size(name.hash);
  if (whole === undefined) throw missing();
  let kept: { readonly hash: Uint8Array; readonly size: number } = { hash: name.hash, size: whole };
  const plain = plainRange(name);
  if (plain === 'whole') {
    if (!(await temporary.keepStored(call.accountId, name.hash, until, call.token.account))) throw missing();
  } else {
    const body = plain ? blobs.reads.stream(name.hash, plain) : decoded(name, services);
    kept = await temporary.keep(call.accountId, body, until, call.token.account);
  }
  const { size } = kept;
  if (!unlimited)
    await spendAllowance({ account: call.accountId, keeper: call.token.account, size }, services);
  return wholeBlobId(kept.hash);
}

async function* decoded(name: BlobName, { blobs }: BlobServices): AsyncGenerator<Uint8Array> {
  const bytes = await readPart(name, blobs.reads);
  if (!bytes) throw missing();
  yield bytes;
}
