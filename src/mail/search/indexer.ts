// Brings the index up to the task rows of the data store: in the background soon after a commit, and before a query
// for what the query must see. It runs in one thread of the process, a batch at a time.
//
// A task row is deleted when the index that knows its e-mail is durable, never before: after a crash the rest is
// done again, which changes nothing.
import { setTimeout as pause } from 'node:timers/promises';
import type { AccountId, DocumentId } from '../../account/index.ts';
import { emit, equalBytes, now, readU32, Unavailable } from '../../base/index.ts';
import type { Languages } from '../../formats/search/index.ts';
import {
  type Batch,
  type BlobStore,
  type DataStore,
  type Key,
  keys,
  type SearchChange,
  SearchRefused,
  type SearchStore,
} from '../../store/index.ts';
import { analyseTexts, EMAIL_INDEX } from './document.ts';
import { accountsIn, enqueueAccount, Rebuild } from './rebuild.ts';
import { decodeSearchTask, encodeSearchTask, type SearchTask } from './task.ts';
import { readSearchTexts, searchTexts, type SearchTexts } from './texts.ts';
import type { ReadColds } from './types.ts';

export interface IndexerOptions {
  readonly data: DataStore;
  readonly blobs: BlobStore;
  readonly search: SearchStore;
  readonly readColds: ReadColds;
  readonly settings: IndexerSettings;
  /** Milliseconds without a wake after which a pass begins. */
  readonly delayMs: number;
}

/** What may change while the indexer runs. */
export interface IndexerSettings {
  /** While it is false, work is left where it waits. */
  readonly isOn: boolean;
  readonly languages: Languages;
  /** Fields whose words are indexed. */
  readonly fields: ReadonlySet<string>;
  /** E-mails that are indexed at a time. */
  readonly batchSize: number;
}

/** Larger messages are read in the ranges that hold text. */
const WHOLE = 1024 * 1024;
/** Octets of messages that one batch reads at most, save for a single message. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** Tasks that wait for the index to be durable before it is made so. */
const MOST_UNSAVED = 1000;
/** Milliseconds that a query waits for the index to catch up. */
const CATCH_UP_MS = 25_000;
/** While mail keeps coming, indexing is put off by so much at most: a query catches up by itself. */
const MOST_DELAY_MS = 10_000;
/** After a failure, milliseconds to the next pass; doubled up to the most. */
const RETRY_MS = 1000;
const MOST_RETRY_MS = 60_000;
/** Rows that are counted for the gauge. */
const MOST_COUNTED = 100_000;
const REASON_LENGTH = 200;

interface Work {
  readonly account: AccountId;
  readonly document: DocumentId;
  readonly key: Key;
  readonly row: Uint8Array;
  readonly task: SearchTask;
}

export class Indexer {
  readonly #options: IndexerOptions;
  #settings: IndexerSettings;
  /** The thing that runs, behind which the next one waits. */
  #busy: Promise<unknown> = Promise.resolve();
  /** Done but not durable, by key. */
  readonly #unsaved = new Map<string, Work>();
  #woken = new Set<AccountId>();
  #timer: NodeJS.Timeout | undefined;
  /** First wake of the pass that is to come, and the last of all. */
  #firstWake = 0;
  #lastWake = -Infinity;
  #pass: Promise<void> | undefined;
  #retryMs = RETRY_MS;
  /** While e-mails of before have to get tasks. */
  #rebuild: Rebuild | undefined;
  #isClosed = false;

  constructor(options: IndexerOptions) {
    this.#options = options;
    this.#settings = options.settings;
  }

  /** Goes on by other settings. What was indexed before stays as it is. */
  configure(settings: IndexerSettings): void {
    this.#settings = settings;
    if (this.#woken.size > 0 || this.#rebuild !== undefined) this.#schedule(0);
  }

  /** Finds what earlier runs left; when the index was lost or is of another version, all is to be done anew. */
  async start(): Promise<void> {
    const { data, search } = this.#options;
    const { isNew } = await search.stats(EMAIL_INDEX.name);
    if (isNew) {
      this.#rebuild = new Rebuild(data);
      this.#schedule(0);
    }
    for await (const account of accountsIn(data, keys.Subspace.SearchTask)) this.wake(account);
  }

  /** Gives every e-mail of the account a task. */
  async reindex(account: AccountId): Promise<void> {
    await enqueueAccount(this.#options.data, account);
    this.wake(account);
  }

  /** Says that there are tasks of an account. */
  wake(account: AccountId): void {
    this.#woken.add(account);
    const time = performance.now();
    this.#lastWake = time;
    if (this.#timer === undefined) this.#firstWake = time;
    else if (this.#retryMs === RETRY_MS && time - this.#firstWake < MOST_DELAY_MS) this.#timer.refresh();
    this.#schedule(this.#options.delayMs);
  }

  /**
   * Indexes every task of the account that was committed before; queries see it when this resolves. Returns the
   * e-mails that cannot be indexed. Throws Unavailable when that takes too long; what was done stays done.
   */
  async catchUp(account: AccountId): Promise<readonly DocumentId[]> {
    const until = now() + CATCH_UP_MS;
    const parked: DocumentId[] = [];
    await this.#rebuild?.enqueue(account);
    let after: Key | undefined;
    do {
      if (now() > until) throw new Unavailable('the index of new mail', 5000);
      after = await this.#alone(() => this.#step(account, after, parked));
    } while (after !== undefined);
    if (this.#unsaved.size > 0) this.#schedule(this.#options.delayMs);
    return parked;
  }

  /** Makes all durable and stops. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#pass;
    await this.#alone(() => this.#save());
  }

  #mayGoOn(): boolean {
    return this.#settings.isOn && !this.#isClosed;
  }

  #schedule(delayMs: number): void {
    if (!this.#mayGoOn() || this.#timer !== undefined || this.#pass !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#pass = this.#run().finally(() => {
        this.#pass = undefined;
        const isRetry = this.#retryMs > RETRY_MS;
        if (this.#woken.size > 0 || this.#rebuild !== undefined)
          this.#schedule(isRetry ? this.#retryMs : this.#options.delayMs);
      });
    }, delayMs);
    this.#timer.unref();
  }

  /** One pass over the accounts that were woken; accounts take turns by the batch. */
  async #run(): Promise<void> {
    const waiting = new Map<AccountId, Key | undefined>();
    for (const account of this.#woken) waiting.set(account, undefined);
    this.#woken = new Set();
    try {
      if (this.#rebuild !== undefined) {
        for (const account of await this.#rebuild.enqueueAll()) waiting.set(account, undefined);
        await this.#options.search.markReady(EMAIL_INDEX.name);
        this.#rebuild = undefined;
      }
      while (waiting.size > 0 && this.#mayGoOn()) {
        for (const [account, after] of waiting) {
          const began = performance.now();
          const next = await this.#alone(() => this.#step(account, after, []));
          if (next === undefined) waiting.delete(account);
          else waiting.set(account, next);
          if (!this.#mayGoOn()) break;
          // Mail that arrives now goes first: this thread takes half of a core at most.
          const ended = performance.now();
          if (ended - this.#lastWake < this.#options.delayMs) await pause(ended - began);
        }
      }
      for (const account of waiting.keys()) this.#woken.add(account);
      await this.#alone(() => this.#save());
      this.#retryMs = RETRY_MS;
      await this.#report();
    } catch (error) {
      for (const account of waiting.keys()) this.#woken.add(account);
      this.#retryMs = Math.min(this.#retryMs * 2, MOST_RETRY_MS);
      emit('search.failed', { error }, 'error');
    }
  }

  /** Runs after all that was asked for before. */
  #alone<T>(fn: () => Promise<T>): Promise<T> {
    const result = this.#busy.then(fn);
    this.#busy = result.catch(() => undefined);
    return result;
  }

  /** Does the next page of an account's tasks; returns where to go on, undefined at the end. */
  async #step(account: AccountId, after: Key | undefined, parked: DocumentId[]): Promise<Key | undefined> {
    if (this.#unsaved.size >= MOST_UNSAVED) await this.#save();
    const { batchSize } = this.#settings;
    const { data } = this.#options;
    const page = await data.scan(accountRange(account), {
      limit: batchSize,
      ...(after === undefined ? {} : { after }),
    });
    const works: Work[] = [];
    for (const [i, key] of page.keys.entries()) {
      const row = page.values[i] as Uint8Array;
      const done = this.#unsaved.get(nameOf(key));
      if (done !== undefined && equalBytes(done.row, row)) continue;
      const task = decodeSearchTask(row);
      const document = readU32(key, 5);
      if (task.operation === 'parked') parked.push(document);
      else works.push({ account, document, key, row, task });
    }
    if (works.length > 0) await this.#do(account, works);
    return page.next;
  }

  async #do(account: AccountId, works: readonly Work[]): Promise<void> {
    const started = now();
    const sources: Source[] = [];
    const removed = works.filter(({ task }) => task.operation === 'remove');
    const added = works.filter(({ task }) => task.operation === 'index');
    const colds = await this.#readColds(account, added);
    for (const [i, work] of added.entries()) {
      const cold = colds[i];
      if (cold instanceof Error) await this.#park(work, cold);
      else if (cold !== undefined) sources.push({ work, cold, size: cold.message.size });
      // Without a cold record the e-mail is gone again: nothing of it shall be in the index.
      else removed.push(work);
    }
    await this.#apply(removed.map((work) => ({ work, fields: undefined })));
    for (const group of groupsOf(sources)) {
      const bodies = await this.#readBodies(group);
      const changes: Change[] = [];
      for (const [i, source] of group.entries()) {
        try {
          const texts = await this.#textsOf(source, bodies[i]);
          const { languages, fields } = this.#settings;
          changes.push({ work: source.work, fields: analyseTexts(texts, languages, fields) });
        } catch (error) {
          if (error instanceof Unavailable) throw error;
          await this.#park(source.work, error);
        }
      }
      await this.#apply(changes);
    }
    emit('search.indexed', { account, count: works.length, ms: now() - started }, 'debug');
  }

  /** Cold records with their structure decoded; an error for one that cannot be read. */
  async #readColds(account: AccountId, works: readonly Work[]): Promise<(Cold | Error | undefined)[]> {
    const colds = await oneByOne(
      works.map(({ document }) => document),
      (documents) => this.#options.readColds(account, documents),
    );
    return colds.map((cold) => {
      if (cold === undefined || cold instanceof Error) return cold;
      try {
        return cold.message.size >= 0 ? cold : undefined;
      } catch (error) {
        return asError(error);
      }
    });
  }

  /** Messages of a group; an error for one that cannot be read. None of a large message. */
  async #readBodies(group: readonly Source[]): Promise<(Uint8Array | Error | undefined)[]> {
    if ((group[0]?.size ?? 0) > WHOLE) return [];
    return oneByOne(
      group.map(({ cold }) => cold.hash),
      (hashes) => this.#options.blobs.readMany(hashes),
    );
  }

  async #textsOf(
    { cold: { hash, message }, size }: Source,
    bytes: Uint8Array | Error | undefined,
  ): Promise<SearchTexts> {
    if (bytes instanceof Error) throw bytes;
    if (bytes !== undefined) return searchTexts(message, bytes);
    const texts =
      size > WHOLE
        ? await readSearchTexts(message, (range) => this.#options.blobs.read(hash, range))
        : undefined;
    if (texts === undefined) throw new SearchRefused('the message is missing');
    return texts;
  }

  /** Hands changes to the store; one that the store refuses is found by halves and parked. */
  async #apply(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    try {
      await this.#options.search.apply(EMAIL_INDEX.name, changes.map(searchChange));
      for (const { work } of changes) this.#unsaved.set(nameOf(work.key), work);
    } catch (error) {
      if (!(error instanceof SearchRefused)) {
        this.#redo(this.#unsaved.values());
        throw error;
      }
      const [only, second] = changes;
      if (only !== undefined && second === undefined) return this.#park(only.work, error);
      const middle = changes.length >> 1;
      await this.#apply(changes.slice(0, middle));
      await this.#apply(changes.slice(middle));
    }
  }

  async #park({ account, document, key, row, task }: Work, error: unknown): Promise<void> {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, REASON_LENGTH);
    const { data } = this.#options;
    const parked = encodeSearchTask({ operation: 'parked', since: task.since, reason });
    // When the row is another one by now, the e-mail has other work.
    await data.commit(data.newBatch().assert(key, row).set(key, parked));
    emit('search.parked', { account, document, reason }, 'warn');
  }

  /** Makes the index durable, then deletes the task rows that it makes needless. */
  async #save(): Promise<void> {
    let works = [...this.#unsaved.values()];
    const { data, search } = this.#options;
    try {
      await search.flush();
    } catch (error) {
      this.#redo(works);
      throw error;
    }
    this.#unsaved.clear();
    while (works.length > 0) {
      const batch = works.reduce<Batch>((b, { key, row }) => b.assert(key, row).delete(key), data.newBatch());
      const result = await data.commit(batch);
      if (result.ok) return;
      // That e-mail has other work by now, and its account was woken for it.
      works = works.filter(({ key }) => !equalBytes(key, result.conflict));
    }
  }

  /** What was applied may be lost: its task rows are still there. */
  #redo(works: Iterable<Work>): void {
    for (const { account } of works) this.#woken.add(account);
    this.#unsaved.clear();
  }

  async #report(): Promise<void> {
    const range = { from: keys.searchTaskKey(0, 0), to: accountRange(0xffffffff).to };
    let count = 0;
    let parked = 0;
    let oldest = now();
    let after: Key | undefined;
    do {
      const page = await this.#options.data.scan(range, after === undefined ? {} : { after });
      for (const row of page.values) {
        const { operation, since } = decodeSearchTask(row);
        if (operation === 'parked') parked++;
        else if (since < oldest) oldest = since;
      }
      count += page.values.length;
      after = page.next;
    } while (after !== undefined && count < MOST_COUNTED);
    emit('search.queue', { count: count - parked, oldestMs: now() - oldest, parked }, 'debug');
  }
}

interface Change {
  readonly work: Work;
  readonly fields: SearchChange['fields'];
}

interface Source {
  readonly work: Work;
  readonly cold: Cold;
  readonly size: number;
}

type Cold = NonNullable<Awaited<ReturnType<ReadColds>>[number]>;

const searchChange = ({ work, fields }: Change): SearchChange => ({
  account: work.account,
  document: work.document,
  fields,
});

/** Messages that are read together: up to a number of octets, large ones alone. */
function groupsOf(sources: readonly Source[]): Source[][] {
  const groups: Source[][] = [];
  let group: Source[] = [];
  let octets = 0;
  for (const source of sources) {
    if (source.size > WHOLE) {
      groups.push([source]);
      continue;
    }
    if (octets + source.size > BATCH_BYTES) {
      groups.push(group);
      group = [];
      octets = 0;
    }
    group.push(source);
    octets += source.size;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

/** Reads many at once; when that fails for another reason than an absent store, each alone. */
async function oneByOne<K, V>(
  wanted: readonly K[],
  read: (wanted: readonly K[]) => Promise<readonly (V | undefined)[]>,
): Promise<(V | Error | undefined)[]> {
  if (wanted.length === 0) return [];
  try {
    return [...(await read(wanted))];
  } catch (error) {
    if (error instanceof Unavailable) throw error;
  }
  const values: (V | Error | undefined)[] = [];
  for (const each of wanted) {
    try {
      values.push((await read([each]))[0]);
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      values.push(asError(error));
    }
  }
  return values;
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const accountRange = (account: AccountId) => keys.prefixRange(keys.searchTaskKey(account, 0).subarray(0, 5));

const nameOf = (key: Key): string => `${readU32(key, 1)}/${readU32(key, 5)}`;
