// What threads say to each other: batches to the writer and their outcomes back, memory store and bus to the
// thread that holds them.
import type { MessagePort } from 'node:worker_threads';
import type { Outcome, WriterOptions } from './writer.ts';

/** What the writer thread is started with. */
export type WriterData = Omit<WriterOptions, 'onUnused'> & {
  /** Where superfluous blob files are unlinked. */
  readonly blobFolder: string;
};

/** Main thread to writer thread. */
export type WriterOrder = { readonly attach: MessagePort } | { readonly close: true };

/** Writer thread to main thread. */
export type WriterNews =
  | { readonly ready: true }
  | { readonly failed: { readonly name: string; readonly message: string; readonly found?: number } };

/** Sealed batches to the writer: their numbers are `first`, `first + 1` ... */
export interface Submission {
  readonly first: number;
  readonly batches: readonly ArrayBuffer[];
}

/** Numbers of the batches that are durable, and what became of the others. */
export interface Answer {
  readonly done: readonly number[];
  readonly refused: readonly { readonly id: number; readonly outcome: NonNullable<Outcome> }[];
}

/** Attached thread to the thread that holds memory store and bus. */
export type HubRequest =
  | { readonly id: number; readonly get: string }
  | { readonly id: number; readonly set: string; readonly value: Uint8Array; readonly ttlMs: number }
  | { readonly id: number; readonly incr: string; readonly by: number; readonly ttlMs: number }
  | { readonly id: number; readonly delete: string }
  | { readonly id: number; readonly clear: string }
  | { readonly id: number; readonly lock: string; readonly ttlMs: number }
  | { readonly id: number; readonly unlock: string; readonly token: string }
  | Topics
  | BusMessage;

export type HubAnswer =
  | { readonly id: number; readonly result: Uint8Array | number | string | undefined }
  | Topics
  | BusMessage;

/** Topics that the sender listens to; from the hub: those that any other thread listens to. */
export interface Topics {
  readonly topics: readonly string[];
}

export interface BusMessage {
  readonly topic: string;
  readonly message: unknown;
}
