export * from './engine/index.ts';
export * from './objects/index.ts';
export * from './permission-names.ts';
export * as schema from './schema/index.ts';
export * from './type-names.ts';
import './events.ts';
