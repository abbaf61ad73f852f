// Where message bodies and files are kept.
import { singleton } from '../schema/index.ts';
import { BlobStoreShape } from './parts/blob-stores.ts';

export const BlobStore = singleton({
  name: 'BlobStore',
  description: 'Where message bodies and files are kept',
  shape: BlobStoreShape,
  awaits: 'scale-out stores',
});
