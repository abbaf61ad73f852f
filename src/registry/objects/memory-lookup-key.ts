// An entry of a list that is kept in memory.
import { boolean, exact, object, string, struct } from '../schema/index.ts';
import { lookupKeys } from './parts/lookup.ts';

export const MemoryLookupKey = object({
  name: 'MemoryLookupKey',
  description: 'An entry of a list that is kept in memory',
  label: 'key',
  columns: ['namespace', 'key'],
  shape: struct('MemoryLookupKey', 'A listed key', {
    isGlobPattern: boolean('The key holds * and ? that stand for anything'),
    key: string('The entry', { maxLength: 255 }),
    namespace: string('Name under which expressions and scripts find the entries'),
  }),
  unique: [{ space: 'lookup key', keys: lookupKeys }],
  filters: {
    namespace: exact('namespace'),
  },
  awaits: 'lookups in expressions',
});
