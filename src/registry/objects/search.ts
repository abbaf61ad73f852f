// What the full-text index covers.
import { boolean, choice, set, singleton, struct, unsigned } from '../schema/index.ts';

export const Search = singleton({
  name: 'Search',
  description: 'What the full-text index covers',
  shape: struct('Search', 'Full-text search', {
    defaultLanguage: choice('Locale', 'Language of text whose own is not recognized').default('en_US'),
    indexBatchSize: unsigned('Documents put into the index at one time', { min: 1 }).default(100),
    indexCalendar: boolean('Whether events are indexed').default(true),
    indexCalendarFields: set(choice('SearchCalendarField'), 'Parts of events that can be searched').default([
      'attendee',
      'location',
      'owner',
      'start',
      'uid',
    ]),
    indexContactFields: set(choice('SearchContactField'), 'Parts of contacts that can be searched').default([
      'address',
      'email',
      'kind',
      'member',
      'name',
      'nickname',
      'note',
      'onlineService',
      'organization',
      'phone',
      'uid',
    ]),
    indexContacts: boolean('Whether contacts are indexed').default(true),
    indexEmail: boolean('Whether messages are indexed').default(true),
    indexEmailFields: set(choice('SearchEmailField'), 'Parts of messages that can be searched').default([
      'attachment',
      'bcc',
      'body',
      'cc',
      'from',
      'hasAttachment',
      'receivedAt',
      'sentAt',
      'size',
      'subject',
      'to',
    ]),
    indexTelemetry: boolean('Whether traces are indexed').default(true),
    indexTracingFields: set(choice('SearchTracingField'), 'Parts of traces that can be searched').default([
      'eventType',
      'keywords',
      'queueId',
    ]),
    supportedLanguages: set(choice('Locale'), 'Languages that are recognized; each one costs memory').default(
      ['en_US'],
    ),
  }),
});
