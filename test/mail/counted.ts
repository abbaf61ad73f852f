// A data store that counts what it is asked to do.
import type { Batch, DataStore } from '../../src/store/index.ts';

/** What a data store was asked to do. */
export interface Costs {
  /** Rows and bytes that were read. */
  readonly reads: number;
  readonly readBytes: number;
  readonly commits: number;
  /** Changes and conditions of the batches, and their bytes. */
  readonly rows: number;
  readonly bytes: number;
}

/** Counts what goes through a data store. */
export class Counted {
  #reads = 0;
  #readBytes = 0;
  #commits = 0;
  #rows = 0;
  #bytes = 0;
  readonly #counts = new WeakMap<Batch, number>();

  mark(): Costs {
    return {
      reads: this.#reads,
      readBytes: this.#readBytes,
      commits: this.#commits,
      rows: this.#rows,
      bytes: this.#bytes,
    };
  }

  since(before: Costs): Costs {
    return {
      reads: this.#reads - before.reads,
      readBytes: this.#readBytes - before.readBytes,
      commits: this.#commits - before.commits,
      rows: this.#rows - before.rows,
      bytes: this.#bytes - before.bytes,
    };
  }

  /** The engine takes its own batches alone, so the calls are counted on the batch itself. */
  #counting(batch: Batch): Batch {
    const counted =
      <A extends unknown[]>(method: (...args: A) => Batch) =>
      (...args: A): Batch => {
        this.#counts.set(batch, (this.#counts.get(batch) ?? 0) + 1);
        return method(...args);
      };
    return Object.assign(batch, {
      set: counted(batch.set.bind(batch)),
      delete: counted(batch.delete.bind(batch)),
      putBlob: counted(batch.putBlob.bind(batch)),
      assert: counted(batch.assert.bind(batch)),
    });
  }

  wrap(data: DataStore): DataStore {
    const read = (rows: readonly (Uint8Array | undefined)[]): void => {
      this.#reads += rows.length;
      for (const row of rows) this.#readBytes += row?.length ?? 0;
    };
    return {
      get: async (key) => {
        const row = await data.get(key);
        read([row]);
        return row;
      },
      getMany: async (list) => {
        const rows = await data.getMany(list);
        read(rows);
        return rows;
      },
      scan: async (range, options) => {
        const page = await data.scan(range, options);
        read(page.values);
        return page;
      },
      commit: (batch) => {
        this.#commits++;
        this.#rows += this.#counts.get(batch) ?? 0;
        this.#bytes += batch.size;
        return data.commit(batch);
      },
      snapshot: (fn, ms) => data.snapshot(fn, ms),
      newBatch: () => this.#counting(data.newBatch()),
      close: () => data.close(),
    };
  }
}
