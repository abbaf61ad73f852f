// An address made up for one correspondent, which can be switched off alone.
import {
  boolean,
  domainName,
  exact,
  object,
  reference,
  string,
  struct,
  utcDateTime,
} from '../schema/index.ts';
import { createdAt } from './parts/references.ts';

export const MaskedEmail = object({
  name: 'MaskedEmail',
  description: 'An address made up for one correspondent, which can be switched off alone',
  visibility: 'account',
  label: 'email',
  columns: ['email', 'description', 'forDomain', 'enabled'],
  shape: struct('MaskedEmail', 'A masked address', {
    accountId: reference('Account', 'Account that this belongs to').immutable(),
    createdAt: createdAt(),
    createdBy: string('Program that asked for it').nullable(),
    description: string('What it is used for').nullable(),
    email: string('The address').serverSet(),
    emailDomain: domainName("Domain of the address; the account's own when absent").nullable().immutable(),
    emailPrefix: string('First part of the address; random when absent').nullable().immutable(),
    enabled: boolean('Whether mail to it is accepted').default(true),
    expiresAt: utcDateTime('When it stops working by itself; absent for never').nullable().immutable(),
    forDomain: string('Site it was given to').nullable(),
    url: string('Page it was given on').nullable(),
  }),
  filters: {
    accountId: exact('accountId'),
  },
  accountQuota: { quota: 'maxMaskedAddresses', settings: 'Email', property: 'maxMaskedAddresses' },
  hooks: ['masked-email'],
});
