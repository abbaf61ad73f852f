// The row that says that the index does not know an e-mail yet, or still knows it: written in the commit that
// creates or destroys the e-mail, under `keys.searchTaskKey`, and deleted when the index is durable.
import { readU53, writeU53 } from '../../base/index.ts';

const VERSION = 1;
const OPERATIONS = ['index', 'remove'] as const;

export interface SearchTask {
  readonly operation: (typeof OPERATIONS)[number];
  /** Time of the commit, milliseconds since 1970. */
  readonly since: number;
}

/** The value of a task row. A later task of the same e-mail replaces the earlier one. */
export function encodeSearchTask({ operation, since }: SearchTask): Uint8Array {
  const row = new Uint8Array(10);
  row[0] = VERSION;
  row[1] = OPERATIONS.indexOf(operation) + 1;
  writeU53(row, 2, since);
  return row;
}

/** Throws RangeError when the row is of another version. */
export function decodeSearchTask(row: Uint8Array): SearchTask {
  const operation = OPERATIONS[(row[1] ?? 0) - 1];
  if (row[0] !== VERSION || operation === undefined || row.length < 10)
    throw new RangeError(`search task of version ${row[0] ?? 'none'}`);
  return { operation, since: readU53(row, 2) };
}
