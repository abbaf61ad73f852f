export { type BlobAccess, createBlobAccess } from './blobs.ts';
export {
  createIdentity,
  destroyIdentity,
  type Identity,
  type IdentityOwner,
  readIdentities,
  updateIdentity,
} from './identity/identities.ts';
export { FIXED_ROLES } from './default-folders.ts';
export type { IdentityFields } from './identity/record.ts';
export { mailboxProblems } from './mailboxes.ts';
export { blobLinks, createMail, type MailOptions } from './mail.ts';
export type { MailMaintenance } from './maintenance.ts';
export * from './search/index.ts';
export * from './sharing/index.ts';
export { MAX_MEMBERSHIPS } from './records/email.ts';
export { ORGANIZATION_QUOTA } from './store-message.ts';
export * from './submission/record.ts';
export * from './submission/submissions.ts';
export * from './types.ts';
export * from './vacation/vacation.ts';
