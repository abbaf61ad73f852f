// What can be asked while the server waits to be set up: of the server objects, `Bootstrap` alone.
import type { MethodTable } from '../jmap/index.ts';
import { MethodRefusal, type PermissionName } from '../registry/index.ts';

export const SETUP_PERMISSIONS = [
  'sysBootstrapGet',
  'sysBootstrapUpdate',
] as const satisfies readonly PermissionName[];

/** The table with every other method about server objects refused. */
export const setupTable = (table: MethodTable): MethodTable =>
  new Map(
    Array.from(table, ([name, method]) => [
      name,
      !name.startsWith('x:') || name.startsWith('x:Bootstrap/') ? method : { ...method, handle: refuse },
    ]),
  );

const refuse = (): Promise<never> =>
  Promise.reject(
    new MethodRefusal(
      'forbidden',
      'The server is in bootstrap mode: it has to be set up by x:Bootstrap/set first.',
    ),
  );
