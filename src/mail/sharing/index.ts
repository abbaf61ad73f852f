// Mailboxes that accounts share with each other.
export { type SharedAccount, sharedAccount } from './account.ts';
export { mayReadShared } from './blobs.ts';
export { addNotice, dropNotice, readNotices, type ShareNotice } from './notices.ts';
export type { SharedRights } from './rights.ts';
export { readShares, type ShareChange, shareMailbox } from './shares.ts';
export type { SharedView } from './view.ts';
