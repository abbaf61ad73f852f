// A script that runs during SMTP sessions.
import { boolean, exact, object, string, struct, text, uniqueProperty } from '../schema/index.ts';

export const SieveSystemScript = object({
  name: 'SieveSystemScript',
  description: 'A script that runs during SMTP sessions',
  label: 'name',
  columns: ['name', 'description'],
  shape: struct('SieveSystemScript', 'A system script', {
    contents: text('Source of the script'),
    description: string('What this is for, shown to people in lists').nullable(),
    isActive: boolean('Whether the script may be run'),
    name: string('Name by which stages and other scripts refer to it'),
  }),
  unique: [uniqueProperty('SieveSystemScript', 'name')],
  filters: {
    name: exact('name'),
  },
  awaits: 'Sieve',
});
