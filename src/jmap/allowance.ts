// What one may keep in temporary blobs, in whatever account: so many, and so many bytes, in one window of time
// (`maxUploadCount`, `uploadQuota`, `uploadTtl`), however they come in.
import type { AccountId } from '../account/index.ts';
import { now } from '../base/index.ts';
import { tooMany } from '../formats/http/index.ts';
import type { MemoryStore } from '../store/index.ts';
import type { JmapSettings } from './settings.ts';

/** Counters of the window that is running, and when it ends. */
function window(account: AccountId, { uploadTtlMs }: JmapSettings) {
  const number = Math.floor(now() / uploadTtlMs);
  const key = (what: string) => `jmap.upload.${what}.${account}.${number}`;
  return { files: key('files'), bytes: key('bytes'), resetMs: (number + 1) * uploadTtlMs - now() };
}

/** Throws `HttpError` 429 when the number or the bytes of this window are used up. */
export async function checkAllowance(
  account: AccountId,
  memory: MemoryStore,
  settings: JmapSettings,
): Promise<void> {
  const { files, bytes, resetMs } = window(account, settings);
  const { maxUploadCount, uploadQuota, uploadTtlMs } = settings;
  const rate = (count: number) => ({ count, periodMs: uploadTtlMs });
  const [count, used] = await Promise.all([
    memory.incr(files, 0, uploadTtlMs),
    memory.incr(bytes, 0, uploadTtlMs),
  ]);
  if (count >= maxUploadCount) throw tooMany('blob-upload-files', 'requests', rate(maxUploadCount), resetMs);
  if (used >= uploadQuota) throw tooMany('blob-upload-bytes', 'content-bytes', rate(uploadQuota), resetMs);
}

/** Takes a blob that was kept off the allowance. */
export async function spendAllowance(
  account: AccountId,
  size: number,
  memory: MemoryStore,
  settings: JmapSettings,
): Promise<void> {
  const { files, bytes } = window(account, settings);
  await Promise.all([
    memory.incr(files, 1, settings.uploadTtlMs),
    memory.incr(bytes, size, settings.uploadTtlMs),
  ]);
}
