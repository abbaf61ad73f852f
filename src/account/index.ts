export { createAccounts, type AccountsService } from './accounts.ts';
export { visibleEntry } from './fold.ts';
export type { AccountStats } from './sequencer.ts';
export * from './types.ts';
