// How much memory the server uses to avoid reading twice.
import { duration, singleton, size, struct } from '../schema/index.ts';

export const Cache = singleton({
  name: 'Cache',
  description: 'How much memory the server uses to avoid reading twice',
  shape: struct('Cache', 'Memory of caches', {
    accessTokens: size('Bytes for resolved permissions of accounts', { min: 2048 }).default(10_485_760),
    accounts: size('Bytes for accounts', { min: 2048 }).default(20_971_520),
    contacts: size('Bytes for address books', { min: 2048 }).default(10_485_760),
    dkimSignatures: size('Bytes for signing keys', { min: 2048 }).default(10_485_760),
    dnsIpv4: size('Bytes for IPv4 addresses of hosts', { min: 2048 }).default(5_242_880),
    dnsIpv6: size('Bytes for IPv6 addresses of hosts', { min: 2048 }).default(5_242_880),
    dnsMtaSts: size('Bytes for MTA-STS policies', { min: 2048 }).default(1_048_576),
    dnsMx: size('Bytes for mail exchangers of domains', { min: 2048 }).default(5_242_880),
    dnsPtr: size('Bytes for names of addresses', { min: 2048 }).default(1_048_576),
    dnsRbl: size('Bytes for answers of block lists', { min: 2048 }).default(5_242_880),
    dnsTlsa: size('Bytes for TLSA records', { min: 2048 }).default(1_048_576),
    dnsTxt: size('Bytes for text records', { min: 2048 }).default(5_242_880),
    domainNames: size('Bytes for names of domains', { min: 2048 }).default(10_485_760),
    domainNamesNegative: size('Bytes for names that are no domains here', { min: 2048 }).default(1_048_576),
    domains: size('Bytes for domains', { min: 2048 }).default(5_242_880),
    emailAddresses: size('Bytes for addresses', { min: 2048 }).default(10_485_760),
    emailAddressesNegative: size('Bytes for addresses that nobody has here', { min: 2048 }).default(
      2_097_152,
    ),
    events: size('Bytes for calendars', { min: 2048 }).default(10_485_760),
    files: size('Bytes for file trees', { min: 2048 }).default(10_485_760),
    httpAuth: size('Bytes for recent sign-ins over HTTP', { min: 2048 }).default(1_048_576),
    mailingLists: size('Bytes for mailing lists', { min: 2048 }).default(2_097_152),
    messages: size(
      'Bytes for the columns of mailboxes; raise it when many large mailboxes are open at one time',
      { min: 2048 },
    ).default(52_428_800),
    negativeTtl: duration('How long it is remembered that something does not exist').default(3_600_000),
    roles: size('Bytes for roles', { min: 2048 }).default(5_242_880),
    scheduling: size('Bytes for scheduling boxes', { min: 2048 }).default(1_048_576),
    tenants: size('Bytes for tenants', { min: 2048 }).default(5_242_880),
  }),
  awaits: 'cache sizes by setting',
});
