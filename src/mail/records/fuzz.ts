// Entry for fuzzing: any bytes as a row to every decoder of this folder. Only `RangeError` and `Invalid` may come out.
import { Invalid } from '../../base/index.ts';
import { decodeCold } from './cold.ts';
import { decodeEmail } from './email.ts';
import { decodeKeywords } from './keywords.ts';
import { decodeMailbox } from './mailbox.ts';
import { decodeRanges } from './ranges.ts';
import { decodeThread, decodeThreadIndex } from './thread.ts';

const DECODERS: readonly ((row: Uint8Array) => unknown)[] = [
  (row) => decodeCold(row).message.size + decodeCold(row).preview.length,
  decodeEmail,
  decodeKeywords,
  decodeMailbox,
  decodeRanges,
  decodeThread,
  decodeThreadIndex,
];

/** Throws when a decoder fails in any other way than by refusing the row. */
export function fuzz(bytes: Uint8Array): void {
  for (const decode of DECODERS) {
    try {
      decode(bytes);
    } catch (error) {
      if (!(error instanceof RangeError) && !(error instanceof Invalid)) throw error;
    }
  }
}
