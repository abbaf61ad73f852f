// A certificate authority that issues certificates by ACME.
import {
  boolean,
  choice,
  emailAddress,
  exact,
  integer,
  object,
  secret,
  set,
  string,
  struct,
  uri,
  words,
} from '../schema/index.ts';
import { memberTenantId } from './parts/references.ts';

export const AcmeProvider = object({
  name: 'AcmeProvider',
  description: 'A certificate authority that issues certificates by ACME',
  visibility: 'tenant',
  label: 'description',
  columns: ['challengeType', 'contact'],
  shape: struct('AcmeProvider', 'An ACME provider', {
    accountKey: secret('Key of the account at the authority').serverSet(),
    accountUri: uri('Address of the account at the authority').serverSet(),
    challengeType: choice(
      'AcmeChallengeType',
      'How control of a name is proven; use Dns01 for wildcards and for hosts that cannot be reached from outside',
    ).default('TlsAlpn01'),
    contact: set(emailAddress(), 'Addresses the authority may write to', { minItems: 1 }),
    description: string('Directory and account in one line').computed(),
    directory: uri('Directory address of the authority')
      .default('https://acme-v02.api.letsencrypt.org/directory')
      .immutable(),
    eabHmacKey: secret('Key of the external account, for authorities that ask for one')
      .nullable()
      .omittedWhenNull()
      .immutable(),
    eabKeyId: string('Identifier of the external account, for authorities that ask for one')
      .nullable()
      .immutable(),
    maxRetries: integer('How often a pending order is looked at before it counts as failed').default(10),
    memberTenantId: memberTenantId(),
    preferredChain: string(
      'Name of the root whose chain is preferred, where the authority offers several',
    ).nullable(),
    renewBefore: choice('AcmeRenewBefore', "Share of a certificate's life after which it is renewed").default(
      'R23',
    ),
    reuseKey: boolean(
      'Keep the private key when a certificate is renewed; needed when its hash is published in DNS',
    ),
  }),
  filters: {
    text: words('directory', 'contact'),
    memberTenantId: exact('memberTenantId'),
  },
  tenantQuota: () => 'maxAcmeProviders',
  hooks: ['acme'],
  awaits: 'certificates by ACME',
});
