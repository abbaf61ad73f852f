export * from './types.ts';
export * as keys from './keys.ts';
export { openMemory } from './engines/memory/index.ts';
export * from './search/index.ts';
export {
  attachEmbedded,
  type EmbeddedHandle,
  type EmbeddedOptions,
  type EmbeddedStores,
  openEmbedded,
} from './engines/sqlite/index.ts';
