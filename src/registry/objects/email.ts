// Limits and storage of mail.
import {
  boolean,
  choice,
  map,
  nested,
  set,
  singleton,
  size,
  string,
  struct,
  unsigned,
} from '../schema/index.ts';

const EmailFolder = struct('EmailFolder', 'A mailbox that new accounts get', {
  aliases: set(string(), 'Other names it answers to'),
  create: boolean('Whether it is created').default(true),
  name: string('Name of the mailbox'),
  subscribe: boolean('Whether it is subscribed').default(true),
});

export const Email = singleton({
  name: 'Email',
  description: 'Limits and storage of mail',
  shape: struct('Email', 'Mail', {
    compressionAlgorithm: choice('CompressionAlgo', 'How stored messages are compressed').default('lz4'),
    defaultFolders: map(choice('SpecialUse'), nested(EmailFolder), 'Mailboxes that new accounts get'),
    encryptAtRest: boolean('Let accounts encrypt their stored mail').default(true),
    encryptOnAppend: boolean('Encrypt what accounts store themselves as well'),
    maxAttachmentSize: size('Largest attachments of a message', { min: 1 }).default(50_000_000),
    maxIdentities: unsigned('Most identities of an account', { min: 1 }).nullable().default(20),
    maxMailboxDepth: unsigned('Deepest nesting of mailboxes', { min: 1 }).default(10),
    maxMailboxNameLength: unsigned('Longest name of a mailbox', { min: 1 }).default(255),
    maxMailboxes: unsigned('Most mailboxes of an account', { min: 1 }).nullable().default(250),
    maxMaskedAddresses: unsigned('Most masked addresses of an account', { min: 1 }).nullable().default(5),
    maxMessageSize: size('Largest message', { min: 1 }).default(75_000_000),
    maxMessages: unsigned('Most messages of an account', { min: 1 }).nullable(),
    maxPublicKeys: unsigned('Most public keys of an account', { min: 1 }).nullable().default(5),
    maxSubmissions: unsigned('Most submissions kept for an account', { min: 1 }).nullable().default(500),
  }),
});
