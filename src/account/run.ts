// What a sequencer works with: a lane holds what one account has under way on this thread, and a run is a number
// of writes that become one commit.
import { toHex } from '../base/index.ts';
import { type Batch, type Key, keys } from '../store/index.ts';
import { type AccountHead, encodeHead, type StoredHead } from './head.ts';
import { Overlay } from './overlay.ts';
import {
  type AccountId,
  type BesideRows,
  type ChangeId,
  DataType,
  type DocumentId,
  type StateChange,
  type WriteOutcome,
} from './types.ts';
import type { BlobPut, Staged, StagedWriter } from './writer.ts';

/** Writes of one run. */
export const MAX_WRITES = 256;
/** Bytes of one run; the write that passes them is its last. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Writes that may wait for one account. */
const MAX_QUEUE = 10_000;

/** A write as it was asked for. */
export interface WriteRequest<T = unknown> {
  readonly ids: readonly AccountId[];
  readonly fn: (writer: StagedWriter) => Promise<T> | T;
  readonly origin: string;
  readonly beside?: ((rows: BesideRows, outcomes: readonly WriteOutcome<T>[]) => void) | undefined;
}

/** A write in its place in the queues of its accounts. */
export interface Item {
  /** Place among all writes of the thread. */
  readonly place: number;
  readonly request: WriteRequest;
  readonly lanes: readonly Lane[];
  /** Times it was run. */
  attempts: number;
  /** One for each lane, of the latest attempt. */
  outcomes: WriteOutcome<unknown>[];
  /** Set when the whole is refused: `beside` threw. */
  failure: { readonly error: unknown } | undefined;
  readonly resolve: (outcomes: WriteOutcome<unknown>[]) => void;
  readonly reject: (error: unknown) => void;
}

/** What one account has under way on this thread. */
export class Lane {
  readonly id: AccountId;
  /** Key of the head. */
  readonly key: Key;
  readonly #waiting: Item[] = [];
  #first = 0;
  /** The durable head as far as is known; the assertion of the commit finds out. */
  known: StoredHead | undefined;
  /** Stamp of the row that `known` is; undefined where the store does not tell. */
  stamp: number | undefined;
  /** This thread's place in the row of those that write to the account. */
  ticket: number | undefined;
  /** The turn of the ticket has come. */
  hasTurn = false;
  /** A write is running. */
  busy = false;
  /** Grows when what a running write may have seen is thrown away. */
  generation = 0;
  /** The run that is being made durable. */
  flying: Run | undefined;
  /** The run that collects. */
  open: Run | undefined;
  /** In the sequencer's list of lanes to look at. */
  ready = false;

  constructor(id: AccountId) {
    this.id = id;
    this.key = keys.headKey(id);
  }

  get idle(): boolean {
    return !this.active && this.waiting === 0;
  }

  get waiting(): number {
    return this.#waiting.length - this.#first;
  }

  get first(): Item | undefined {
    return this.#waiting[this.#first];
  }

  get full(): boolean {
    return this.waiting >= MAX_QUEUE;
  }

  /** Something is under way that rests on the known head. */
  get active(): boolean {
    return this.busy || this.flying !== undefined || this.open !== undefined;
  }

  push(item: Item): void {
    this.#waiting.push(item);
  }

  shift(): void {
    this.#first++;
    if (this.#first < 1024 && this.#first < this.#waiting.length) return;
    this.#waiting.splice(0, this.#first);
    this.#first = 0;
  }

  /** Puts writes back where they stood. */
  putBack(items: readonly Item[]): void {
    this.#waiting.splice(0, this.#first, ...items);
    this.#first = 0;
    this.#waiting.sort((a, b) => a.place - b.place);
  }

  /** The head that the next write starts from; undefined when it has to be read. */
  get head(): AccountHead | undefined {
    return this.#latest?.head ?? this.known?.head;
  }

  /** What the next part of this account asserts. */
  get base(): StoredHead {
    const base = this.flying?.parts.get(this)?.result ?? this.known;
    if (!base) throw new Error('a write ran before the head was read');
    return base;
  }

  /** Rows that are not durable yet, the latest first. */
  get layers(): Overlay[] {
    const layers: Overlay[] = [];
    for (const run of [this.open, this.flying]) {
      const part = run?.parts.get(this);
      if (part) layers.push(part.rows);
    }
    return layers;
  }

  get #latest(): Part | undefined {
    return this.open?.parts.get(this) ?? this.flying?.parts.get(this);
  }
}

/** One account's share of a run. */
export class Part {
  readonly id: AccountId;
  /** Head that the run asserts. */
  readonly base: StoredHead;
  /** Head after the run's writes so far. */
  head: AccountHead;
  /** Set when the run is sent. */
  result: StoredHead | undefined;
  rows = new Overlay();
  changed = false;
  readonly #containers = new Set<DocumentId>();
  #origin: string | undefined;
  #delivery = false;

  constructor(id: AccountId, base: StoredHead) {
    this.id = id;
    this.base = base;
    this.head = base.head;
  }

  add(staged: Staged, origin: string): void {
    if (!staged.changed) return;
    this.changed = true;
    this.head = staged.head;
    if (this.rows.empty) this.rows = staged.rows;
    else this.rows.absorb(staged.rows);
    if (staged.entries.length === 0) return;
    for (const { type, id, before, after } of staged.entries) {
      if (IS_CONTAINER.has(type)) this.#containers.add(id);
      for (const container of before) this.#containers.add(container);
      for (const container of after) this.#containers.add(container);
    }
    this.#origin = this.#origin === undefined || this.#origin === origin ? origin : '';
    this.#delivery ||= staged.delivery;
  }

  /** What the bus is told; undefined when no change was logged. */
  stateChange(): StateChange | undefined {
    const { base, head } = this;
    if (head.change === base.head.change) return undefined;
    const types: [DataType, ChangeId][] = [];
    for (const type of ALL_TYPES) {
      const state = head.state(type);
      if (state !== base.head.state(type)) types.push([type, state]);
    }
    return {
      account: this.id,
      change: head.change,
      epoch: head.epoch,
      types,
      containers: [...this.#containers],
      origin: this.#origin ?? '',
      delivery: this.#delivery,
    };
  }
}

/** Documents that hold others. */
const IS_CONTAINER: ReadonlySet<DataType> = new Set([
  DataType.Mailbox,
  DataType.Calendar,
  DataType.AddressBook,
]);
const ALL_TYPES = Object.values(DataType);

/** Writes that become one commit. */
export class Run {
  parts = new Map<Lane, Part>();
  items: Item[] = [];
  /** Rows beside the accounts' own. */
  readonly beside = new Overlay();
  readonly #blobs = new Map<string, BlobPut>();
  #blobBytes = 0;
  /** The turn in which it began is over: it is sent as soon as nothing is in the way. */
  ripe = false;

  get full(): boolean {
    return this.items.length >= MAX_WRITES || this.bytes >= MAX_BYTES;
  }

  get bytes(): number {
    let bytes = this.#blobBytes + this.beside.bytes;
    for (const part of this.parts.values()) bytes += part.rows.bytes;
    return bytes;
  }

  get changed(): boolean {
    if (this.#blobs.size > 0 || !this.beside.empty) return true;
    for (const part of this.parts.values()) if (part.changed) return true;
    return false;
  }

  /** True when nothing more is about to join. */
  get quiet(): boolean {
    for (const lane of this.parts.keys()) if (lane.busy || lane.waiting > 0) return false;
    return true;
  }

  putBlobs(blobs: Iterable<BlobPut>): void {
    for (const blob of blobs) {
      const name = toHex(blob.hash);
      if (this.#blobs.has(name)) continue;
      this.#blobs.set(name, blob);
      if (blob.bytes instanceof Uint8Array) this.#blobBytes += blob.bytes.length;
    }
  }

  /** The part of an account, made when it has none. */
  part(lane: Lane): Part {
    let part = this.parts.get(lane);
    if (!part) {
      part = new Part(lane.id, lane.base);
      this.parts.set(lane, part);
    }
    return part;
  }

  /** Takes over all of another run, which must not share an account with this one. */
  join(other: Run): void {
    for (const [lane, part] of other.parts) {
      this.parts.set(lane, part);
      lane.open = this;
    }
    this.items.push(...other.items);
    this.beside.absorb(other.beside);
    this.putBlobs(other.#blobs.values());
    this.ripe ||= other.ripe;
  }

  /** Settles what the heads become. Nothing may be added afterwards. */
  seal(): void {
    for (const part of this.parts.values()) {
      part.result = part.changed ? { bytes: encodeHead(part.head), head: part.head } : part.base;
    }
  }

  writeTo(batch: Batch): void {
    for (const { id, base, changed, result, rows } of this.parts.values()) {
      const key = keys.headKey(id);
      batch.assert(key, base.bytes ?? 'absent');
      if (!changed) continue;
      rows.writeTo(batch);
      batch.set(key, result?.bytes as Uint8Array);
    }
    this.beside.writeTo(batch);
    for (const { hash, bytes } of this.#blobs.values()) batch.putBlob(hash, bytes);
  }
}
