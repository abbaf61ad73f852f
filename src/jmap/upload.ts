// The upload endpoint (RFC 8620 §6.1): bytes go to the blob store as they come and are kept for a while under a
// temporary link of the account.
import type { AccountId } from '../account/index.ts';
import { type AccessToken, permission } from '../access/index.ts';
import { decodeId, now } from '../base/index.ts';
import { type Exchange, HttpError, jsonReply, type Reply, type Route } from '../formats/http/index.ts';
import { RequestError } from '../formats/jmap/index.ts';
import type { MemoryStore } from '../store/index.ts';
import { checkAllowance, type Roomy, spendAllowance } from './allowance.ts';
import { wholeBlobId } from './blob-id.ts';
import type { AccountDirectory } from './context.ts';
import { Gate } from './gate.ts';
import { refuse } from './refuse.ts';
import type { JmapSettings } from './settings.ts';

/** Keeps bytes in an account until a time, in milliseconds since 1970, for the one who keeps them there. */
export interface TemporaryBlobs extends Roomy {
  keep(
    account: AccountId,
    body: AsyncIterable<Uint8Array>,
    until: number,
    keeper: AccountId,
  ): Promise<StoredBlob>;
}

export interface StoredBlob {
  readonly hash: Uint8Array;
  readonly size: number;
}

export interface UploadOptions {
  readonly temporary: TemporaryBlobs;
  readonly directory: AccountDirectory;
  readonly memory: MemoryStore;
  readonly settings: () => JmapSettings;
}

export function uploadRoutes(options: UploadOptions): Route<AccessToken>[] {
  const gate = new Gate();
  const route = (path: string): Route<AccessToken> => ({
    method: 'POST',
    path,
    signIn: 'required',
    handle: (exchange) => upload(exchange, options, gate),
  });
  return [route('/jmap/upload/{accountId}/'), route('/jmap/upload/{accountId}')];
}

async function upload(exchange: Exchange<AccessToken>, options: UploadOptions, gate: Gate): Promise<Reply> {
  const token = exchange.caller as AccessToken;
  const settings = options.settings();
  const { accountId = '' } = exchange.params;
  const id = decodeId(accountId);
  const account = id === undefined ? undefined : await options.directory.find(token, id);
  if (!account) throw new HttpError({ status: 404, detail: 'There is no such account.' });
  if (!account.member) throw new HttpError({ status: 403, detail: 'Only the owner and members may upload.' });
  const unlimited = token.has(permission('unlimitedUploads'));
  const free = unlimited || exchange.client.exempt || token.has(permission('unlimitedRequests'));
  const leave = gate.enter(token.account, free ? Infinity : settings.maxConcurrentUploads);
  if (!leave) return refuse(new RequestError('limit', 'Too many uploads at once.', 'maxConcurrentUpload'));
  try {
    if (!unlimited) await checkAllowance(token.account, options);
    const body = exchange.chunks(unlimited ? Number.MAX_SAFE_INTEGER : settings.maxUploadSize);
    const { hash, size } = await options.temporary.keep(
      account.id,
      body,
      now() + settings.uploadTtlMs,
      token.account,
    );
    if (!unlimited) await spendAllowance({ account: account.id, keeper: token.account, size }, options);
    const answer = {
      accountId,
      blobId: wholeBlobId(hash),
      type: uploadType(exchange.headers['content-type']),
      size,
    };
    return jsonReply(200, answer, { 'Cache-Control': 'no-cache, no-store' });
  } catch (error) {
    if (!(error instanceof HttpError) || error.problem.status !== 413) throw error;
    const limit = settings.maxUploadSize;
    return refuse(new RequestError('limit', `The upload is larger than ${limit} bytes.`, 'maxSizeUpload'));
  } finally {
    leave();
  }
}

/** Taken from the client, never guessed. */
function uploadType(header: string | undefined): string {
  return header !== undefined && header !== '' && header.length <= 255 ? header : 'application/octet-stream';
}
