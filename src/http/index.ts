export * from './authorization.ts';
export * from './health.ts';
export * from './server.ts';
