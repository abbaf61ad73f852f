// Names and limits of the whole server.
import {
  boolean,
  choice,
  domainName,
  ipNetwork,
  list,
  map,
  nested,
  reference,
  set,
  singleton,
  string,
  struct,
  unsigned,
} from '../schema/index.ts';

const MailExchanger = struct('MailExchanger', 'A host that takes mail for the domains', {
  hostname: domainName('Host name; the default host name when absent').nullable(),
  priority: unsigned('Hosts with lower numbers are tried first', { min: 1, max: 65535 }).default(10),
});

const Service = struct('Service', 'A service as clients are told of it', {
  cleartext: boolean('Offered without TLS as well'),
  hostname: domainName('Host name; the default host name when absent').nullable(),
});

const told = { cleartext: false, hostname: null };

export const SystemSettings = singleton({
  name: 'SystemSettings',
  description: 'Names and limits of the whole server',
  shape: struct('SystemSettings', 'The server', {
    defaultCertificateId: reference(
      'Certificate',
      'Certificate for names that no other one covers',
    ).nullable(),
    defaultDomainId: reference('Domain', 'Domain of sign-in names that name none'),
    defaultHostname: domainName('Host name of the server'),
    mailExchangers: list(MailExchanger, 'Hosts that take mail for the domains').default([
      { hostname: null, priority: 10 },
    ]),
    maxConnections: unsigned('Most connections of all listeners of a node', { min: 1 }).default(8192),
    providerInfo: map(choice('ProviderInfo'), string(), 'Who runs the server, as clients show it'),
    proxyTrustedNetworks: set(ipNetwork(), 'Networks of proxies whose word about the client is believed'),
    services: map(choice('ServiceProtocol'), nested(Service), 'Services that clients are told of').default({
      caldav: told,
      carddav: told,
      imap: told,
      jmap: told,
      managesieve: told,
      pop3: told,
      smtp: told,
      webdav: told,
    }),
    threadPoolSize: unsigned('Threads for file, DNS and password work', { min: 1 }).nullable(),
  }),
});
