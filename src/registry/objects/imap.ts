// Limits of IMAP, POP3 and ManageSieve sessions.
import { boolean, duration, singleton, size, struct, unsigned } from '../schema/index.ts';
import { rate } from './parts/settings.ts';

export const Imap = singleton({
  name: 'Imap',
  description: 'Limits of IMAP, POP3 and ManageSieve sessions',
  shape: struct('Imap', 'IMAP', {
    allowPlainTextAuth: boolean('Take passwords without TLS'),
    maxAuthFailures: unsigned('Failed sign-ins before the connection is closed', { min: 1 }).default(3),
    maxConcurrent: unsigned('Most connections of an account', { min: 1 }).nullable().default(16),
    maxMessagesPerCommand: unsigned('Most messages one command works on', { min: 1000 }).default(1_000_000),
    maxMessagesPerSave: unsigned('Most messages of a saved search', { min: 1000 }).default(1_000_000),
    maxRequestRate: rate('Most commands of a session').nullable().default({ count: 2000, period: 60_000 }),
    maxRequestSize: size('Largest command').default(52_428_800),
    maxUidBatches: unsigned('Most batches of message numbers in one answer', { min: 1 }).default(10_000),
    minUidBatchSize: unsigned('Smallest batch of message numbers', { min: 1, max: 500 }).default(500),
    timeoutAnonymous: duration('Idle time before sign-in').default(60_000),
    timeoutAuthenticated: duration('Idle time after sign-in').default(1_800_000),
    timeoutIdle: duration('Idle time while waiting for changes').default(1_800_000),
  }),
});
