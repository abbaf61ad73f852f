// How long to wait at each step of a delivery, and from which address to connect.
import {
  domainName,
  duration,
  exact,
  ipAddress,
  list,
  object,
  string,
  struct,
  uniqueProperty,
} from '../schema/index.ts';

const MtaConnectionIpHost = struct('MtaConnectionIpHost', 'An address to connect from', {
  ehloHostname: domainName("Host name to introduce itself with; the server's own when absent").nullable(),
  sourceIp: ipAddress('The address'),
});

export const MtaConnectionStrategy = object({
  name: 'MtaConnectionStrategy',
  description: 'How long to wait at each step of a delivery, and from which address to connect',
  label: 'name',
  columns: ['name', 'description'],
  shape: struct('MtaConnectionStrategy', 'How to connect', {
    connectTimeout: duration('Longest wait for a connection').default(300_000),
    dataTimeout: duration('Longest wait for the answer to a message').default(600_000),
    description: string('What this is for, shown to people in lists').nullable(),
    ehloHostname: domainName("Host name to introduce itself with; the server's own when absent").nullable(),
    ehloTimeout: duration('Longest wait for the answer to the introduction').default(300_000),
    greetingTimeout: duration('Longest wait for the greeting').default(300_000),
    mailFromTimeout: duration('Longest wait for the answer to the sender').default(300_000),
    name: string('Name by which other settings refer to this').immutable(),
    rcptToTimeout: duration('Longest wait for the answer to a recipient').default(300_000),
    sourceIps: list(
      MtaConnectionIpHost,
      'Addresses of this host to connect from, in turn; absent to leave it to the system',
    ),
  }),
  unique: [uniqueProperty('MtaConnectionStrategy', 'name')],
  filters: {
    name: exact('name'),
  },
  awaits: 'outbound delivery',
});
