// What the registry keeps decoded: records, unique keys (also those nobody holds), lists of whole types and all
// singletons. Everything is dropped by the changes that make it out of date, here or on another node.
import { cacheOf } from '../../base/index.ts';
import type { RecordName } from './rows.ts';
import type { StoredRecord } from './types.ts';

/** Records kept; a decoded record is some hundred bytes. */
const MAX_RECORDS = 20_000;
const MAX_KEYS = 50_000;

/** Stands for a record or key that does not exist: that is worth remembering too. */
const NOTHING = Symbol('nothing');

export class RegistryCache {
  readonly #records = cacheOf<string, StoredRecord | typeof NOTHING>(MAX_RECORDS);
  readonly #keys = cacheOf<string, RecordName | typeof NOTHING>(MAX_KEYS);
  readonly #lists = new Map<string, readonly StoredRecord[]>();
  /** Moves with every change: what was read before a change is not kept after it. */
  #epoch = 0;

  get epoch(): number {
    return this.#epoch;
  }

  /** The record, null when there is none, undefined when it is not known. */
  record(type: string, id: number): StoredRecord | null | undefined {
    const found = this.#records.get(recordName(type, id));
    return found === NOTHING ? null : found;
  }

  keepRecord(epoch: number, type: string, id: number, record: StoredRecord | undefined): void {
    if (epoch === this.#epoch) this.#records.set(recordName(type, id), record ?? NOTHING);
  }

  holder(name: string): RecordName | null | undefined {
    const found = this.#keys.get(name);
    return found === NOTHING ? null : found;
  }

  keepHolder(epoch: number, name: string, holder: RecordName | undefined): void {
    if (epoch === this.#epoch) this.#keys.set(name, holder ?? NOTHING);
  }

  list(type: string): readonly StoredRecord[] | undefined {
    return this.#lists.get(type);
  }

  keepList(epoch: number, type: string, records: readonly StoredRecord[]): void {
    if (epoch === this.#epoch) this.#lists.set(type, records);
  }

  drop(type: string, id: number, names: readonly string[]): void {
    this.#epoch++;
    this.#records.delete(recordName(type, id));
    this.#lists.delete(type);
    for (const name of names) this.#keys.delete(name);
  }

  clear(): void {
    this.#epoch++;
    this.#records.clear();
    this.#keys.clear();
    this.#lists.clear();
  }
}

const recordName = (type: string, id: number): string => `${type}/${id}`;
