// All commands of this face.
import { appendOperations } from './commands/append.ts';
import { copyOperations } from './commands/copy.ts';
import { fetchOperations } from './commands/fetch.ts';
import { idleOperations } from './commands/idle.ts';
import { listOperations } from './commands/list.ts';
import { mailboxOperations } from './commands/mailboxes.ts';
import { quotaOperations } from './commands/quota.ts';
import { searchOperations } from './commands/search.ts';
import { selectOperations } from './commands/select.ts';
import { sessionOperations } from './commands/session.ts';
import { signInOperations } from './commands/sign-in.ts';
import { statusOperations } from './commands/status.ts';
import { storeOperations } from './commands/store.ts';
import { uidBatchesOperations } from './commands/uid-batches.ts';
import type { ImapOperation, OperationTable } from './operation.ts';

/** Every command, for the dispatcher and for tests that walk them all. */
export const imapOperations: readonly ImapOperation[] = [
  ...sessionOperations,
  ...signInOperations,
  ...mailboxOperations,
  ...listOperations,
  ...statusOperations,
  ...quotaOperations,
  ...selectOperations,
  ...appendOperations,
  ...fetchOperations,
  ...storeOperations,
  ...copyOperations,
  ...searchOperations,
  ...uidBatchesOperations,
  ...idleOperations,
];

/** The commands by name. */
export function operationTable(operations: readonly ImapOperation[]): OperationTable {
  const table = new Map<string, ImapOperation>();
  for (const operation of operations) {
    if (table.has(operation.name)) throw new Error(`two commands are named ${operation.name}`);
    table.set(operation.name, operation);
  }
  return table;
}
