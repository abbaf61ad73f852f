// A limit on how often clients may connect or send.
import { boolean, choice, object, set, string, struct } from '../schema/index.ts';
import { always, expression, rate } from './parts/settings.ts';

export const MtaInboundThrottle = object({
  name: 'MtaInboundThrottle',
  description: 'A limit on how often clients may connect or send',
  label: 'description',
  columns: ['description', 'enable'],
  shape: struct('MtaInboundThrottle', 'An inbound limit', {
    description: string('What this is for, shown to people in lists').immutable(),
    enable: boolean(
      'Whether this is in use; switch it off to keep the settings without their effect',
    ).default(true),
    key: set(
      choice('MtaInboundThrottleKey'),
      'What is counted apart: each combination of these has its own budget',
    ),
    match: expression('Only what meets this condition is counted').default(always('true')),
    rate: rate('How many in which time'),
  }),
  awaits: 'inbound limits by expression',
});
