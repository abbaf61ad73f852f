// The write path of all accounts on one thread: one lane an account, first in, first out. Each write runs over
// the head and rows that include the writes before it which are not durable yet; while one run of writes is
// made durable the next collects, and becomes one commit with one assertion for each head it started from. A
// write of several accounts stands in all their lanes and ties their runs into one. When an assertion fails,
// the writes of the run and those that were built on it run again, in their old order.
//
// Threads take turns at an account: one keeps it while anything of it is under way here, and starts nothing more once
// another has asked. What several accounts share does not wait for its turns, or two threads might wait for each other.
import { emit, NotFound, Unavailable } from '../base/index.ts';
import { type Bus, type DataStore, keys, StoreUnavailable, type Turns } from '../store/index.ts';
import './events.ts';
import { sameBytes, storedHead } from './head.ts';
import { type Item, Lane, MAX_WRITES, Run, type WriteRequest } from './run.ts';
import { Overlay } from './overlay.ts';
import type { AccountId, WriteOutcome } from './types.ts';
import { type BlobPut, type Staged, StagedWriter } from './writer.ts';

/** A write that lost this many races gives up. */
const MAX_ATTEMPTS = 200;
/** Lanes kept for the head they know. */
const MAX_LANES = 10_000;
/** Writes run for so long before others have their turn. */
const TURN_MS = 1.5;

export interface AccountStats {
  /** Writes that were answered, refused ones included. */
  writes: number;
  /** Times a write was run. */
  attempts: number;
  commits: number;
  /** Commits whose assertion did not hold. */
  conflicts: number;
}

interface Attempt {
  readonly lane: Lane;
  readonly generation: number;
  readonly outcome: WriteOutcome<unknown>;
  readonly staged: Staged | undefined;
}

export class Sequencer {
  readonly #store: DataStore;
  readonly #bus: Bus;
  /** Makes every head that a write makes unlike any other, whoever wrote it and whatever is the same in it. */
  #tag: number;
  readonly #lanes = new Map<AccountId, Lane>();
  readonly #unsubscribe: () => void;
  readonly stats: AccountStats = { writes: 0, attempts: 0, commits: 0, conflicts: 0 };
  #place = 0;
  #ready: Lane[] = [];
  #turning = false;
  #turnStarted = 0;

  constructor(store: DataStore, bus: Bus, tag: number) {
    this.#store = store;
    this.#bus = bus;
    this.#tag = tag;
    // A hint only: a head that moved elsewhere is read again instead of losing a race. A store with stamps tells by them.
    this.#unsubscribe = store.stamp
      ? () => undefined
      : bus.subscribe('account.state', ({ account, change }) => {
          const lane = this.#lanes.get(account);
          if (lane && !lane.active && lane.known && lane.known.head.change < change) lane.known = undefined;
        });
  }

  /** Takes a place in the queue of each account. Resolves when durable, with one outcome for each. */
  submit<T>(request: WriteRequest<T>): Promise<WriteOutcome<T>[]> {
    return new Promise<WriteOutcome<unknown>[]>((resolve, reject) => {
      const lanes = request.ids.map((id) => this.#lane(id));
      const item: Item = {
        place: this.#place++,
        request: request as WriteRequest,
        lanes,
        attempts: 0,
        outcomes: [],
        failure: undefined,
        resolve,
        reject,
      };
      const full = lanes.find((lane) => lane.full);
      if (full) throw new Unavailable(`account ${full.id}`, 1000);
      for (const lane of lanes) {
        lane.push(item);
        this.#wake(lane);
      }
      if (lanes.length === 0) this.#finish(item, []);
    }) as Promise<WriteOutcome<T>[]>;
  }

  close(): void {
    this.#unsubscribe();
  }

  #lane(id: AccountId): Lane {
    let lane = this.#lanes.get(id);
    if (!lane) {
      if (this.#lanes.size >= MAX_LANES) this.#dropIdle();
      lane = new Lane(id);
      this.#lanes.set(id, lane);
    }
    return lane;
  }

  /** Forgets the older half of the lanes as far as they are idle. */
  #dropIdle(): void {
    let left = this.#lanes.size >> 1;
    for (const lane of this.#lanes.values()) {
      if (left-- === 0) return;
      if (lane.idle) this.#lanes.delete(lane.id);
    }
  }

  #wake(lane: Lane): void {
    if (!lane.ready) {
      lane.ready = true;
      this.#ready.push(lane);
    }
    if (this.#turning) return;
    this.#turning = true;
    queueMicrotask(() => {
      this.#turn();
    });
  }

  /** Runs what can run until nothing is left or the turn is over. */
  #turn(): void {
    if (this.#turnStarted === 0) {
      this.#turnStarted = performance.now();
      setImmediate(() => {
        this.#turnStarted = 0;
      });
    }
    for (let lane = this.#ready.shift(); lane; lane = this.#ready.shift()) {
      lane.ready = false;
      if (!this.#step(lane)) {
        setImmediate(() => {
          this.#turn();
        });
        return;
      }
    }
    this.#turning = false;
  }

  /** Runs what waits in a lane. False when the turn was over before the end. */
  #step(lane: Lane): boolean {
    while (!lane.busy) {
      const item = lane.first;
      if (!item || !isNext(item) || !this.#makeRoom(item) || !this.#isInTurn(item)) break;
      this.#start(item);
      if (performance.now() - this.#turnStarted > TURN_MS) {
        lane.ready = true;
        this.#ready.push(lane);
        return false;
      }
    }
    if (lane.open) this.#offer(lane.open);
    this.#rest(lane);
    return true;
  }

  /** Whether a write may start as far as other threads are concerned; if not, its lane is woken once it may. */
  #isInTurn(item: Item): boolean {
    const { turns } = this.#store;
    if (!turns) return true;
    if (item.lanes.length > 1) {
      for (const lane of item.lanes) {
        lane.ticket ??= turns.tryDraw(lane.key);
        lane.hasTurn ||= lane.ticket !== undefined && turns.isServed(lane.key, lane.ticket);
      }
      return true;
    }
    const [lane] = item.lanes as [Lane];
    if (lane.hasTurn) return !lane.flying || !this.#isWanted(lane);
    if (lane.ticket === undefined) {
      lane.ticket = turns.draw(lane.key);
      lane.hasTurn = turns.isServed(lane.key, lane.ticket);
      if (!lane.hasTurn) void this.#awaitTurn(turns, lane, lane.ticket);
    }
    return lane.hasTurn;
  }

  async #awaitTurn(turns: Turns, lane: Lane, ticket: number): Promise<void> {
    await turns.wait(lane.key, ticket);
    lane.hasTurn = true;
    this.#wake(lane);
  }

  #isWanted({ key, ticket }: Lane): boolean {
    return ticket !== undefined && this.#store.turns?.isWanted(key, ticket) === true;
  }

  /** Ends the turn of a lane that has nothing under way. */
  #rest(lane: Lane): void {
    if (lane.hasTurn && !lane.active) this.#pass(lane);
  }

  #pass(lane: Lane): void {
    if (lane.ticket !== undefined) this.#store.turns?.pass(lane.key, lane.ticket);
    lane.ticket = undefined;
    lane.hasTurn = false;
  }

  /** Sends full runs on their way; false while one of them has to wait. */
  #makeRoom(item: Item): boolean {
    let runs = 0;
    let writes = 0;
    let full = false;
    for (const { open } of item.lanes) {
      if (!open) continue;
      runs++;
      writes += open.items.length;
      full ||= open.full;
    }
    if (runs === 0 || (!full && (runs === 1 || writes < MAX_WRITES))) return true;
    let room = true;
    for (const { open } of item.lanes) if (open && !this.#send(open)) room = false;
    return room;
  }

  #start(item: Item): void {
    for (const lane of item.lanes) {
      if (!lane.active && this.#store.stamp?.(lane.key) !== lane.stamp) lane.known = undefined;
      lane.shift();
      lane.busy = true;
    }
    if (item.lanes.every(hasHead)) this.#run(item);
    else void this.#runWithHeads(item);
  }

  async #runWithHeads(item: Item): Promise<void> {
    try {
      // Again when a run of another of the accounts failed meanwhile and took its head along.
      while (!item.lanes.every(hasHead)) await this.#readHeads(item.lanes.filter((lane) => !hasHead(lane)));
    } catch (error) {
      for (const lane of item.lanes) lane.busy = false;
      item.reject(error);
      this.#wakeAll(item.lanes);
      return;
    }
    this.#run(item);
  }

  async #readHeads(lanes: readonly Lane[]): Promise<void> {
    for (const lane of lanes) lane.stamp = this.#store.stamp?.(lane.key);
    const values = await this.#store.getMany(lanes.map(({ key }) => key));
    for (const [at, lane] of lanes.entries()) lane.known = storedHead(values[at]);
  }

  #run(item: Item): void {
    item.attempts++;
    this.stats.attempts++;
    const attempts: (Attempt | Promise<Attempt>)[] = [];
    let waits = false;
    for (const lane of item.lanes) {
      const attempt = this.#attempt(item, lane);
      waits ||= attempt instanceof Promise;
      attempts.push(attempt);
    }
    if (waits) void this.#finishLater(item, attempts);
    else this.#finish(item, attempts as Attempt[]);
  }

  async #finishLater(item: Item, attempts: readonly (Attempt | Promise<Attempt>)[]): Promise<void> {
    const done: Attempt[] = [];
    for (const attempt of attempts) done.push(attempt instanceof Promise ? await attempt : attempt);
    this.#finish(item, done);
  }

  /** Runs the write for one account. Never throws, never rejects. */
  #attempt(item: Item, lane: Lane): Attempt | Promise<Attempt> {
    const head = lane.head as NonNullable<Lane['head']>;
    const { generation } = lane;
    const { fn, origin } = item.request;
    const writer = new StagedWriter(lane.id, head, this.#store, lane.layers);
    const refused = (error: unknown): Attempt => {
      writer.abandon();
      return { lane, generation, outcome: { error }, staged: undefined };
    };
    const done = (result: unknown): Attempt => {
      try {
        const staged = writer.finish(origin, this.#tag++);
        return { lane, generation, outcome: { result, change: staged.head.change }, staged };
      } catch (error) {
        return refused(error);
      }
    };
    try {
      if (head.closed) throw new NotFound('account', lane.id);
      const result = fn(writer);
      return result instanceof Promise ? settle(result, done, refused) : done(result);
    } catch (error) {
      return refused(error);
    }
  }

  /** Joins what a write did to the run of its accounts, or puts it back when it ran over what is void now. */
  #finish(item: Item, attempts: readonly Attempt[]): void {
    for (const lane of item.lanes) lane.busy = false;
    if (attempts.some(({ lane, generation }) => lane.generation !== generation)) {
      putBack([item]);
      this.#wakeAll(item.lanes);
      return;
    }
    item.outcomes = attempts.map(({ outcome }) => outcome);
    const run = this.#runOf(item);
    run.items.push(item);
    const beside = item.request.beside && stageBeside(item, item.request.beside);
    for (const { lane, staged } of attempts) {
      // Also what changed nothing or was refused is a judgement on the head that it saw.
      const part = run.part(lane);
      lane.open = run;
      if (item.failure || !staged) continue;
      part.add(staged, item.request.origin);
      run.putBlobs(staged.blobs);
    }
    if (beside && !item.failure) {
      run.beside.absorb(beside.rows);
      run.putBlobs(beside.blobs);
    }
    if (item.lanes.length === 0) this.#send(run);
    else this.#wakeAll(item.lanes);
  }

  /** The open run of a write's accounts; those of several become one. */
  #runOf(item: Item): Run {
    let run: Run | undefined;
    for (const { open } of item.lanes) {
      if (!open || open === run) continue;
      if (run) run.join(open);
      else run = open;
    }
    if (run) return run;
    const fresh = new Run();
    if (item.lanes.length > 0) {
      setImmediate(() => {
        fresh.ripe = true;
        this.#offer(fresh);
      });
    }
    return fresh;
  }

  /** Sends a run that is still open, unless more is about to join it in this turn. */
  #offer(run: Run): void {
    if (run.ripe || run.quiet) this.#send(run);
  }

  /** Makes a run durable. False when another of its accounts is still under way, whose end comes back here. */
  #send(run: Run): boolean {
    for (const lane of run.parts.keys()) if (lane.flying || lane.open !== run) return false;
    run.seal();
    for (const lane of run.parts.keys()) {
      lane.open = undefined;
      lane.flying = run;
    }
    void this.#commit(run);
    return true;
  }

  async #commit(run: Run): Promise<void> {
    const started = performance.now();
    let held: boolean;
    try {
      held = run.changed ? await this.#write(run) : await this.#headsAre(run, 'base');
    } catch (error) {
      // An answer that was lost does not mean that nothing was stored; the head tells.
      const landed = error instanceof StoreUnavailable && run.changed && (await this.#landed(run));
      if (!landed) {
        this.#fail(run, error);
        return;
      }
      held = true;
    }
    if (held) this.#succeed(run, performance.now() - started);
    else this.#runAgain(run);
  }

  async #write(run: Run): Promise<boolean> {
    const batch = this.#store.newBatch();
    run.writeTo(batch);
    const { ok } = await this.#store.commit(batch);
    if (ok) this.stats.commits++;
    return ok;
  }

  async #landed(run: Run): Promise<boolean> {
    try {
      return await this.#headsAre(run, 'result');
    } catch {
      return false;
    }
  }

  /** Whether the durable heads are those that the run began with, or those that it made. */
  async #headsAre(run: Run, moment: 'base' | 'result'): Promise<boolean> {
    const parts = [...run.parts.values()];
    const values = await this.#store.getMany(parts.map(({ id }) => keys.headKey(id)));
    return parts.every((part, at) => sameBytes(part[moment]?.bytes, values[at]));
  }

  #succeed(run: Run, ms: number): void {
    let attempts = 0;
    for (const [lane, part] of run.parts) {
      lane.flying = undefined;
      lane.known = part.result;
      // Before the turn is passed: what others write afterwards moves it again.
      lane.stamp = this.#store.stamp?.(lane.key);
      this.#rest(lane);
    }
    for (const item of run.items) {
      attempts += item.attempts;
      if (item.failure) item.reject(item.failure.error);
      else item.resolve(item.outcomes);
    }
    this.stats.writes += run.items.length;
    for (const lane of run.parts.keys()) {
      if (lane.open) this.#offer(lane.open);
      this.#wake(lane);
    }
    for (const part of run.parts.values()) {
      const change = part.stateChange();
      if (change) this.#bus.publish('account.state', change);
    }
    const { parts, items, bytes } = run;
    emit('account.committed', { accounts: parts.size, writes: items.length, attempts, bytes, ms }, 'trace');
  }

  /** The heads had moved: the writes run again over what is there now. */
  #runAgain(run: Run): void {
    this.stats.conflicts++;
    const again: Item[] = [];
    for (const item of run.items) {
      if (item.attempts < MAX_ATTEMPTS) again.push(item);
      else item.reject(new Unavailable(`account ${item.lanes[0]?.id}`, 1000));
    }
    for (const { id } of run.parts.values())
      emit('account.conflict', { account: id, writes: run.items.length }, 'debug');
    this.#rebuild(run, again);
  }

  /** The store refused: the writes fail, and what was built on them runs again. */
  #fail(run: Run, error: unknown): void {
    for (const item of run.items) item.reject(error);
    this.#rebuild(run, []);
  }

  /** Takes a run and those that collect over it apart, and puts their writes back in their places. */
  #rebuild(run: Run, again: Item[]): void {
    const items = again;
    const lanes = new Set(run.parts.keys());
    for (const lane of run.parts.keys()) {
      lane.flying = undefined;
      lane.known = undefined;
      lane.generation++;
      const { open } = lane;
      if (!open) continue;
      items.push(...open.items);
      for (const other of open.parts.keys()) {
        other.open = undefined;
        other.generation++;
        lanes.add(other);
      }
    }
    for (const lane of lanes) this.#rest(lane);
    putBack(items);
    this.#wakeAll(lanes);
  }

  #wakeAll(lanes: Iterable<Lane>): void {
    for (const lane of lanes) this.#wake(lane);
  }
}

/** A write runs once it is first in the queues of all its accounts. */
const isNext = (item: Item): boolean => item.lanes.every((lane) => lane.first === item && !lane.busy);

const hasHead = (lane: Lane): boolean => lane.head !== undefined;

function putBack(items: readonly Item[]): void {
  const byLane = new Map<Lane, Item[]>();
  for (const item of items) {
    for (const lane of item.lanes) {
      const list = byLane.get(lane);
      if (list) list.push(item);
      else byLane.set(lane, [item]);
    }
  }
  for (const [lane, list] of byLane) lane.putBack(list);
}

/** Never rejects. */
async function settle(
  result: Promise<unknown>,
  done: (value: unknown) => Attempt,
  refused: (error: unknown) => Attempt,
): Promise<Attempt> {
  let value: unknown;
  try {
    value = await result;
  } catch (error) {
    return refused(error);
  }
  return done(value);
}

interface Beside {
  readonly rows: Overlay;
  readonly blobs: BlobPut[];
}

/** Lets a write of several accounts add rows that belong to none of them. */
function stageBeside(item: Item, add: NonNullable<WriteRequest['beside']>): Beside {
  const rows = new Overlay();
  const blobs: BlobPut[] = [];
  item.failure = undefined;
  try {
    add(
      {
        set: (key, value) => {
          rows.set(key, value);
        },
        delete: (key) => {
          rows.delete(key);
        },
        putBlob: (hash, bytes) => {
          blobs.push({ hash, bytes });
        },
      },
      item.outcomes,
    );
  } catch (error) {
    item.failure = { error };
  }
  return { rows, blobs };
}
