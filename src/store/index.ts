export * from './types.ts';
export * as keys from './keys.ts';
