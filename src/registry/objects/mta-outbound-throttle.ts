// A limit on how much is sent to a destination.
import { boolean, choice, object, set, string, struct } from '../schema/index.ts';
import { always, expression, rate } from './parts/settings.ts';

export const MtaOutboundThrottle = object({
  name: 'MtaOutboundThrottle',
  description: 'A limit on how much is sent to a destination',
  label: 'description',
  columns: ['description', 'enable'],
  shape: struct('MtaOutboundThrottle', 'An outbound limit', {
    description: string('What this is for, shown to people in lists'),
    enable: boolean(
      'Whether this is in use; switch it off to keep the settings without their effect',
    ).default(true),
    key: set(
      choice('MtaOutboundThrottleKey'),
      'What is counted apart: each combination of these has its own budget',
    ),
    match: expression('Only what meets this condition is counted').default(always('true')),
    rate: rate('How many in which time'),
  }),
  awaits: 'outbound delivery',
});
