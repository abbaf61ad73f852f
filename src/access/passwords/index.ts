export * from './hash.ts';
export * from './policy.ts';
export * from './queue.ts';
export * from './strength.ts';
