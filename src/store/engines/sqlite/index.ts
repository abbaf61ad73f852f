// Opens the embedded engine: SQLite in the data folder, one writer thread, and a reader in each thread that
// attaches (architecture.md §4 and §8).
import { MessageChannel, type MessagePort, type Transferable, Worker } from 'node:worker_threads';
import { emit } from '../../../base/index.ts';
import { RowBlobs } from '../../blobs.ts';
import '../../events.ts';
import { StoreCorrupt, type Stores, StoreUnavailable, StoreVersion } from '../../types.ts';
import { BlobFiles } from './blob-files.ts';
import { CommitChannel } from './commit-channel.ts';
import { SqliteData } from './data.ts';
import { type Folders, foldersOf, takeFolder } from './folder.ts';
import { Hub, HubClient } from './hub.ts';
import { LAYOUT } from './layout.ts';
import type { WriterData, WriterNews, WriterOrder } from './protocol.ts';
import { receiveError } from './sqlite-error.ts';
import { newStamps } from './stamps.ts';
import { newTurns } from './turns.ts';

const MIB = 1024 * 1024;

/** Blobs up to this length are rows; longer ones are files. */
const INLINE_LIMIT = 128 * 1024;

export interface EmbeddedOptions {
  /** The data folder; it is made when it is missing. */
  readonly folder: string;
  /** The writer is gone: end the process. */
  readonly onFatal?: (error: Error) => void;
  /** Compress large blobs (zstd). Default true. */
  readonly compress?: boolean;
  /** Blobs up to this length in bytes are rows. */
  readonly inlineLimit?: number;
  /** Page cache of the writer in bytes. */
  readonly cacheBytes?: number;
  /** How much of the file each reader maps into memory, in bytes. */
  readonly mapBytes?: number;
  /** The write-ahead log is begun anew past this length in bytes. */
  readonly logBytes?: number;
  /** Most pages (4 KiB) of the file. */
  readonly maxPages?: number;
}

/** What a reader needs. */
interface ReaderHandle {
  readonly folders: Folders;
  readonly compress: boolean;
  readonly inlineLimit: number;
  readonly mapBytes: number;
  readonly stamps: SharedArrayBuffer;
  readonly turns: SharedArrayBuffer;
  readonly writer: MessagePort;
}

/** What another thread needs to attach; it goes there as a message or as `workerData`. */
export interface EmbeddedHandle extends ReaderHandle {
  readonly hub: MessagePort;
}

export interface EmbeddedStores extends Stores {
  /** A handle for one more thread, and what must be transferred with it. */
  share(): { handle: EmbeddedHandle; transfer: Transferable[] };
}

/**
 * Takes the data folder, starts the writer and opens the stores.
 * @throws StoreLocked, StoreVersion, StoreCorrupt, StoreUnavailable, StoreFull
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedStores> {
  const began = performance.now();
  const folders = foldersOf(options.folder);
  const lock = takeFolder(options.folder);
  const stamps = newStamps();
  const turns = newTurns();
  let worker: Worker;
  try {
    worker = await startWriter(folders, stamps, options);
  } catch (error) {
    lock.release();
    throw error;
  }
  let isClosing = false;
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => resolve());
  });
  const fail = (error: Error): void => {
    if (isClosing) return;
    isClosing = true;
    emit('store.writer-failed', { error }, 'error');
    options.onFatal?.(error);
  };
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => fail(new StoreUnavailable(`the writer thread ended with status ${code}`)));
  worker.unref();

  const hub = new Hub();
  const readerHandle = (): ReaderHandle => {
    const toWriter = new MessageChannel();
    worker.postMessage({ attach: toWriter.port2 } satisfies WriterOrder, [toWriter.port2]);
    return {
      folders,
      compress: options.compress ?? true,
      inlineLimit: options.inlineLimit ?? INLINE_LIMIT,
      mapBytes: options.mapBytes ?? 1024 * MIB,
      stamps,
      turns,
      writer: toWriter.port1,
    };
  };
  const share = (): { handle: EmbeddedHandle; transfer: Transferable[] } => {
    const toHub = new MessageChannel();
    hub.attach(toHub.port2);
    const handle = { ...readerHandle(), hub: toHub.port1 };
    return { handle, transfer: [handle.writer, handle.hub] };
  };
  const { data, blobs } = openReader(readerHandle());
  const close = async (): Promise<void> => {
    await data.close();
    isClosing = true;
    worker.ref();
    worker.postMessage({ close: true } satisfies WriterOrder);
    await exited;
    hub.close();
    lock.release();
  };
  emit('store.opened', { folder: options.folder, ms: Math.round(performance.now() - began) });
  let closed: Promise<void> | undefined;
  return {
    data,
    blobs,
    memory: hub.memory,
    bus: hub.bus,
    share,
    close: () => (closed ??= close()),
  };
}

/** The stores in another thread of the process; `handle` is from `share`. */
export async function attachEmbedded(handle: EmbeddedHandle): Promise<Stores> {
  const { data, blobs } = openReader(handle);
  const client = new HubClient(handle.hub);
  return {
    data,
    blobs,
    memory: client,
    bus: client.bus,
    close: async () => {
      await data.close();
      client.close();
    },
  };
}

function openReader(handle: ReaderHandle): { data: SqliteData; blobs: RowBlobs } {
  const { folders, compress, inlineLimit, mapBytes, stamps, turns, writer } = handle;
  const data = new SqliteData({
    file: folders.file,
    mapBytes,
    inlineLimit,
    channel: new CommitChannel(writer),
    blobFiles: new BlobFiles(folders.blobs, { compress }),
    stamps,
    turns,
  });
  return { data, blobs: new RowBlobs(data, { spool: folders.spool, files: folders.blobs }) };
}

function startWriter(folders: Folders, stamps: SharedArrayBuffer, options: EmbeddedOptions): Promise<Worker> {
  const logBytes = options.logBytes ?? 64 * MIB;
  const workerData: WriterData = {
    file: folders.file,
    blobFolder: folders.blobs,
    stamps,
    cacheBytes: options.cacheBytes ?? 64 * MIB,
    logBytes,
    ceilingBytes: logBytes * 8,
    ...(options.maxPages !== undefined && { maxPages: options.maxPages }),
  };
  const worker = new Worker(new URL('writer-thread.ts', import.meta.url), {
    workerData,
    name: 'store-writer',
  });
  return new Promise((resolve, reject) => {
    const stop = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
    worker.once('error', stop);
    worker.once('message', (news: WriterNews) => {
      worker.off('error', stop);
      if ('ready' in news) {
        resolve(worker);
        return;
      }
      void worker.terminate();
      const { name, message, found } = news.failed;
      if (found !== undefined) reject(new StoreVersion(found, LAYOUT));
      else reject(name === 'StoreCorrupt' ? new StoreCorrupt(message) : receiveError({ name, message }));
    });
  });
}
