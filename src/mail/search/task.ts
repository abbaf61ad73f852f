// The row that says that the index does not know an e-mail yet, or still knows it: written in the commit that
// creates or destroys the e-mail, under `keys.searchTaskKey`, and deleted when the index is durable.
import { ByteReader, ByteWriter } from '../../base/index.ts';

const VERSION = 1;
const OPERATIONS = ['index', 'remove', 'parked'] as const;

export interface SearchTask {
  /** `parked`: indexing it failed, and would again. */
  readonly operation: (typeof OPERATIONS)[number];
  /** Time of the commit, milliseconds since 1970. */
  readonly since: number;
  /** Why it was parked. */
  readonly reason?: string;
}

/** The value of a task row. A later task of the same e-mail replaces the earlier one. */
export function encodeSearchTask({ operation, since, reason }: SearchTask): Uint8Array {
  const row = new ByteWriter(16)
    .u8(VERSION)
    .u8(OPERATIONS.indexOf(operation) + 1)
    .u53(since);
  return (reason === undefined ? row : row.text(reason)).copy();
}

/** Throws RangeError when the row is of another version. */
export function decodeSearchTask(row: Uint8Array): SearchTask {
  const reader = new ByteReader(row);
  const version = reader.u8();
  const operation = OPERATIONS[reader.u8() - 1];
  if (version !== VERSION || operation === undefined)
    throw new RangeError(`search task of version ${version}`);
  const since = reader.u53();
  return reader.more ? { operation, since, reason: reader.text() } : { operation, since };
}
