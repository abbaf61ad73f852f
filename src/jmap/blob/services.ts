// What the Blob methods stand on; the composition root hands it in.
import type { AccountId } from '../../account/index.ts';
import type { MemoryStore } from '../../store/index.ts';
import type { Blobs } from '../blobs.ts';
import type { JmapSettings } from '../settings.ts';
import type { TemporaryBlobs } from '../upload.ts';
import type { BlobLookup } from './lookup.ts';

export interface BlobServices {
  readonly blobs: Blobs;
  readonly temporary: KeptBlobs;
  readonly memory: MemoryStore;
  readonly settings: () => JmapSettings;
  /** Types that a blob can be looked up in. */
  readonly lookups: readonly BlobLookup[];
}

export interface KeptBlobs extends TemporaryBlobs {
  /** Keeps a blob that is stored already; false when there is no such blob. */
  keepStored(account: AccountId, hash: Uint8Array, until: number, keeper: AccountId): Promise<boolean>;
}

/** Largest blob of Blob/upload: what a request can hold as base64, and never more than an upload. */
export const maxSizeBlobSet = ({ maxRequestSize, maxUploadSize }: JmapSettings): number =>
  Math.max(0, Math.min(maxUploadSize, Math.floor((maxRequestSize * 3) / 4) - 512));

/** RFC 9404 §3.1: at least 64. */
export const MAX_DATA_SOURCES = 64;
