// Limits of CalDAV, CardDAV and WebDAV.
import { boolean, duration, singleton, size, struct, unsigned } from '../schema/index.ts';

export const WebDav = singleton({
  name: 'WebDav',
  description: 'Limits of CalDAV, CardDAV and WebDAV',
  shape: struct('WebDav', 'WebDAV', {
    deadPropertyMaxSize: size("Largest value of a client's own property in bytes; absent to refuse them")
      .nullable()
      .default(1024),
    enableAssistedDiscovery: boolean(
      'Help clients that look for calendars and address books in the wrong place',
    ).default(true),
    livePropertyMaxSize: size('Largest value of a property that clients can set, in bytes').default(250),
    maxLockTimeout: duration('Longest time a lock is held').default(3_600_000),
    maxLocks: unsigned('Most locks of an account').default(10),
    maxResults: unsigned('Most entries of one answer').default(2000),
    requestMaxSize: size('Largest request in bytes').default(26_214_400),
  }),
  awaits: 'WebDAV',
});
