// A script that the users' scripts can include.
import { boolean, exact, object, string, struct, text, uniqueProperty } from '../schema/index.ts';

export const SieveUserScript = object({
  name: 'SieveUserScript',
  description: "A script that the users' scripts can include",
  label: 'name',
  columns: ['name', 'description'],
  shape: struct('SieveUserScript', 'A shared script', {
    contents: text('Source of the script'),
    description: string('What this is for, shown to people in lists').nullable(),
    isActive: boolean('Whether the script may be run'),
    name: string("Name by which users' scripts include it"),
  }),
  unique: [uniqueProperty('SieveUserScript', 'name')],
  filters: {
    name: exact('name'),
  },
  awaits: 'Sieve',
});
