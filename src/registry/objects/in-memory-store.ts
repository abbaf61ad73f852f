// Where counters, locks and short-lived keys are kept.
import { singleton } from '../schema/index.ts';
import { InMemoryStoreShape } from './parts/memory-stores.ts';

export const InMemoryStore = singleton({
  name: 'InMemoryStore',
  description: 'Where counters, locks and short-lived keys are kept',
  shape: InMemoryStoreShape,
  awaits: 'scale-out stores',
});
