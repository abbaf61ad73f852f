// A place that events are written to.
import { object } from '../schema/index.ts';
import { TracerShape } from './parts/tracers.ts';

export const Tracer = object({
  name: 'Tracer',
  description: 'A place that events are written to',
  columns: ['@type', 'level', 'enable'],
  shape: TracerShape,
  awaits: 'telemetry by setting',
});
