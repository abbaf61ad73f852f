// One write while it runs: collects rows, log entries and what moves in the head, apart from everything else, so
// that it can be thrown away when the write refuses or must run again.
import { LimitExceeded, now } from '../base/index.ts';
import {
  type Key,
  keys,
  type Page,
  type Range,
  type ReadView,
  type ScanOptions,
  type SpoolFile,
} from '../store/index.ts';
import { foldKinds } from './fold.ts';
import { AccountHead, type HeadFields } from './head.ts';
import { encodeLogRecord } from './log-record.ts';
import { getManyOver, getOver, Overlay, scanOver } from './overlay.ts';
import {
  type AccountId,
  type AccountWriter,
  Aspect,
  type ChangeId,
  type ChangeKind,
  DataType,
  type DocumentChange,
  type DocumentId,
  type LogEntry,
} from './types.ts';

const MAX_DOCUMENT = 0xffff_ffff;
const NONE: readonly DocumentId[] = [];
/** Value of a link row: the key says all. */
const LINK = Uint8Array.of(1);

export interface BlobPut {
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array | SpoolFile;
}

/** What a write amounts to. */
export interface Staged {
  readonly rows: Overlay;
  readonly blobs: readonly BlobPut[];
  /** Head after the write; the one before when nothing changed. */
  readonly head: AccountHead;
  readonly changed: boolean;
  readonly entries: readonly LogEntry[];
  readonly delivery: boolean;
}

/** Changes of the head that only this floor makes. */
export interface HeadChange {
  readonly horizon?: ChangeId;
  readonly epoch?: number;
  readonly change?: ChangeId;
  readonly closed?: boolean;
}

interface Entry {
  readonly type: DataType;
  readonly id: DocumentId;
  /** What became of the row; `kind` is what became of it for those who do not see what is hidden. */
  operation: ChangeKind;
  kind: ChangeKind;
  aspects: number;
  readonly before: readonly DocumentId[];
  after: readonly DocumentId[];
}

export class StagedWriter implements AccountWriter {
  readonly id: AccountId;
  readonly head: AccountHead;
  readonly change: ChangeId;
  readonly time: number;
  readonly #store: ReadView;
  readonly #layers: readonly Overlay[];
  readonly #rows = new Overlay();
  readonly #blobs: BlobPut[] = [];
  readonly #entries = new Map<number, Entry>();
  readonly #counts: number[];
  #nextDocument: DocumentId;
  #usedBytes: number;
  #lastUidValidity: number;
  #headChange: HeadChange | undefined;
  #delivery = false;
  #open = true;

  /** `below` are the rows that are not durable yet, the latest first. */
  constructor(id: AccountId, head: AccountHead, store: ReadView, below: readonly Overlay[]) {
    this.id = id;
    this.head = head;
    this.change = head.change + 1;
    this.time = now();
    this.#store = store;
    this.#layers = [this.#rows, ...below];
    this.#counts = head.counts.slice();
    this.#nextDocument = head.nextDocument;
    this.#usedBytes = head.usedBytes;
    this.#lastUidValidity = head.lastUidValidity;
  }

  get(key: Key): Promise<Uint8Array | undefined> {
    return getOver(this.#store, this.#layers, key);
  }

  getMany(list: readonly Key[]): Promise<(Uint8Array | undefined)[]> {
    return getManyOver(this.#store, this.#layers, list);
  }

  scan(range: Range, options?: ScanOptions): Promise<Page> {
    return scanOver(this.#store, this.#layers, range, options);
  }

  newId(): DocumentId {
    this.#mustBeOpen();
    const id = this.#nextDocument;
    if (id > MAX_DOCUMENT) throw new LimitExceeded('maxDocuments', MAX_DOCUMENT);
    this.#nextDocument = id + 1;
    return id;
  }

  create(
    type: DataType,
    record: Uint8Array,
    change: DocumentChange & { readonly id?: DocumentId } = {},
  ): DocumentId {
    const id = change.id ?? this.newId();
    this.set(keys.documentKey(this.id, type, id), record);
    this.#count(type, 1);
    this.#log(type, id, 'create', change);
    return id;
  }

  update(type: DataType, id: DocumentId, record: Uint8Array | undefined, change: DocumentChange = {}): void {
    if (record) this.set(keys.documentKey(this.id, type, id), record);
    this.#log(type, id, 'update', change);
  }

  destroy(type: DataType, id: DocumentId, change: DocumentChange = {}): void {
    this.delete(keys.documentKey(this.id, type, id));
    this.#count(type, -1);
    this.#log(type, id, 'destroy', change);
  }

  touch(type: DataType): void {
    this.#log(type, 0, 'update', {});
  }

  set(key: Key, value: Uint8Array): void {
    this.#mustBeOpen();
    mustBeFree(key);
    this.#rows.set(key, value);
  }

  delete(key: Key): void {
    this.#mustBeOpen();
    mustBeFree(key);
    this.#rows.delete(key);
  }

  deleteRange(range: Range): void {
    this.#mustBeOpen();
    this.#rows.deleteRange(range);
  }

  putBlob(hash: Uint8Array, bytes: Uint8Array | SpoolFile): void {
    this.#mustBeOpen();
    this.#blobs.push({ hash, bytes });
  }

  linkBlob(hash: Uint8Array, type: DataType, id: DocumentId): void {
    this.set(keys.blobLinkKey(hash, this.id, type, id), LINK);
  }

  unlinkBlob(hash: Uint8Array, type: DataType, id: DocumentId): void {
    this.delete(keys.blobLinkKey(hash, this.id, type, id));
  }

  addUsedBytes(delta: number): void {
    if (delta === 0) return;
    this.#mustBeOpen();
    this.#usedBytes = Math.max(0, this.#usedBytes + delta);
    this.touch(DataType.Quota);
  }

  newUidValidity(): number {
    this.#mustBeOpen();
    this.#lastUidValidity = Math.max(Math.floor(this.time / 1000), this.#lastUidValidity + 1);
    return this.#lastUidValidity;
  }

  markDelivery(): void {
    this.#mustBeOpen();
    this.#delivery = true;
  }

  /** For this floor alone: moves what no document moves. */
  changeHead(change: HeadChange): void {
    this.#mustBeOpen();
    this.#headChange = { ...this.#headChange, ...change };
  }

  /** Ends the write. `tag` was never used before. */
  finish(origin: string, tag: number): Staged {
    this.#mustBeOpen();
    this.#open = false;
    const entries = [...this.#entries.values()];
    const logged = entries.length > 0;
    const changed = logged || !this.#rows.empty || this.#blobs.length > 0 || this.#headChange !== undefined;
    const staged = { rows: this.#rows, blobs: this.#blobs, changed, entries, delivery: this.#delivery };
    if (!changed) return { ...staged, head: this.head };
    const states = this.head.states.slice();
    if (logged) {
      const { time } = this;
      this.#rows.set(
        keys.logKey(this.id, this.change),
        encodeLogRecord({ time, origin, delivery: this.#delivery, entries }),
      );
      moveStates(states, entries, this.change);
    }
    const fields: HeadFields = {
      change: logged ? this.change : this.head.change,
      epoch: this.head.epoch,
      horizon: this.head.horizon,
      lastUidValidity: this.#lastUidValidity,
      nextDocument: this.#nextDocument,
      usedBytes: this.#usedBytes,
      revision: this.head.revision + 1,
      writer: tag,
      closed: this.head.closed,
      states,
      counts: this.#counts,
      ...this.#headChange,
    };
    return { ...staged, head: new AccountHead(fields) };
  }

  /** Ends a write that refused. */
  abandon(): void {
    this.#open = false;
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new Error('a writer was used after its write had ended');
  }

  #count(type: DataType, by: number): void {
    while (this.#counts.length <= type) this.#counts.push(0);
    this.#counts[type] = Math.max(0, (this.#counts[type] as number) + by);
  }

  #log(type: DataType, id: DocumentId, operation: ChangeKind, change: DocumentChange): void {
    this.#mustBeOpen();
    const { kind = operation, aspects = 0, before = NONE, after = NONE } = change;
    const place = type * 0x1_0000_0000 + id;
    const earlier = this.#entries.get(place);
    if (!earlier) {
      this.#entries.set(place, { type, id, operation, kind, aspects, before, after });
      return;
    }
    const lasting = foldKinds(earlier.operation, operation);
    if (lasting === undefined) {
      this.#entries.delete(place);
      return;
    }
    const seenBefore = isSeen(earlier.aspects) && earlier.kind !== 'create';
    const seenAfter = isSeen(aspects) && kind !== 'destroy';
    earlier.operation = lasting;
    if (seenBefore) earlier.kind = seenAfter ? 'update' : 'destroy';
    else earlier.kind = seenAfter ? 'create' : lasting;
    earlier.aspects =
      ((earlier.aspects | aspects) & ~Aspect.Hidden) | (seenBefore || seenAfter ? 0 : Aspect.Hidden);
    earlier.after = after;
  }
}

const isSeen = (aspects: number): boolean => (aspects & Aspect.Hidden) === 0;

/** Heads and logs are written by this floor alone. */
function mustBeFree(key: Key): void {
  const subspace = key[0];
  if (subspace === keys.Subspace.Head || subspace === keys.Subspace.Log)
    throw new Error('heads and logs of accounts are written with the change they record');
}

/** The change becomes the state of each type with an entry that is seen. */
function moveStates(states: number[], entries: readonly LogEntry[], change: ChangeId): void {
  for (const { type, aspects } of entries) {
    if (!isSeen(aspects)) continue;
    while (states.length <= type) states.push(0);
    states[type] = change;
  }
}
