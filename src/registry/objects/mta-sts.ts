// The policy that tells others to encrypt mail to our hosts.
import { choice, duration, set, singleton, string, struct } from '../schema/index.ts';

export const MtaSts = singleton({
  name: 'MtaSts',
  description: 'The policy that tells others to encrypt mail to our hosts',
  shape: struct('MtaSts', 'MTA-STS policy', {
    maxAge: duration('How long others remember the policy').default(604_800_000),
    mode: choice(
      'PolicyEnforcement',
      'Whether others refuse to deliver without encryption, only report, or ignore the policy',
    ).default('testing'),
    mxHosts: set(string(), 'Hosts that take our mail; the announced ones when empty'),
  }),
  awaits: 'the MTA-STS policy',
});
