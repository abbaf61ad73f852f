// Something an account deleted that can still be restored.
import {
  blobId,
  choice,
  exact,
  object,
  reference,
  size,
  string,
  struct,
  union,
  utcDateTime,
} from '../schema/index.ts';

const archivedFields = {
  accountId: reference('Account', 'Account that this belongs to'),
  archivedAt: utcDateTime('When it was deleted and put here'),
  archivedUntil: utcDateTime('How long it can still be restored'),
  blobId: blobId('Blob that holds the content'),
  status: choice('ArchivedItemStatus', 'Set to requestRestore to have it restored'),
};

const ArchivedEmail = struct('ArchivedEmail', 'A deleted message', {
  ...archivedFields,
  from: string('Sender of the message'),
  receivedAt: utcDateTime('When it was received'),
  size: size('Size in bytes').default(0).immutable(),
  subject: string('Subject of the message'),
});

const ArchivedFileNode = struct('ArchivedFileNode', 'A deleted file', {
  ...archivedFields,
  createdAt: utcDateTime('When the item was made').serverSet(),
  name: string('Name of the file'),
});

const ArchivedCalendarEvent = struct('ArchivedCalendarEvent', 'A deleted event', {
  ...archivedFields,
  createdAt: utcDateTime('When the item was made').serverSet(),
  startTime: utcDateTime('When the event begins').nullable(),
  title: string('Title of the event'),
});

const ArchivedContactCard = struct('ArchivedContactCard', 'A deleted contact', {
  ...archivedFields,
  createdAt: utcDateTime('When the item was made').serverSet(),
  name: string('Name of the contact').nullable(),
});

const ArchivedSieveScript = struct('ArchivedSieveScript', 'A deleted script', {
  ...archivedFields,
  content: string('Source of the script'),
  createdAt: utcDateTime('When the item was made').serverSet(),
  name: string('Name of the script'),
});

export const ArchivedItem = object({
  name: 'ArchivedItem',
  description: 'Something an account deleted that can still be restored',
  visibility: 'account',
  columns: ['accountId', 'archivedAt', 'archivedUntil', 'status'],
  shape: union('ArchivedItem', 'A deleted item', {
    Email: ArchivedEmail,
    FileNode: ArchivedFileNode,
    CalendarEvent: ArchivedCalendarEvent,
    ContactCard: ArchivedContactCard,
    SieveScript: ArchivedSieveScript,
  }),
  filters: {
    accountId: exact('accountId'),
  },
  fixedVariant: true,
  clientsMay: ['update', 'destroy'],
  clientsUpdate: ['status', 'archivedUntil'],
  awaits: 'the archive of deleted items',
});
