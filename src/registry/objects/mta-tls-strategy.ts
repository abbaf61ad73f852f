// How much encryption a delivery insists on.
import { boolean, choice, duration, exact, object, string, struct, uniqueProperty } from '../schema/index.ts';

export const MtaTlsStrategy = object({
  name: 'MtaTlsStrategy',
  description: 'How much encryption a delivery insists on',
  label: 'name',
  columns: ['name', 'description'],
  shape: struct('MtaTlsStrategy', 'How to encrypt', {
    allowInvalidCerts: boolean(
      'Accept certificates that cannot be verified; only for tests, since anybody in between can then listen',
    ),
    dane: choice(
      'MtaRequiredOrOptional',
      'Whether keys published in DNS are used, demanded or ignored',
    ).default('optional'),
    description: string('What this is for, shown to people in lists').nullable(),
    mtaSts: choice('MtaRequiredOrOptional', 'Whether MTA-STS policies are used, demanded or ignored').default(
      'optional',
    ),
    mtaStsTimeout: duration('Longest wait for a policy').default(300_000),
    name: string('Name by which other settings refer to this').immutable(),
    startTls: choice('MtaRequiredOrOptional', 'Whether encryption is used, demanded or avoided').default(
      'optional',
    ),
    tlsTimeout: duration('Longest wait for the handshake').default(180_000),
  }),
  unique: [uniqueProperty('MtaTlsStrategy', 'name')],
  filters: {
    name: exact('name'),
  },
  awaits: 'outbound delivery',
});
