// Limits and defaults of calendars.
import { singleton, size, string, struct, unsigned } from '../schema/index.ts';

export const Calendar = singleton({
  name: 'Calendar',
  description: 'Limits and defaults of calendars',
  shape: struct('Calendar', 'Calendars', {
    defaultDisplayName: string('Name of the calendar that new accounts get; absent for none')
      .nullable()
      .default('Calendar'),
    defaultHrefName: string('Last part of its address in CalDAV').nullable().default('default'),
    maxAttendees: unsigned('Most attendees of an event', { max: 100_000 }).default(20),
    maxCalendars: unsigned('Most calendars of an account', { min: 1 }).nullable().default(250),
    maxEventNotifications: unsigned('Most notifications about changed events kept for an account', {
      min: 1,
    }).nullable(),
    maxEvents: unsigned('Most events of an account', { min: 1 }).nullable(),
    maxICalendarSize: size('Largest event in bytes').default(524_288),
    maxParticipantIdentities: unsigned('Most identities of an account as an attendee', { min: 1 })
      .nullable()
      .default(100),
    maxRecurrenceExpansions: unsigned('Most occurrences that a repeating event is expanded to').default(3000),
  }),
  awaits: 'calendars',
});
