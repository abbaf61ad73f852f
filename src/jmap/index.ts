export { type ApiOptions, apiRoutes } from './api.ts';
export type { AccountDirectory, VisibleAccount } from './context.ts';
export { coreMethods } from './core.ts';
export { type MethodTable, methodTable } from './engine.ts';
export type { JmapMethod } from './method.ts';
export { DEFAULT_JMAP_SETTINGS, type JmapSettings } from './settings.ts';
export { type EventSourceOptions, eventSourceRoutes } from './event-source.ts';
export { StateHub } from './state-hub.ts';
