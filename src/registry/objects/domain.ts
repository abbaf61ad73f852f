// A mail domain that this server is responsible for.
import {
  boolean,
  choice,
  domainName,
  duration,
  emailAddress,
  exact,
  nested,
  object,
  reference,
  set,
  string,
  struct,
  text,
  union,
  words,
} from '../schema/index.ts';
import { createdAt, memberTenantId } from './parts/references.ts';
import { expression } from './parts/settings.ts';

const CertificateManagement = union('CertificateManagement', 'Where the certificates of a domain come from', {
  Manual: null,
  Automatic: struct('CertificateManagementProperties', 'Certificates are ordered and renewed by the server', {
    acmeProviderId: reference('AcmeProvider', 'Provider that issues the certificates'),
    subjectAlternativeNames: set(
      domainName(),
      'Host names to ask for; empty for the usual ones of a mail domain',
    ),
  }),
});

const DkimManagement = union('DkimManagement', 'Who looks after the signing keys of a domain', {
  Automatic: struct('DkimManagementProperties', 'Keys are made and changed by the server', {
    algorithms: set(choice('DkimSignatureType'), 'Kinds of keys to sign with').default([
      'Dkim1Ed25519Sha256',
      'Dkim1RsaSha256',
    ]),
    deleteAfter: duration('How long a retired key is kept').default(2_592_000_000),
    retireAfter: duration('How long the old key stays published after a change').default(604_800_000),
    rotateAfter: duration('Age at which a key is changed').default(7_776_000_000),
    selectorTemplate: string('How selectors are named').default('v{version}-{algorithm}-{date-%Y%m%d}'),
  }),
  Manual: null,
});

const DnsManagement = union('DnsManagement', 'Who publishes the records of a domain', {
  Manual: null,
  Automatic: struct('DnsManagementProperties', 'Records are published by the server', {
    dnsServerId: reference('DnsServer', 'DNS service that takes the records'),
    origin: string('Zone that holds the domain, when it is not the domain itself').nullable(),
    publishRecords: set(choice('DnsRecordType'), 'Records to publish', { minItems: 1 }).default([
      'autoConfig',
      'autoConfigLegacy',
      'autoDiscover',
      'caa',
      'dkim',
      'dmarc',
      'mtaSts',
      'mx',
      'spf',
      'srv',
      'tlsRpt',
    ]),
  }),
});

const SubAddressing = union('SubAddressing', 'How local parts with a detail are read', {
  Enabled: null,
  Custom: struct('SubAddressingCustom', "A rule of one's own", {
    customRule: expression('Gives the local part without the detail'),
  }),
  Disabled: null,
});

export const Domain = object({
  name: 'Domain',
  description: 'A mail domain that this server is responsible for',
  ids: 'sequential',
  visibility: 'tenant',
  label: 'name',
  columns: ['name', 'isEnabled', 'certificateManagement', 'dnsManagement'],
  shape: struct('Domain', 'A mail domain', {
    aliases: set(domainName(), 'Other names of the domain; every address is valid under each of them'),
    allowRelaying: boolean('Pass mail for unknown recipients on to where the domain name points'),
    catchAllAddress: emailAddress('Address that takes mail for unknown recipients').nullable(),
    certificateManagement: nested(CertificateManagement, 'Where the certificates come from'),
    createdAt: createdAt(),
    description: string('What the domain is for').nullable(),
    directoryId: reference('Directory', 'Directory that holds the accounts of the domain').nullable(),
    dkimManagement: nested(DkimManagement, 'Who looks after the signing keys'),
    dnsManagement: nested(DnsManagement, 'Who publishes the records'),
    dnsZoneFile: text('All recommended records of the domain, as a zone file').computed(),
    isEnabled: boolean('Whether the domain takes part in anything').default(true),
    logo: string('Picture shown on pages of the domain').nullable(),
    memberTenantId: memberTenantId(),
    name: domainName('Name of the domain'),
    reportAddressUri: string('Where others send reports about the domain')
      .nullable()
      .default('mailto:postmaster'),
    subAddressing: nested(SubAddressing, 'How local parts with a detail are read'),
  }),
  unique: [
    {
      space: 'Domain',
      keys: (domain) => [
        { key: domain.name, property: 'name' },
        ...domain.aliases.map((alias) => ({ key: alias, property: 'aliases' })),
      ],
    },
  ],
  filters: {
    text: words('name', 'description', 'aliases'),
    name: exact('name'),
    aliases: exact('aliases'),
    memberTenantId: exact('memberTenantId'),
  },
  tenantQuota: () => 'maxDomains',
  hooks: ['grants', 'zone'],
});
