// What is measured and who may collect it.
import {
  choice,
  duration,
  map,
  nested,
  set,
  singleton,
  string,
  struct,
  union,
  uri,
} from '../schema/index.ts';
import { HttpAuth } from './parts/http-auth.ts';
import { SecretKeyOptional } from './parts/secret-values.ts';

const MetricsOtelHttp = struct('MetricsOtelHttp', 'Over HTTP', {
  endpoint: uri('Address of the collector'),
  httpAuth: nested(HttpAuth, 'How requests identify themselves to the service'),
  httpHeaders: map(string(), string(), 'Headers added to every request, by name'),
  interval: duration('Time between two deliveries').default(60_000),
  timeout: duration('Longest wait for an answer').default(10_000),
});

const MetricsOtelGrpc = struct('MetricsOtelGrpc', 'Over gRPC; not supported, use Http', {
  endpoint: uri('Address of the collector').nullable(),
  interval: duration('Time between two deliveries').default(60_000),
  timeout: duration('Longest wait for an answer').default(10_000),
});

const MetricsOtel = union(
  'MetricsOtel',
  'Export to a collector',
  {
    Disabled: null,
    Http: MetricsOtelHttp,
    Grpc: MetricsOtelGrpc,
  },
  { refused: { Grpc: 'The gRPC exporter is not supported: use Http.' } },
);

const MetricsPrometheusProperties = struct(
  'MetricsPrometheusProperties',
  'Offered under /metrics/prometheus',
  {
    authSecret: nested(SecretKeyOptional, 'Password that the collector has to give'),
    authUsername: string('Name that the collector has to give; absent for none').nullable(),
  },
);

const MetricsPrometheus = union('MetricsPrometheus', 'Collection by Prometheus', {
  Disabled: null,
  Enabled: MetricsPrometheusProperties,
});

export const Metrics = singleton({
  name: 'Metrics',
  description: 'What is measured and who may collect it',
  shape: struct('Metrics', 'Measurements', {
    metrics: set(choice('MetricType'), 'Quantities that the policy names'),
    metricsPolicy: choice(
      'EventPolicy',
      'Whether the named quantities are the only ones measured, or the ones left out',
    ).default('exclude'),
    openTelemetry: nested(MetricsOtel, 'Measurements sent to an OpenTelemetry collector'),
    prometheus: nested(MetricsPrometheus, 'Measurements collected by Prometheus'),
  }),
  awaits: 'telemetry',
});
