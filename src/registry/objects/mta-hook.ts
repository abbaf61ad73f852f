// A service that is asked over HTTP whether to accept mail.
import {
  boolean,
  choice,
  duration,
  exact,
  map,
  nested,
  object,
  set,
  size,
  string,
  struct,
  uri,
} from '../schema/index.ts';
import { HttpAuth } from './parts/http-auth.ts';
import { always, expression } from './parts/settings.ts';

export const MtaHook = object({
  name: 'MtaHook',
  description: 'A service that is asked over HTTP whether to accept mail',
  label: 'url',
  columns: ['url'],
  shape: struct('MtaHook', 'An HTTP hook', {
    allowInvalidCerts: boolean(
      'Accept certificates that cannot be verified; only for tests, since anybody in between can then listen',
    ),
    enable: expression('When the service is asked').default(always('true')),
    httpAuth: nested(HttpAuth, 'How requests identify themselves to the service'),
    httpHeaders: map(string(), string(), 'Headers added to every request, by name'),
    maxResponseSize: size('Longest answer that is read, in bytes').default(52_428_800),
    stages: set(choice('MtaStage'), 'SMTP stages at which it is asked').default(['data']),
    tempFailOnError: boolean('Refuse for now when the service fails; otherwise go on without it').default(
      true,
    ),
    timeout: duration('Longest wait for an answer').default(30_000),
    url: uri('Address that questions are posted to'),
  }),
  filters: {
    url: exact('url'),
  },
  awaits: 'HTTP hooks',
});
