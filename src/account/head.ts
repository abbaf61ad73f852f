// The account head: one small record that every commit of the account replaces and asserts
// (spec-mail-access §7.1).
import { ByteReader, ByteWriter, equalBytes, MAX_SAFE } from '../base/index.ts';
import { StoreCorrupt } from '../store/index.ts';
import type { ChangeId, DataType, DocumentId, Head } from './types.ts';

const VERSION = 1;
const CLOSED = 1;

/** What a write changes of a head, as plain values. */
export interface HeadFields {
  change: ChangeId;
  epoch: number;
  horizon: ChangeId;
  lastUidValidity: number;
  nextDocument: DocumentId;
  usedBytes: number;
  /** Counts commits, those that take no change number included. */
  revision: number;
  /** Drawn for this head alone: two heads of the same revision, by two writers or two attempts, differ. */
  writer: number;
  /** The account was deleted; nothing may be written any more. */
  closed: boolean;
  /** Last change id by type. */
  states: readonly number[];
  /** Documents by type. */
  counts: readonly number[];
}

export class AccountHead implements Head {
  readonly change: ChangeId;
  readonly epoch: number;
  readonly horizon: ChangeId;
  readonly lastUidValidity: number;
  readonly nextDocument: DocumentId;
  readonly usedBytes: number;
  readonly revision: number;
  readonly writer: number;
  readonly closed: boolean;
  readonly states: readonly number[];
  readonly counts: readonly number[];

  constructor(fields: HeadFields) {
    this.change = fields.change;
    this.epoch = fields.epoch;
    this.horizon = fields.horizon;
    this.lastUidValidity = fields.lastUidValidity;
    this.nextDocument = fields.nextDocument;
    this.usedBytes = fields.usedBytes;
    this.revision = fields.revision;
    this.writer = fields.writer;
    this.closed = fields.closed;
    this.states = fields.states;
    this.counts = fields.counts;
  }

  state(type: DataType): ChangeId {
    return this.states[type] ?? 0;
  }

  count(type: DataType): number {
    return this.counts[type] ?? 0;
  }
}

/** Head of an account that has never been written. */
export const EMPTY_HEAD = new AccountHead({
  change: 0,
  epoch: 1,
  horizon: 0,
  lastUidValidity: 0,
  nextDocument: 1,
  usedBytes: 0,
  revision: 0,
  writer: 0,
  closed: false,
  states: [],
  counts: [],
});

export function encodeHead(head: HeadFields): Uint8Array {
  const out = new ByteWriter(128)
    .u8(VERSION)
    .u8(head.closed ? CLOSED : 0)
    .u53(head.change)
    .u53(head.revision)
    .u53(head.writer)
    .u32(head.epoch)
    .u53(head.horizon)
    .u32(head.lastUidValidity)
    .u53(head.nextDocument)
    .u53(head.usedBytes);
  const types: number[] = [];
  const length = Math.max(head.states.length, head.counts.length);
  for (let type = 0; type < length; type++) {
    if ((head.states[type] ?? 0) > 0 || (head.counts[type] ?? 0) > 0) types.push(type);
  }
  out.u8(types.length);
  for (const type of types) {
    out
      .u8(type)
      .varint(head.states[type] ?? 0)
      .varint(head.counts[type] ?? 0);
  }
  return out.copy();
}

/** Throws StoreCorrupt. Fields that newer versions append are passed over. */
export function decodeHead(bytes: Uint8Array): AccountHead {
  try {
    const from = new ByteReader(bytes);
    const version = from.u8();
    if (version !== VERSION) throw new RangeError(`unknown version ${version}`);
    const fields = {
      closed: (from.u8() & CLOSED) !== 0,
      change: from.u53(),
      revision: from.u53(),
      writer: from.u53(),
      epoch: from.u32(),
      horizon: from.u53(),
      lastUidValidity: from.u32(),
      nextDocument: from.u53(),
      usedBytes: from.u53(),
    };
    const states: number[] = [];
    const counts: number[] = [];
    for (let left = from.u8(); left > 0; left--) {
      const type = from.u8();
      while (states.length <= type) {
        states.push(0);
        counts.push(0);
      }
      states[type] = from.varint();
      counts[type] = from.varint();
      if (!((states[type] as number) <= MAX_SAFE && (counts[type] as number) <= MAX_SAFE))
        throw new RangeError('number out of range');
    }
    return new AccountHead({ ...fields, states, counts });
  } catch (error) {
    throw new StoreCorrupt(`an account head cannot be read: ${String(error)}`, { cause: error });
  }
}

/** A head with the bytes it is stored as; undefined bytes for an account that was never written. */
export interface StoredHead {
  readonly bytes: Uint8Array | undefined;
  readonly head: AccountHead;
}

/** The head in these bytes; `known` when it is the same, so that nothing is decoded twice. */
export function storedHead(bytes: Uint8Array | undefined, known?: StoredHead): StoredHead {
  if (known && sameBytes(known.bytes, bytes)) return known;
  return { bytes, head: bytes ? decodeHead(bytes) : EMPTY_HEAD };
}

export const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && equalBytes(a, b));
