export * from './client.ts';
export * from './errors.ts';
export type { StreamEvent } from './event-stream.ts';
