// Entry for fuzzing: any bytes as a head and as a log record. Only `StoreCorrupt` may come out.
import { StoreCorrupt } from '../store/index.ts';
import { decodeHead, encodeHead } from './head.ts';
import { decodeLogRecord, encodeLogRecord, entriesOfType } from './log-record.ts';
import { DataType } from './types.ts';

/** Throws when a decoder fails in any other way than by refusing the bytes. */
export function fuzz(bytes: Uint8Array): void {
  attempt(() => {
    encodeHead(decodeHead(bytes));
  });
  attempt(() => {
    const record = decodeLogRecord(1, bytes);
    encodeLogRecord(record);
    const ofType = entriesOfType(1, bytes, DataType.Email);
    if (ofType.count !== record.entries.length) throw new Error('two readers of a record disagree');
  });
}

function attempt(decode: () => void): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof StoreCorrupt)) throw error;
  }
}
