// A program that is registered to sign users in.
import {
  emailAddress,
  exact,
  object,
  secret,
  set,
  string,
  struct,
  uniqueProperty,
  uri,
  utcDateTime,
  words,
} from '../schema/index.ts';
import { createdAt, memberTenantId } from './parts/references.ts';

export const OAuthClient = object({
  name: 'OAuthClient',
  description: 'A program that is registered to sign users in',
  ids: 'sequential',
  visibility: 'tenant',
  label: 'clientId',
  columns: ['clientId', 'description', 'createdAt'],
  shape: struct('OAuthClient', 'A registered program', {
    clientId: string('Identifier that the program gives'),
    contacts: set(emailAddress(), 'Addresses of those who look after it'),
    createdAt: createdAt(),
    description: string('What this is for, shown to people in lists').nullable(),
    expiresAt: utcDateTime('When the registration ends; absent for never').nullable(),
    logo: string('Picture shown when somebody signs in').nullable(),
    memberTenantId: memberTenantId(),
    redirectUris: set(uri(), 'Addresses that sign-in may lead back to'),
    secret: secret('Secret of a confidential program; kept as a hash').nullable().omittedWhenNull(),
  }),
  unique: [uniqueProperty('OAuthClient', 'clientId')],
  filters: {
    text: words('clientId', 'description'),
    clientId: exact('clientId'),
    memberTenantId: exact('memberTenantId'),
  },
  tenantQuota: () => 'maxOauthClients',
  hooks: ['oauth-client'],
  awaits: 'the OAuth provider',
});
