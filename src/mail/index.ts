export { type BlobAccess, createBlobAccess } from './blobs.ts';
export { coldReader, createMail, emailLinks, type MailOptions } from './mail.ts';
export * from './search/index.ts';
export * from './types.ts';
