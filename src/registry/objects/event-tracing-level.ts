// Another severity for one event than its usual one.
import { choice, exact, object, struct, uniqueProperty } from '../schema/index.ts';

export const EventTracingLevel = object({
  name: 'EventTracingLevel',
  description: 'Another severity for one event than its usual one',
  label: 'event',
  columns: ['event', 'level'],
  shape: struct('EventTracingLevel', 'Severity of an event', {
    event: choice('EventType', 'The event').immutable(),
    level: choice('TracingLevelOpt', 'The severity; disable to never report it').default('info'),
  }),
  unique: [uniqueProperty('EventTracingLevel', 'event')],
  filters: {
    event: exact('event'),
  },
  awaits: 'telemetry by setting',
});
