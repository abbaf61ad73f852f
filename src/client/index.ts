export * from './client.ts';
export * from './errors.ts';
export type { StreamEvent } from './event-stream.ts';
export type { JmapSocket, PushedStates } from './socket.ts';
