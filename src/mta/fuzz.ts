// Fuzz entry of what mail acceptance reads: the constants of settings, and the fields that strangers may not write.
import { asBuffer, latin1 } from '../base/index.ts';
import { scanHeader } from '../formats/mime/index.ts';
import { forgedFields, withoutCuts } from './header-block.ts';
import {
  booleanConstant,
  durationConstant,
  integerConstant,
  noneConstant,
  textConstant,
  wordsConstant,
} from './settings.ts';

const HOSTNAME = 'mail.example.org';
const MAX_FIELDS = 10_000;

/** Throws when reading fails, or when a field that was to go is still there. */
export function fuzz(bytes: Uint8Array): void {
  const source = latin1(bytes);
  for (const read of [booleanConstant, integerConstant, durationConstant, noneConstant, wordsConstant])
    read(source);
  textConstant(HOSTNAME)(source);
  checkHeader(asBuffer(bytes));
}

/** What is left has no forged field, and is what was there without whole fields. */
function checkHeader(bytes: Buffer): void {
  const block = scanHeader(bytes, 0, undefined, MAX_FIELDS);
  const cuts = forgedFields({ bytes, block }, HOSTNAME);
  const kept = Buffer.concat(withoutCuts(bytes, cuts));
  const cut = cuts.reduce((sum, [from, to]) => sum + to - from, 0);
  if (kept.length !== bytes.length - cut) throw new Error('more or less was cut than was said');
  const after = scanHeader(kept, 0, undefined, MAX_FIELDS);
  if (block.orphanEnd === 0 && after.orphanEnd > 0) throw new Error('a cut has left half a field');
  // Fewer is possible: lines of garbage that come together end a header earlier.
  if (after.fields.length > block.fields.length - cuts.length) throw new Error('a cut has made a field');
  if (forgedFields({ bytes: kept, block: after }, HOSTNAME).length > 0)
    throw new Error('a forged field is left');
}
