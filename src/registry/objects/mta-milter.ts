// A filter that is asked with the milter protocol whether to accept mail.
import {
  boolean,
  choice,
  duration,
  exact,
  object,
  set,
  size,
  string,
  struct,
  unsigned,
} from '../schema/index.ts';
import { always, expression } from './parts/settings.ts';

export const MtaMilter = object({
  name: 'MtaMilter',
  description: 'A filter that is asked with the milter protocol whether to accept mail',
  label: 'hostname',
  columns: ['hostname', 'port'],
  shape: struct('MtaMilter', 'A milter', {
    allowInvalidCerts: boolean(
      'Accept certificates that cannot be verified; only for tests, since anybody in between can then listen',
    ),
    enable: expression('When the filter is asked').default(always('true')),
    flagsAction: unsigned(
      'Changes the filter may make, as the sum of their numbers; absent for what it asks',
    ).nullable(),
    flagsProtocol: unsigned(
      'Steps the filter is not told of, as the sum of their numbers; absent for what it asks',
    ).nullable(),
    hostname: string('Host name or address of the filter'),
    maxResponseSize: size('Longest answer that is read, in bytes').default(52_428_800),
    port: unsigned('Port of the filter', { min: 1, max: 65_535 }).default(11_332),
    protocolVersion: choice('MilterVersion', 'Version of the protocol').default('v6'),
    stages: set(choice('MtaStage'), 'SMTP stages at which it is asked', { minItems: 1 }).default(['data']),
    tempFailOnError: boolean('Refuse for now when the service fails; otherwise go on without it').default(
      true,
    ),
    timeoutCommand: duration('Longest wait for the answer to a step').default(30_000),
    timeoutConnect: duration('Longest wait for a connection').default(30_000),
    timeoutData: duration('Longest wait for the answer to a message').default(60_000),
    useTls: boolean('Encrypt the connection with TLS'),
  }),
  filters: {
    hostname: exact('hostname'),
  },
  awaits: 'milters',
});
