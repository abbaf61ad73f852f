// What one may keep in temporary blobs of an account: so many, and so many bytes (`maxUploadCount`, `uploadQuota`),
// however they come in. Past that the oldest go (RFC 8620 §6). They take up the disk until content without use is
// collected, so what comes in during one window of time (`uploadTtl`) is bounded as well.
import type { AccountId } from '../account/index.ts';
import { now } from '../base/index.ts';
import { tooMany } from '../formats/http/index.ts';
import type { MemoryStore } from '../store/index.ts';
import type { JmapSettings } from './settings.ts';

/** How often one may fill the whole room in one window. */
const TURNOVER = 10;

export interface AllowanceServices {
  readonly memory: MemoryStore;
  readonly settings: () => JmapSettings;
  readonly temporary: Roomy;
}

export interface Roomy {
  /** Ends the oldest temporary blobs of a keeper in an account until no more than that is left there. */
  makeRoom(
    account: AccountId,
    keeper: AccountId,
    room: { readonly blobs: number; readonly bytes: number },
  ): Promise<void>;
}

/** Counters of the window that is running, and when it ends. */
function window(keeper: AccountId, { uploadTtlMs }: JmapSettings) {
  const number = Math.floor(now() / uploadTtlMs);
  const key = (what: string) => `jmap.upload.${what}.${keeper}.${number}`;
  return { files: key('files'), bytes: key('bytes'), resetMs: (number + 1) * uploadTtlMs - now() };
}

/** Throws `HttpError` 429 when too much came in during this window. */
export async function checkAllowance(
  keeper: AccountId,
  { memory, settings }: Pick<AllowanceServices, 'memory' | 'settings'>,
): Promise<void> {
  const { maxUploadCount, uploadQuota, uploadTtlMs } = settings();
  const { files, bytes, resetMs } = window(keeper, settings());
  const [mostFiles, mostBytes] = [maxUploadCount * TURNOVER, uploadQuota * TURNOVER];
  const rate = (count: number) => ({ count, periodMs: uploadTtlMs });
  const [count, used] = await Promise.all([
    memory.incr(files, 0, uploadTtlMs),
    memory.incr(bytes, 0, uploadTtlMs),
  ]);
  if (count >= mostFiles) throw tooMany('blob-upload-files', 'requests', rate(mostFiles), resetMs);
  if (used >= mostBytes) throw tooMany('blob-upload-bytes', 'content-bytes', rate(mostBytes), resetMs);
}

/** Counts a blob that was kept; older ones go when it is too much. */
export async function spendAllowance(
  {
    account,
    keeper,
    size,
  }: { readonly account: AccountId; readonly keeper: AccountId; readonly size: number },
  { memory, settings, temporary }: AllowanceServices,
): Promise<void> {
  const { maxUploadCount, uploadQuota, uploadTtlMs } = settings();
  const { files, bytes } = window(keeper, settings());
  const [count, used] = await Promise.all([
    memory.incr(files, 1, uploadTtlMs),
    memory.incr(bytes, size, uploadTtlMs),
  ]);
  // While no more than the room came in at all, there is nothing to look for. Looking costs a look at each blob, so that
  // it is done once for a twentieth of the room, which may be passed by as much.
  const over = count > maxUploadCount || used > uploadQuota;
  if (over && (isStep(count, 1, maxUploadCount) || isStep(used, size, uploadQuota)))
    await temporary.makeRoom(account, keeper, { blobs: maxUploadCount, bytes: uploadQuota });
}

const STEPS = 20;

/** Whether the last addition led over a twentieth of the whole. */
function isStep(sum: number, added: number, whole: number): boolean {
  const step = Math.max(1, Math.floor(whole / STEPS));
  return Math.floor(sum / step) !== Math.floor((sum - added) / step);
}
