export { createAccounts, type AccountsService } from './accounts.ts';
export type { DocumentLinks } from './delete.ts';
export { documentOf, documentsOf, type StoredDocument } from './documents.ts';
export { visibleEntry } from './fold.ts';
export {
  ALL_RIGHTS,
  type Grant,
  grantHead,
  grantsFor,
  grantsOn,
  revokeGrants,
  Right,
  setGrant,
  sharedWith,
} from './grants.ts';
export type { AccountStats } from './sequencer.ts';
export * from './types.ts';
