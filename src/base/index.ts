export * from './bytes.ts';
export * from './cache.ts';
export * from './clock.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './ids.ts';
export * from './random.ts';
export * from './slice.ts';
