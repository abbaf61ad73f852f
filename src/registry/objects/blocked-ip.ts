// A client address whose connections are refused.
import { choice, exact, ipNetwork, object, struct, uniqueProperty, utcDateTime } from '../schema/index.ts';
import { createdAt } from './parts/references.ts';

export const BlockedIp = object({
  name: 'BlockedIp',
  description: 'A client address whose connections are refused',
  label: 'address',
  columns: ['address', 'reason', 'expiresAt', 'createdAt'],
  shape: struct('BlockedIp', 'A blocked address', {
    address: ipNetwork('Address or network').immutable(),
    createdAt: createdAt(),
    expiresAt: utcDateTime('When the block ends; absent for never').nullable(),
    reason: choice('BlockReason', 'Why it is blocked').default('manual'),
  }),
  unique: [uniqueProperty('BlockedIp', 'address')],
  filters: {
    address: exact('address'),
  },
});
