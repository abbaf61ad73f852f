// Opens stores that live in this thread's memory and end with it.
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RowBlobs } from '../../blobs.ts';
import { uniqueName } from '../../spool.ts';
import type { Stores } from '../../types.ts';
import { LocalBus } from '../process/bus.ts';
import { LocalMemory } from '../process/memory-store.ts';
import { MemoryData } from './data.ts';

/** Empty stores in memory. Bodies that are still arriving are files in a folder of their own until `close`. */
export function openMemory(): Stores {
  const spool = path.join(tmpdir(), `waypost-${uniqueName()}`);
  const data = new MemoryData();
  const memory = new LocalMemory();
  const bus = new LocalBus();
  return {
    data,
    memory,
    bus,
    blobs: new RowBlobs(data, { spool }),
    close: async () => {
      bus.close();
      memory.close();
      await data.close();
      await rm(spool, { recursive: true, force: true });
    },
  };
}
