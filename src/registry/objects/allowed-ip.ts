// A client address that no ban, rate or concurrency limit applies to.
import { exact, ipNetwork, object, string, struct, uniqueProperty, utcDateTime } from '../schema/index.ts';

export const AllowedIp = object({
  name: 'AllowedIp',
  description: 'A client address that no ban, rate or concurrency limit applies to',
  label: 'address',
  columns: ['address', 'reason', 'expiresAt', 'createdAt'],
  shape: struct('AllowedIp', 'An exempt address', {
    address: ipNetwork('Address or network').immutable(),
    createdAt: utcDateTime('When the entry was made').immutable(),
    expiresAt: utcDateTime('When the entry ends; absent for never').nullable(),
    reason: string('Why it is exempt').nullable(),
  }),
  unique: [uniqueProperty('AllowedIp', 'address')],
  filters: {
    address: exact('address'),
  },
});
