// A limit on how much may wait in the queue.
import { boolean, choice, object, set, size, string, struct, unsigned } from '../schema/index.ts';
import { expression } from './parts/settings.ts';

export const MtaQueueQuota = object({
  name: 'MtaQueueQuota',
  description: 'A limit on how much may wait in the queue',
  label: 'description',
  columns: ['messages', 'size', 'enable'],
  shape: struct('MtaQueueQuota', 'A queue limit', {
    description: string('What this is for, shown to people in lists').nullable().immutable(),
    enable: boolean(
      'Whether this is in use; switch it off to keep the settings without their effect',
    ).default(true),
    key: set(
      choice('MtaQueueQuotaKey'),
      'What is counted apart: each combination of these has its own budget',
      { minItems: 1 },
    ),
    match: expression('Only what meets this condition is counted'),
    messages: unsigned('Most messages; absent for no limit', { min: 1 }).nullable(),
    size: size('Most bytes; absent for no limit').nullable(),
  }),
  awaits: 'outbound delivery',
});
