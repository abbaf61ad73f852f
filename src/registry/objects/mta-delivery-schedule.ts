// When delivery is tried again, and when it is given up.
import {
  duration,
  exact,
  list,
  nested,
  object,
  reference,
  string,
  struct,
  union,
  uniqueProperty,
  unsigned,
} from '../schema/index.ts';

const MtaDeliveryExpirationTtl = struct('MtaDeliveryExpirationTtl', 'After a time', {
  expire: duration('Age of the message').default(259_200_000),
});

const MtaDeliveryExpirationAttempts = struct('MtaDeliveryExpirationAttempts', 'After a number of attempts', {
  maxAttempts: unsigned('The number', { min: 1 }).default(5),
});

const MtaDeliveryExpiration = union('MtaDeliveryExpiration', 'When delivery is given up', {
  Ttl: MtaDeliveryExpirationTtl,
  Attempts: MtaDeliveryExpirationAttempts,
});

const MtaDeliveryScheduleInterval = struct('MtaDeliveryScheduleInterval', 'A wait', {
  duration: duration('How long').default(3_600_000),
});

const MtaDeliveryScheduleIntervals = struct('MtaDeliveryScheduleIntervals', 'Waits of your own', {
  intervals: list(MtaDeliveryScheduleInterval, 'The waits, in order', { minItems: 1 }),
});

const MtaDeliveryScheduleIntervalsOrDefault = union(
  'MtaDeliveryScheduleIntervalsOrDefault',
  'Waits of your own, or the usual ones',
  {
    Default: null,
    Custom: MtaDeliveryScheduleIntervals,
  },
);

export const MtaDeliverySchedule = object({
  name: 'MtaDeliverySchedule',
  description: 'When delivery is tried again, and when it is given up',
  label: 'name',
  columns: ['name', 'queueId', 'description'],
  shape: struct('MtaDeliverySchedule', 'When to try again', {
    description: string('What this is for, shown to people in lists').nullable(),
    expiry: nested(MtaDeliveryExpiration, 'When delivery is given up'),
    name: string('Name by which other settings refer to this').immutable(),
    notify: nested(MtaDeliveryScheduleIntervalsOrDefault, 'Waits before the sender is told of a delay'),
    queueId: reference('MtaVirtualQueue', 'Queue that the messages wait in'),
    retry: nested(MtaDeliveryScheduleIntervalsOrDefault, 'Waits between two attempts; the last one repeats'),
  }),
  unique: [uniqueProperty('MtaDeliverySchedule', 'name')],
  filters: {
    name: exact('name'),
  },
  awaits: 'outbound delivery',
});
