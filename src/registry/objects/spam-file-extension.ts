// What the spam filter knows about a file extension.
import { boolean, exact, object, set, string, struct, uniqueProperty } from '../schema/index.ts';

export const SpamFileExtension = object({
  name: 'SpamFileExtension',
  description: 'What the spam filter knows about a file extension',
  label: 'extension',
  columns: ['extension', 'isBad', 'isArchive'],
  shape: struct('SpamFileExtension', 'A file extension', {
    contentTypes: set(string(), 'Media types that go with it'),
    extension: string('The extension, without its dot').immutable(),
    isArchive: boolean('Files of this kind hold other files'),
    isBad: boolean('Such attachments are dangerous'),
    isNz: boolean('The extension may stand for a compressed file of another name'),
  }),
  unique: [uniqueProperty('SpamFileExtension', 'extension')],
  filters: {
    extension: exact('extension'),
  },
  awaits: 'the spam filter',
});
