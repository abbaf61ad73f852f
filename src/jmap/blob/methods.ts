// The Blob methods (RFC 9404, RFC 8620 §6.3), a table each file adds its row to.
import type { JmapMethod } from '../method.ts';
import { blobCopyMethod } from './copy.ts';
import { blobGetMethod } from './get.ts';
import { blobLookupMethod } from './lookup.ts';
import type { BlobServices } from './services.ts';
import { blobUploadMethod } from './upload.ts';

export const blobMethods = (services: BlobServices): JmapMethod[] => [
  blobGetMethod(services),
  blobUploadMethod(services),
  blobLookupMethod(services),
  blobCopyMethod(services),
];
