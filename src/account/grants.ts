// What accounts may do on each other's containers (RFC 4314, RFC 9670): a grant gives one account rights on one
// mailbox, calendar, address book or folder. The rows stand twice, by container at the owner and by owner at the
// grantee, and are written together by the owner's write; a head for each grantee tells when what it may see
// changed last (spec-mail-access §7.1, §7.3).
import { ByteReader, ByteWriter, readU32 } from '../base/index.ts';
import { type Key, keys, type Range, type ReadView } from '../store/index.ts';
import {
  type AccountId,
  type AccountReader,
  type AccountWriter,
  Aspect,
  type ChangeId,
  type DataType,
  type DocumentId,
} from './types.ts';

/** Rights as bits. Numbers are stored: never change one. */
export const Right = {
  /** The container is seen. */
  Read: 1,
  ReadItems: 2,
  AddItems: 4,
  ModifyItems: 8,
  RemoveItems: 16,
  /** Name, parent and other properties of the container. */
  Modify: 32,
  CreateChild: 64,
  Delete: 128,
  Submit: 256,
  Share: 512,
  ReadFreeBusy: 1024,
  ModifyItemsOwn: 2048,
  ModifyPrivate: 4096,
  ModifyRsvp: 8192,
} as const;

/** Rights of an owner. */
export const ALL_RIGHTS = 16_383;

export interface Grant {
  readonly owner: AccountId;
  readonly type: DataType;
  readonly container: DocumentId;
  readonly rights: number;
}

/** Kinds of index rows that belong to this floor; those below are the floors' above. */
const Kind = { Grant: 0xf0, SharedWith: 0xf1, GrantHead: 0xf2 } as const;
const VERSION = 1;

/**
 * Gives an account these rights on a container in place of those it had; 0 takes them away. Nothing is written when
 * they are the same. Returns what it had.
 */
export async function setGrant(
  writer: AccountWriter,
  type: DataType,
  container: DocumentId,
  grantee: AccountId,
  rights: number,
): Promise<number> {
  const key = grantKey(writer.id, container, grantee);
  const before = rightsOf(await writer.get(key));
  if (before === rights) return before;
  const shared = sharedKey(grantee, writer.id, container);
  if (rights === 0) {
    writer.delete(key);
    writer.delete(shared);
  } else {
    const row = encodeGrant(type, rights);
    writer.set(key, row);
    writer.set(shared, row);
  }
  writer.set(headKey(writer.id, grantee), new ByteWriter(9).u8(VERSION).u53(writer.change).finish());
  writer.update(type, container, undefined, {
    aspects: Aspect.Acl,
    before: [container],
    after: [container],
  });
  return before;
}

/** Takes all grants of a container away, as its destruction does. Returns who had which rights. */
export async function revokeGrants(
  writer: AccountWriter,
  type: DataType,
  container: DocumentId,
): Promise<ReadonlyMap<AccountId, number>> {
  const grants = await grantsOn(writer, container);
  for (const grantee of grants.keys()) await setGrant(writer, type, container, grantee, 0);
  return grants;
}

/** Rights on a container by account, without the owner's. */
export async function grantsOn(
  reader: AccountReader,
  container: DocumentId,
): Promise<ReadonlyMap<AccountId, number>> {
  const prefix = keys.indexKey(reader.id, Kind.Grant, keys.u32Part(container));
  const grants = new Map<AccountId, number>();
  await eachRow(reader, keys.prefixRange(prefix), (key, row) => grants.set(readU32(key, 10), rightsOf(row)));
  return grants;
}

/** Rights of one account on containers of the reader's account. */
export async function grantsFor(
  reader: AccountReader,
  grantee: AccountId,
): Promise<ReadonlyMap<DocumentId, number>> {
  const prefix = keys.indexKey(grantee, Kind.SharedWith, keys.u32Part(reader.id));
  const grants = new Map<DocumentId, number>();
  await eachRow(reader, keys.prefixRange(prefix), (key, row) => grants.set(readU32(key, 10), rightsOf(row)));
  return grants;
}

/** Everything that is shared with an account, by owner and container. */
export async function sharedWith(store: ReadView, grantee: AccountId): Promise<readonly Grant[]> {
  const grants: Grant[] = [];
  await eachRow(store, keys.prefixRange(keys.indexKey(grantee, Kind.SharedWith)), (key, row) => {
    const { type, rights } = decodeGrant(row);
    grants.push({ owner: readU32(key, 6), type, container: readU32(key, 10), rights });
  });
  return grants;
}

/** Last change of the reader's account that moved what the grantee may see; 0 when none did. */
export async function grantHead(reader: AccountReader, grantee: AccountId): Promise<ChangeId> {
  const row = await reader.get(headKey(reader.id, grantee));
  if (!row) return 0;
  const from = new ByteReader(row);
  from.u8();
  return from.u53();
}

/** Deletes what other accounts hold of this one's grants: when its own rows are about to go. */
export async function deleteGrantsOfOwner(writer: AccountWriter): Promise<void> {
  await eachRow(writer, keys.prefixRange(keys.indexKey(writer.id, Kind.Grant)), (key) => {
    writer.delete(sharedKey(readU32(key, 10), writer.id, readU32(key, 6)));
  });
}

const grantKey = (owner: AccountId, container: DocumentId, grantee: AccountId): Key =>
  keys.indexKey(owner, Kind.Grant, keys.u32Part(container), keys.u32Part(grantee));

const sharedKey = (grantee: AccountId, owner: AccountId, container: DocumentId): Key =>
  keys.indexKey(grantee, Kind.SharedWith, keys.u32Part(owner), keys.u32Part(container));

const headKey = (owner: AccountId, grantee: AccountId): Key =>
  keys.indexKey(owner, Kind.GrantHead, keys.u32Part(grantee));

const encodeGrant = (type: DataType, rights: number): Uint8Array =>
  new ByteWriter(6).u8(VERSION).u8(type).u32(rights).finish();

function decodeGrant(row: Uint8Array): { type: DataType; rights: number } {
  const from = new ByteReader(row);
  from.u8();
  return { type: from.u8() as DataType, rights: from.u32() };
}

const rightsOf = (row: Uint8Array | undefined): number => (row ? decodeGrant(row).rights : 0);

async function eachRow(
  store: Pick<ReadView, 'scan'>,
  range: Range,
  visit: (key: Key, row: Uint8Array) => void,
): Promise<void> {
  let after: Key | undefined;
  do {
    const page = await store.scan(range, after ? { after } : {});
    for (const [at, key] of page.keys.entries()) visit(key, page.values[at] as Uint8Array);
    after = page.next;
  } while (after);
}
