export * from './filter.ts';
export * from './methods.ts';
export * from './pointer.ts';
export * from './request.ts';
export * from './shape.ts';
export type * from './types.ts';
export * from './arguments.ts';
export * from './sending.ts';
