// A line of the server's log.
import { choice, object, struct, text, utcDateTime, words } from '../schema/index.ts';

export const Log = object({
  name: 'Log',
  description: "A line of the server's log",
  columns: ['timestamp', 'level', 'event', 'details'],
  shape: struct('Log', 'A log line', {
    details: text('The values that came with the event'),
    event: choice('EventType', 'The event'),
    level: choice('TracingLevel', 'Severity'),
    timestamp: utcDateTime('When it happened'),
  }),
  filters: {
    text: words('event', 'details'),
  },
  source: 'log',
});
