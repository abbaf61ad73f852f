// Limits of stored files.
import { singleton, size, struct, unsigned } from '../schema/index.ts';

export const FileStorage = singleton({
  name: 'FileStorage',
  description: 'Limits of stored files',
  shape: struct('FileStorage', 'Files', {
    maxFiles: unsigned('Most files of an account', { min: 1 }).nullable(),
    maxFolders: unsigned('Most folders of an account', { min: 1 }).nullable(),
    maxSize: size('Largest file in bytes').default(26_214_400),
  }),
  awaits: 'files',
});
