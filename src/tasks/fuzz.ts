// Entry point of the fuzz campaign: the stored form of tasks.
import { StoreCorrupt } from '../store/index.ts';
import { decodeTask, encodeTask } from './rows.ts';

/** Whatever can be read can be written, and is read the same again. */
export function fuzz(input: Uint8Array): void {
  let record;
  try {
    record = decodeTask(input);
  } catch (error) {
    if (error instanceof StoreCorrupt) return;
    throw error;
  }
  const again = decodeTask(encodeTask(record));
  if (JSON.stringify(again) !== JSON.stringify(record)) throw new Error('a task changed by being written');
}
