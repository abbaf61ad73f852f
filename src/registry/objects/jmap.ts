// Limits of the JMAP interface and of push.
import { duration, nested, singleton, size, string, struct, unsigned } from '../schema/index.ts';
import { SecretTextOptional } from './parts/secret-values.ts';

const limit = (description: string) => unsigned(description, { min: 1 });

export const Jmap = singleton({
  name: 'Jmap',
  description: 'Limits of the JMAP interface and of push',
  shape: struct('Jmap', 'JMAP', {
    changesMaxResults: limit('Most changes one answer lists').default(5000),
    eventSourceThrottle: duration('Shortest time between two events of a stream').default(1000),
    getMaxResults: limit('Most objects of one /get').default(500),
    maxConcurrentRequests: limit('Most requests of an account at one time').nullable().default(4),
    maxConcurrentUploads: limit('Most uploads of an account at one time').nullable().default(4),
    maxMethodCalls: limit('Most method calls of one request').default(16),
    maxPushSize: unsigned('Largest message to a push service', { min: 512 }).default(4096),
    maxRequestSize: size('Largest request', { min: 1 }).default(10_000_000),
    maxSubscriptions: limit('Most push subscriptions of an account').nullable().default(15),
    maxUploadCount: limit('Most uploads an account may keep unused').default(1000),
    maxUploadSize: limit('Largest upload').default(50_000_000),
    parseLimitContact: limit('Most cards of one ContactCard/parse').default(10),
    parseLimitEmail: limit('Most messages of one Email/parse').default(10),
    parseLimitEvent: limit('Most events of one CalendarEvent/parse').default(10),
    pushAttemptWait: duration('Wait after a failed push').default(60_000),
    pushMaxAttempts: limit('Attempts to deliver a push').default(3),
    pushRequestTimeout: duration('Longest wait for a push service').default(10_000),
    pushRetryWait: duration('Wait before a push is tried again').default(1000),
    pushShardsTotal: limit('Nodes that share the work of push').default(1),
    pushThrottle: duration('Shortest time between two pushes to a subscription').default(1000),
    pushVerifyTimeout: duration('Shortest time between two verifications of a subscription').default(60_000),
    queryMaxResults: limit('Most ids of one /query').default(5000),
    setMaxObjects: limit('Most objects of one /set').default(500),
    snippetMaxResults: limit('Most snippets of one SearchSnippet/get').default(100),
    uploadQuota: limit('Bytes of unused uploads an account may keep').default(50_000_000),
    uploadTtl: duration('How long an unused upload is kept', { min: 1000 }).default(3_600_000),
    webPushContact: string('Address that push services may write to').nullable(),
    webPushKey: nested(SecretTextOptional, 'Key that signs requests to push services'),
    websocketHeartbeat: duration('Time between two signs of life').default(60_000),
    websocketThrottle: duration('Shortest time between two events').default(1000),
    websocketTimeout: duration('Idle time before a connection is closed').default(600_000),
  }),
});
