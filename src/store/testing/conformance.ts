// The one conformance suite: every engine passes every case. A case gets stores of its own, empty at first.
import { BLOB_CASES } from './blob-cases.ts';
import { type Case, DATA_CASES } from './data-cases.ts';
import { MEMORY_CASES } from './memory-cases.ts';

export const CASES: readonly Case[] = [...DATA_CASES, ...BLOB_CASES, ...MEMORY_CASES];
