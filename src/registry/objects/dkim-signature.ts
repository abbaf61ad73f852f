// A key that signs the mail of a domain.
import {
  boolean,
  choice,
  duration,
  exact,
  nested,
  object,
  reference,
  set,
  string,
  struct,
  text,
  union,
  utcDateTime,
} from '../schema/index.ts';
import { createdAt, memberTenantId } from './parts/references.ts';
import { SecretText } from './parts/secret-values.ts';

const keyFields = {
  createdAt: createdAt(),
  domainId: reference('Domain', 'Domain that signs'),
  memberTenantId: memberTenantId(),
  nextTransitionAt: utcDateTime('When the key moves on to its next stage').nullable(),
  privateKey: nested(SecretText, 'The private key'),
  publicKey: text('The public key, as it is published').computed(),
  selector: string('Name under which the key is published in the domain'),
  stage: choice(
    'DkimRotationStage',
    'Where the key is in its life: published, signing, leaving or gone',
  ).default('active'),
};

const Dkim1Signature = struct('Dkim1Signature', 'A DKIM signing key', {
  ...keyFields,
  auid: string('Identity written into the signature; the domain when absent').nullable(),
  canonicalization: choice(
    'DkimCanonicalization',
    'How headers and body are normalized before they are signed',
  ).default('relaxed/relaxed'),
  expire: duration('How long a signature is valid; absent for no limit').nullable(),
  headers: set(string(), 'Headers that are signed').default(['Date', 'From', 'Message-ID', 'Subject', 'To']),
  report: boolean('Ask receivers to report failures').default(true),
  thirdParty: string('Domain that is authorized to sign for this one').nullable(),
  thirdPartyHash: choice('DkimHash', "Hash of that domain's name").nullable(),
});

const Dkim2Signature = struct('Dkim2Signature', 'A DKIM2 signing key', {
  ...keyFields,
  flags: set(choice('Dkim2Flag'), 'What receivers are asked to observe'),
});

export const DkimSignature = object({
  name: 'DkimSignature',
  description: 'A key that signs the mail of a domain',
  visibility: 'tenant',
  label: 'selector',
  columns: ['@type', 'domainId', 'selector', 'stage'],
  shape: union('DkimSignature', 'A signing key', {
    Dkim1Ed25519Sha256: Dkim1Signature,
    Dkim1RsaSha256: Dkim1Signature,
    Dkim2Ed25519Sha256: Dkim2Signature,
    Dkim2RsaSha256: Dkim2Signature,
  }),
  filters: {
    domainId: exact('domainId'),
    memberTenantId: exact('memberTenantId'),
  },
  tenantQuota: () => 'maxDkimKeys',
  hooks: ['dkim-key'],
  awaits: 'DKIM signing',
});
