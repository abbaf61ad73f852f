// Sinks of events.
import {
  boolean,
  choice,
  duration,
  map,
  nested,
  set,
  string,
  struct,
  union,
  uri,
} from '../../schema/index.ts';
import { HttpAuth } from './http-auth.ts';

const sinkFields = {
  enable: boolean('Whether this is in use; switch it off to keep the settings without their effect').default(
    true,
  ),
  events: set(choice('EventType'), 'Events that the policy names'),
  eventsPolicy: choice(
    'EventPolicy',
    'Whether the named events are the only ones reported, or the ones left out',
  ).default('exclude'),
  level: choice('TracingLevel', 'Least severe events that are reported').default('info'),
  lossy: boolean('Drop events when the receiver is too slow, instead of making the server wait'),
};

const otelFields = {
  enableLogExporter: boolean('Send events as log records').default(true),
  enableSpanExporter: boolean('Send the events of one delivery or session as a span').default(true),
  httpAuth: nested(HttpAuth, 'How requests identify themselves to the service'),
  httpHeaders: map(string(), string(), 'Headers added to every request, by name'),
  throttle: duration('Shortest time between two deliveries of collected events').default(1000),
  timeout: duration('Longest wait for an answer').default(10_000),
};

export const TracerLog = struct('TracerLog', 'Files', {
  ...sinkFields,
  ansi: boolean('Colour the lines for terminals').default(true),
  multiline: boolean('Write each event over several lines'),
  path: string('Folder of the files'),
  prefix: string("First part of the files' names").default('waypost'),
  rotate: choice('LogRotateFrequency', 'How often a new file is begun').default('daily'),
});

export const TracerStdout = struct('TracerStdout', 'The console', {
  ...sinkFields,
  ansi: boolean('Colour the lines for terminals'),
  buffered: boolean('Collect lines before they are written').default(true),
  multiline: boolean('Write each event over several lines'),
});

export const TracerCommon = struct('TracerCommon', 'The system journal', sinkFields);

export const TracerOtelHttp = struct('TracerOtelHttp', 'An OpenTelemetry collector, over HTTP', {
  ...sinkFields,
  ...otelFields,
  endpoint: uri('Address of the collector'),
});

export const TracerOtelGrpc = struct(
  'TracerOtelGrpc',
  'An OpenTelemetry collector, over gRPC; not supported, use OtelHttp',
  {
    ...sinkFields,
    ...otelFields,
    endpoint: uri('Address of the collector').nullable(),
  },
);

export const TracerShape = union(
  'Tracer',
  'A sink of events',
  {
    Log: TracerLog,
    Stdout: TracerStdout,
    Journal: TracerCommon,
    OtelHttp: TracerOtelHttp,
    OtelGrpc: TracerOtelGrpc,
  },
  { refused: { OtelGrpc: 'The gRPC exporter is not supported: use OtelHttp.' } },
);
