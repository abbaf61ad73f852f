// A list fetched from the web that expressions and scripts can look things up in.
import {
  boolean,
  duration,
  exact,
  nested,
  object,
  size,
  string,
  struct,
  union,
  unsigned,
  uri,
} from '../schema/index.ts';

const HttpLookupCsv = struct('HttpLookupCsv', 'Lines with several values', {
  indexKey: unsigned('Position of the key in a line, from 0').default(0),
  indexValue: unsigned('Position of the value in a line; absent for none').nullable(),
  separator: string('Text between two values of a line').default(','),
  skipFirst: boolean('Leave out the first line'),
});

const HttpLookupFormat = union('HttpLookupFormat', 'How a list is written', {
  Csv: HttpLookupCsv,
  List: null,
});

export const HttpLookup = object({
  name: 'HttpLookup',
  description: 'A list fetched from the web that expressions and scripts can look things up in',
  label: 'namespace',
  columns: ['namespace', 'url', 'enable'],
  shape: struct('HttpLookup', 'A fetched list', {
    enable: boolean(
      'Whether this is in use; switch it off to keep the settings without their effect',
    ).default(true),
    format: nested(HttpLookupFormat, 'How the list is written'),
    isGzipped: boolean('The list is compressed with gzip'),
    maxEntries: unsigned('Most entries that are kept', { min: 1, max: 1_048_576 }).default(100_000),
    maxEntrySize: size('Longest entry in bytes', { min: 1, max: 1_048_576 }).default(512),
    maxSize: size('Largest list in bytes', { min: 10, max: 1_073_741_824 }).default(104_857_600),
    namespace: string('Name under which expressions and scripts find the entries').immutable(),
    refresh: duration('How often the list is fetched').default(43_200_000),
    retry: duration('Wait after a failed fetch').default(3_600_000),
    timeout: duration('Longest time a fetch may take').default(30_000),
    url: uri('Where the list is fetched from'),
  }),
  unique: [{ space: 'lookup', keys: (value) => [{ key: value.namespace, property: 'namespace' }] }],
  filters: {
    namespace: exact('namespace'),
  },
  awaits: 'lookups in expressions',
});
