// Caches that hold so many entries, the most recently used.
import { LRUCache } from 'lru-cache';

/** What else a cache is told; see lru-cache. */
type Options<K extends {}, V extends {}> = Pick<LRUCache.OptionsBase<K, V, unknown>, 'ttl' | 'dispose'>;

/** An empty cache of at most so many entries. Room is taken as they come: `max` would take all of it at once. */
export const cacheOf = <K extends {}, V extends {}>(
  most: number,
  options: Options<K, V> = {},
): LRUCache<K, V> => new LRUCache<K, V>({ ...options, maxSize: most, sizeCalculation: one });

const one = (): number => 1;
