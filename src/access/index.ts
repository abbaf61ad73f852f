export type { PermissionName } from '../registry/index.ts';
export * from './operation.ts';
export * from './permissions.ts';
export * from './token.ts';
