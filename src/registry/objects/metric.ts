// A measured value at one moment.
import { choice, exact, object, struct, union, unsigned, utcDateTime } from '../schema/index.ts';

const MetricCount = struct('MetricCount', 'A number', {
  count: unsigned('The number').default(0),
  metric: choice('MetricType', 'The measured quantity'),
  timestamp: utcDateTime('When it happened'),
});

const MetricSum = struct('MetricSum', 'A distribution', {
  count: unsigned('How many were measured').default(0),
  metric: choice('MetricType', 'The measured quantity'),
  sum: unsigned('Their sum').default(0),
  timestamp: utcDateTime('When it happened'),
});

export const Metric = object({
  name: 'Metric',
  description: 'A measured value at one moment',
  label: 'metric',
  columns: ['metric', 'timestamp'],
  shape: union('Metric', 'A measurement', {
    Counter: MetricCount,
    Gauge: MetricCount,
    Histogram: MetricSum,
  }),
  filters: {
    timestamp: exact('timestamp'),
    metric: exact('metric'),
  },
  source: 'metrics',
  awaits: 'telemetry',
});
