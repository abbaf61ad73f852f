export * from './engine/index.ts';
export * from './objects/index.ts';
export * from './permission-names.ts';
export { describePermission } from './permission-text.ts';
export * as schema from './schema/index.ts';
export { readSecret, type SecretSource } from './secret-values.ts';
export type { ActionHandler, ActionName, Actions } from './sources/actions.ts';
export * from './type-names.ts';
import './events.ts';
