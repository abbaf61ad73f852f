// Notices about rights that were given or taken (RFC 9670 §3), kept in the account whose rights they were.
import {
  type Account,
  type AccountId,
  type AccountWriter,
  DataType,
  dataTypeName,
  type DataTypeName,
  type DocumentId,
  type Head,
} from '../../account/index.ts';
import { ByteReader, ByteWriter, NotFound, readU32 } from '../../base/index.ts';
import { keys } from '../../store/index.ts';
import { readDocument, readDocuments } from '../documents.ts';

export interface ShareNotice {
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly changedBy: { readonly account: AccountId; readonly name: string; readonly email: string };
  readonly objectType: DataTypeName;
  readonly objectAccount: AccountId;
  readonly object: DocumentId;
  /** Bits of `Right`; 0 for none at all. */
  readonly oldRights: number;
  readonly newRights: number;
  /** Name of the object at that time. */
  readonly name: string;
}

/** Notices that are kept for an account. */
const MAX_NOTICES = 500;
const SWEEP = 20;

/** Stores a notice, and drops what is too old or too much. `keepMs` is null for ever. */
export async function addNotice(account: Account, notice: ShareNotice, keepMs: number | null): Promise<void> {
  await account.write(async (w) => {
    await dropOld(w, keepMs);
    w.create(DataType.ShareNotification, encodeNotice(notice));
  });
}

async function dropOld(w: AccountWriter, keepMs: number | null): Promise<void> {
  let tooMany = w.head.count(DataType.ShareNotification) + 1 - MAX_NOTICES;
  const page = await w.scan(keys.documentRange(w.id, DataType.ShareNotification), { limit: SWEEP });
  for (const [i, key] of page.keys.entries()) {
    const { created } = decodeNotice(page.values[i] as Uint8Array);
    if (tooMany <= 0 && (keepMs === null || created > w.time - keepMs)) break;
    w.destroy(DataType.ShareNotification, readU32(key, 6));
    tooMany--;
  }
}

/** All notices by id, with the head they belong to. */
export function readNotices(
  account: Account,
): Promise<{ readonly head: Head; readonly notices: ReadonlyMap<DocumentId, ShareNotice> }> {
  return account.read(async (reader) => ({
    head: reader.head,
    notices: await readDocuments(reader, DataType.ShareNotification, decodeNotice),
  }));
}

/** Throws NotFound. */
export async function dropNotice(account: Account, id: DocumentId): Promise<void> {
  await account.write(async (w) => {
    if (!(await readDocument(w, DataType.ShareNotification, id, decodeNotice)))
      throw new NotFound('share notification', id);
    w.destroy(DataType.ShareNotification, id);
  });
}

const VERSION = 1;

function encodeNotice(notice: ShareNotice): Uint8Array {
  const { changedBy } = notice;
  const out = new ByteWriter(96);
  out.u8(VERSION).u53(notice.created).u32(changedBy.account).text(changedBy.name).text(changedBy.email);
  out.u8(DataType[notice.objectType]).u32(notice.objectAccount).u32(notice.object);
  return out.u32(notice.oldRights).u32(notice.newRights).text(notice.name).finish();
}

/** Throws RangeError for a record of another version, or one that is too short. */
export function decodeNotice(row: Uint8Array): ShareNotice {
  const input = new ByteReader(row);
  const version = input.u8();
  if (version !== VERSION) throw new RangeError(`share notification of version ${version}`);
  return {
    created: input.u53(),
    changedBy: { account: input.u32(), name: input.text(), email: input.text() },
    objectType: dataTypeName(input.u8() as DataType),
    objectAccount: input.u32(),
    object: input.u32(),
    oldRights: input.u32(),
    newRights: input.u32(),
    name: input.text(),
  };
}
