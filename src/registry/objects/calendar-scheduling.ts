// Invitations and answers to them.
import { boolean, duration, html, singleton, size, struct, unsigned, uri } from '../schema/index.ts';

export const CalendarScheduling = singleton({
  name: 'CalendarScheduling',
  description: 'Invitations and answers to them',
  shape: struct('CalendarScheduling', 'Scheduling', {
    autoAddInvitations: boolean('Put received invitations into the calendar before they are answered'),
    emailTemplate: html('HTML template of invitation messages; absent for the built-in one').nullable(),
    enable: boolean(
      'Whether this is in use; switch it off to keep the settings without their effect',
    ).default(true),
    httpRsvpEnable: boolean('Let people without a calendar answer by a link').default(true),
    httpRsvpLinkExpiry: duration('How long such a link works').default(7_776_000_000),
    httpRsvpTemplate: html('HTML template of the answer page; absent for the built-in one').nullable(),
    httpRsvpUrl: uri('Address that the links begin with, when not the public one').nullable(),
    itipMaxSize: size('Largest scheduling message in bytes', { min: 100 }).default(524_288),
    maxRecipients: unsigned('Most recipients of one invitation', { min: 1 }).default(100),
  }),
  awaits: 'calendars',
});
