export type { LeaseTimes } from './claim.ts';
export type { WorkClass } from './kinds.ts';
export type { StoredTask, TaskQueue } from './queue.ts';
export { type Schedule } from './schedule.ts';
export type { TaskUndo } from './source.ts';
export { type StartOptions, Tasks, type TasksOptions } from './tasks.ts';
export * from './types.ts';
export { addMaintenance, type MaintenanceOptions } from './work/index.ts';
