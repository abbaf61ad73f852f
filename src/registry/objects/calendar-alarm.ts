// Messages that remind of events.
import { boolean, duration, emailAddress, html, singleton, string, struct } from '../schema/index.ts';

export const CalendarAlarm = singleton({
  name: 'CalendarAlarm',
  description: 'Messages that remind of events',
  shape: struct('CalendarAlarm', 'Alarms by mail', {
    allowExternalRcpts: boolean('Let alarms go to addresses that are not local'),
    enable: boolean(
      'Whether this is in use; switch it off to keep the settings without their effect',
    ).default(true),
    fromEmail: emailAddress(
      "Sender of the reminders; an address of the server's default domain when absent",
    ).nullable(),
    fromName: string('Name beside the sender').default('Calendar'),
    minTriggerInterval: duration('Shortest time between two alarms of a repeating event').default(3_600_000),
    template: html('HTML template; absent for the built-in one').nullable(),
  }),
  awaits: 'calendars',
});
