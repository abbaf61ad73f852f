// The typed event facade for telemetry: `emit('smtp.rcpt.rejected', {...})`. Logs, metrics and traces are
// sinks of the same events. Each folder declares its own events in one file (`events.ts`) by merging into
// `EventCatalogue`; nothing here knows what they mean.

/** Event name to its fields. Folders extend it by declaration merging. */
export interface EventCatalogue {
  'server.unexpected-error': { where: string; error: unknown; trace: string };
}

export type EventName = keyof EventCatalogue;
export type EventLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

export type EventSink = (
  name: EventName,
  level: EventLevel,
  fields: Readonly<Record<string, unknown>>,
) => void;

const sinks = new Set<EventSink>();

/** Adds a sink; the returned function removes it. */
export function addSink(sink: EventSink): () => void {
  sinks.add(sink);
  return () => void sinks.delete(sink);
}

/** Reports that something happened. Costs nothing to speak of while no sink listens. */
export function emit<N extends EventName>(
  name: N,
  fields: EventCatalogue[N],
  level: EventLevel = 'info',
): void {
  for (const sink of sinks) sink(name, level, fields as Readonly<Record<string, unknown>>);
}
