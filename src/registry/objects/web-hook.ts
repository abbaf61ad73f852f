// An address of another service that events are sent to.
import {
  boolean,
  choice,
  duration,
  exact,
  map,
  nested,
  object,
  set,
  string,
  struct,
  uri,
} from '../schema/index.ts';
import { HttpAuth } from './parts/http-auth.ts';
import { SecretKeyOptional } from './parts/secret-values.ts';

export const WebHook = object({
  name: 'WebHook',
  description: 'An address of another service that events are sent to',
  label: 'url',
  columns: ['url'],
  shape: struct('WebHook', 'A web hook', {
    allowInvalidCerts: boolean(
      'Accept certificates that cannot be verified; only for tests, since anybody in between can then listen',
    ),
    discardAfter: duration('Events that could not be delivered for this long are dropped').default(300_000),
    enable: boolean(
      'Whether this is in use; switch it off to keep the settings without their effect',
    ).default(true),
    events: set(choice('EventType'), 'Events that the policy names'),
    eventsPolicy: choice(
      'EventPolicy',
      'Whether the named events are the only ones reported, or the ones left out',
    ).default('exclude'),
    httpAuth: nested(HttpAuth, 'How requests identify themselves to the service'),
    httpHeaders: map(string(), string(), 'Headers added to every request, by name'),
    level: choice('TracingLevel', 'Least severe events that are reported').default('info'),
    lossy: boolean('Drop events when the receiver is too slow, instead of making the server wait'),
    signatureKey: nested(SecretKeyOptional, 'Key of the signature that proves where the events come from'),
    throttle: duration('Shortest time between two deliveries of collected events').default(1000),
    timeout: duration('Longest wait for an answer').default(30_000),
    url: uri('Address that events are posted to'),
  }),
  filters: {
    url: exact('url'),
  },
  awaits: 'telemetry',
});
