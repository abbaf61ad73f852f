export { type BlobAccess, createBlobAccess } from './blobs.ts';
export { coldReader, createMail, type MailOptions } from './mail.ts';
export * from './search/index.ts';
export * from './types.ts';
