export { addressKey, ADDRESS_SPACE } from '../objects/parts/address.ts';
export {
  type GetResult,
  type MethodContext,
  type MethodLimits,
  methodGet,
  methodQuery,
  methodSet,
} from './methods.ts';
export { parseFilter, parseSort } from './filter.ts';
export { matches } from './index-entries.ts';
export { type Paging, type QueryPage, queryRecords, takePage } from './query.ts';
export { type ChangeListener, Registry, type RegistryOptions } from './registry.ts';
export { type RecordName, SINGLETON } from './rows.ts';
export { type TrailChange, type TrailEntry, type TrailPage, type TrailQuery, writeTrail } from './trail.ts';
export * from './types.ts';
export { SERVER_CONTEXT, type WriteContext, type Written } from './write.ts';
