// An entry of a table that is kept in memory.
import { boolean, exact, object, string, struct } from '../schema/index.ts';
import { lookupKeys } from './parts/lookup.ts';

export const MemoryLookupKeyValue = object({
  name: 'MemoryLookupKeyValue',
  description: 'An entry of a table that is kept in memory',
  label: 'key',
  columns: ['namespace', 'key', 'value'],
  shape: struct('MemoryLookupKeyValue', 'A key with its value', {
    isGlobPattern: boolean('The key holds * and ? that stand for anything'),
    key: string('The key', { maxLength: 255 }),
    namespace: string('Name under which expressions and scripts find the entries'),
    value: string('What is found under the key'),
  }),
  unique: [{ space: 'lookup key', keys: lookupKeys }],
  filters: {
    namespace: exact('namespace'),
  },
  awaits: 'lookups in expressions',
});
