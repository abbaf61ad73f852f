// The search thread: owns the engine, answers the calls of the other threads, and hosts the parts of floors above
// that fill the index, so that reading and analysing messages holds nobody else's event loop.
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { addSink } from '../../base/index.ts';
import { answerCalls } from './calls.ts';
import { SearchRefused, SearchUnavailable } from './errors.ts';
import { LocalSearch } from './local.ts';
import type { Guest, GuestModule } from './guest.ts';
import type { SearchChange, SearchIndex, SearchRequest } from './types.ts';

/** Niceness of the thread: delivery goes first when the processors are busy. */
const NICENESS = 5;

interface ThreadData {
  readonly folder: string | undefined;
  readonly indexes: readonly SearchIndex[];
}

const owner = parentPort as MessagePort;
const { folder, indexes } = workerData as ThreadData;
yieldToOthers();
const store = new LocalSearch(folder, indexes);
const guests = new Map<string, Guest>();
addSink((name, level, fields) => owner.postMessage({ event: name, level, fields: plain(fields) }));
answerCalls(owner, handle);

/** The calls of `SearchClient`. */
async function handle(name: string, args: readonly unknown[]): Promise<unknown> {
  switch (name) {
    case 'apply':
      return store.apply(args[0] as string, args[1] as SearchChange[]);
    case 'flush':
      return store.flush();
    case 'query':
      return store.query(args[0] as string, args[1] as SearchRequest);
    case 'removeAccount':
      return store.removeAccount(args[0] as number);
    case 'stats':
      return store.stats(args[0] as string);
    case 'markReady':
      return store.markReady(args[0] as string);
    case 'ask':
      return ask(args[0] as string, args[1] as string, args[2] as unknown[]);
    case 'load':
      return load(args[0] as string, args[1] as string, args[2]);
    case 'connect':
      return answerCalls(args[0] as MessagePort, handle);
    case 'close':
      for (const guest of guests.values()) await guest.close();
      guests.clear();
      return store.close();
    default:
      throw new SearchRefused(`the search thread has no call ${name}`);
  }
}

async function load(name: string, module: string, data: unknown): Promise<void> {
  const loaded = (await import(module)) as GuestModule;
  guests.set(name, await loaded.startGuest(store, data));
}

async function ask(name: string, method: string, args: unknown[]): Promise<unknown> {
  const guest = guests.get(name);
  if (guest === undefined) throw new SearchUnavailable(`its thread hosts no ${name}`);
  return await guest.answer(method, args);
}

/** On Linux a thread has a niceness of its own, by its id; elsewhere it stays as it is. */
function yieldToOthers(): void {
  try {
    const id = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (id > 0 && id !== process.pid) setPriority(id, NICENESS);
  } catch {
    // Not Linux, or not allowed: the thread is as important as the others.
  }
}

/** Fields of an event in a form that can cross to the owner: errors as their text. */
const plain = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? value.message : value]),
  );
