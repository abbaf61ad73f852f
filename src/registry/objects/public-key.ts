// A key that mail of the account can be encrypted with.
import {
  emailAddress,
  exact,
  object,
  reference,
  set,
  string,
  struct,
  text,
  utcDateTime,
} from '../schema/index.ts';
import { createdAt } from './parts/references.ts';

export const PublicKey = object({
  name: 'PublicKey',
  description: 'A key that mail of the account can be encrypted with',
  visibility: 'account',
  label: 'description',
  columns: ['description', 'emailAddresses', 'expiresAt'],
  shape: struct('PublicKey', 'A public key', {
    accountId: reference('Account', 'Account that this belongs to').immutable(),
    createdAt: createdAt(),
    description: string('What this is for, shown to people in lists'),
    emailAddresses: set(emailAddress(), 'Addresses the key is for'),
    expiresAt: utcDateTime('When the key stops being used; absent for never').nullable(),
    key: text('S/MIME certificate as PEM, or OpenPGP key in armour'),
  }),
  filters: {
    accountId: exact('accountId'),
  },
  accountQuota: { quota: 'maxPublicKeys', settings: 'Email', property: 'maxPublicKeys' },
  hooks: ['public-key'],
  awaits: 'encryption at rest',
});
