// Entries of lookups: one name space for keys with and without values.

/** The entry's list or table, and its key. */
export const lookupKeys = (value: {
  readonly namespace: string;
  readonly key: string;
}): readonly { readonly key: string; readonly property: string }[] => [
  { key: `${value.namespace}\0${value.key}`, property: 'key' },
];
