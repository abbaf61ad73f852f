// The events of one received or delivered message.
import {
  type Plain,
  valuesAt,
  boolean,
  choice,
  derived,
  exact,
  float,
  integer,
  ipAddress,
  list,
  nested,
  object,
  recursiveList,
  size,
  string,
  struct,
  union,
  unsigned,
  utcDateTime,
  words,
  type Shape,
} from '../schema/index.ts';

const TraceValueString = struct('TraceValueString', 'Text', {
  value: string('The value'),
});

const TraceValueUnsignedInt = struct('TraceValueUnsignedInt', 'A whole number, not negative', {
  value: unsigned('The value').default(0),
});

const TraceValueInteger = struct('TraceValueInteger', 'A whole number', {
  value: integer('The value').default(0),
});

const TraceValueBoolean = struct('TraceValueBoolean', 'True or false', {
  value: boolean('The value'),
});

const TraceValueFloat = struct('TraceValueFloat', 'A number', {
  value: float('The value').default(0),
});

const TraceValueUTCDateTime = struct('TraceValueUTCDateTime', 'A time', {
  value: utcDateTime('The value'),
});

const TraceValueDuration = struct('TraceValueDuration', 'Milliseconds', {
  value: unsigned('The value').default(0),
});

const TraceValueIpAddr = struct('TraceValueIpAddr', 'An address', {
  value: ipAddress('The value'),
});

const TraceValueList = struct('TraceValueList', 'Several values', {
  value: recursiveList('TraceValue', (): Shape => TraceValue, 'The value'),
});

const TraceValueEvent = struct('TraceValueEvent', 'An event within the event', {
  event: choice('EventType', 'The event'),
  value: recursiveList('TraceKeyValue', (): Shape => TraceKeyValue, 'The values that came with it'),
});

const TraceValue = union('TraceValue', 'A value of an event', {
  String: TraceValueString,
  UnsignedInt: TraceValueUnsignedInt,
  Integer: TraceValueInteger,
  Boolean: TraceValueBoolean,
  Float: TraceValueFloat,
  UTCDateTime: TraceValueUTCDateTime,
  Duration: TraceValueDuration,
  IpAddr: TraceValueIpAddr,
  List: TraceValueList,
  Event: TraceValueEvent,
  Null: null,
});

const TraceKeyValue = struct('TraceKeyValue', 'A named value', {
  key: choice('Key', 'Its name'),
  value: nested(TraceValue, 'The value'),
});

const TraceEvent = struct('TraceEvent', 'One event of a trace', {
  event: choice('EventType', 'The event'),
  keyValues: list(TraceKeyValue, 'The values that came with it'),
  timestamp: utcDateTime('When it happened'),
});

/** Queue entries that the events name. */
function queueIds(value: Plain): string[] {
  return valuesAt<Plain>(value, 'events', 'keyValues')
    .filter((one) => one['key'] === 'queueId')
    .flatMap((one) => valuesAt<string | number>(one, 'value', 'value').map(String));
}

export const Trace = object({
  name: 'Trace',
  description: 'The events of one received or delivered message',
  columns: ['events'],
  shape: struct('Trace', 'A trace', {
    events: list(TraceEvent, 'What happened, in order'),
    from: string('Sender of the message').serverSet(),
    size: size('Size in bytes').serverSet(),
    timestamp: utcDateTime('When it began').serverSet(),
    to: string('Recipients of the message').serverSet(),
  }),
  filters: {
    timestamp: exact('timestamp'),
    event: derived(string(), (value) => valuesAt<string>(value, 'events', 'event')),
    queueId: derived(string(), queueIds),
    text: words('from', 'to'),
  },
  source: 'traces',
  awaits: 'telemetry',
});
