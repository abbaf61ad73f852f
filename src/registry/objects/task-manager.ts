// How failed background work is tried again.
import { boolean, duration, float, nested, singleton, struct, union, unsigned } from '../schema/index.ts';

const TaskRetryStrategyBackoff = struct('TaskRetryStrategyBackoff', 'Waits that grow', {
  factor: float('How much longer each wait is than the one before', { min: 1 }).default(2),
  initialDelay: duration('The first wait').default(60_000),
  jitter: boolean('Vary the waits, so that tasks do not run all at once').default(true),
  maxDelay: duration('The longest wait').default(1_800_000),
});

const TaskRetryStrategyFixed = struct('TaskRetryStrategyFixed', 'Waits that are all alike', {
  delay: duration('How long').default(300_000),
});

const TaskRetryStrategy = union('TaskRetryStrategy', 'Waits between attempts', {
  ExponentialBackoff: TaskRetryStrategyBackoff,
  FixedDelay: TaskRetryStrategyFixed,
});

export const TaskManager = singleton({
  name: 'TaskManager',
  description: 'How failed background work is tried again',
  shape: struct('TaskManager', 'Background work', {
    maxAttempts: unsigned('Attempts before a task is given up', { min: 1 }).default(3),
    strategy: nested(TaskRetryStrategy, 'How long to wait between attempts'),
    totalDeadline: duration('Time since the first failure after which a task is given up').default(
      21_600_000,
    ),
  }),
});
