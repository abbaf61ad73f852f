// Identities of an account (RFC 8621 §6). Every address of the account has one by itself, made when the account's
// identities are next looked at; it goes when the address goes, and does not come again when its owner destroyed it.
import {
  type Account,
  type AccountReader,
  type AccountWriter,
  DataType,
  type DocumentId,
  type Head,
} from '../../account/index.ts';
import { LimitExceeded, NotFound } from '../../base/index.ts';
import { readDocument, readDocuments } from '../documents.ts';
import { identitiesKey } from '../records/rows.ts';
import { decodeIdentity, decodeTexts, encodeIdentity, encodeTexts, type IdentityFields } from './record.ts';

export interface Identity extends IdentityFields {
  readonly id: DocumentId;
}

/** Whose identities they are. */
export interface IdentityOwner {
  /** Addresses that have an identity by themselves, in lower case. */
  readonly own: readonly string[];
  /** Addresses that identities may have besides: those of its groups. */
  readonly others: readonly string[];
  /** Name of the identities that are made. */
  readonly name: string;
}

/** The identities as they are now, by id, with the head they belong to. */
export async function readIdentities(
  account: Account,
  owner: IdentityOwner,
): Promise<{ readonly head: Head; readonly identities: ReadonlyMap<DocumentId, Identity> }> {
  const read = (reader: AccountReader) => load(reader);
  let found = await account.read(read);
  if (isDue(found, owner)) {
    await account.write(async (w) => bringUpToDate(w, await load(w), owner));
    found = await account.read(read);
  }
  return found;
}

/** Throws LimitExceeded (`maxIdentities`). */
export async function createIdentity(
  account: Account,
  fields: IdentityFields,
  maxIdentities: number | null,
): Promise<DocumentId> {
  const { result } = await account.write((w) => {
    if (maxIdentities !== null && w.head.count(DataType.Identity) >= maxIdentities)
      throw new LimitExceeded('maxIdentities', maxIdentities);
    return w.create(DataType.Identity, encodeIdentity(fields));
  });
  return result;
}

/** Changes all but the address. Throws NotFound. */
export async function updateIdentity(
  account: Account,
  id: DocumentId,
  fields: Partial<Omit<IdentityFields, 'email'>>,
): Promise<void> {
  await account.write(async (w) => {
    const before = await readDocument(w, DataType.Identity, id, decodeIdentity);
    if (!before) throw new NotFound('identity', id);
    const after = { ...before, ...fields };
    if (JSON.stringify(after) !== JSON.stringify(before))
      w.update(DataType.Identity, id, encodeIdentity(after));
  });
}

/** Throws NotFound. */
export async function destroyIdentity(account: Account, id: DocumentId): Promise<void> {
  await account.write(async (w) => {
    if (!(await readDocument(w, DataType.Identity, id, decodeIdentity))) throw new NotFound('identity', id);
    w.destroy(DataType.Identity, id);
  });
}

interface Loaded {
  readonly head: Head;
  readonly identities: ReadonlyMap<DocumentId, Identity>;
  /** Addresses that had their identity made. */
  readonly served: readonly string[];
}

async function load(reader: AccountReader): Promise<Loaded> {
  const [rows, served] = await Promise.all([
    readDocuments(reader, DataType.Identity, decodeIdentity),
    reader.get(identitiesKey(reader.id)),
  ]);
  const identities = new Map(Array.from(rows, ([id, fields]) => [id, { id, ...fields }]));
  return { head: reader.head, identities, served: served ? decodeTexts(served) : [] };
}

function isDue({ identities, served }: Loaded, owner: IdentityOwner): boolean {
  if (served.length !== owner.own.length || served.some((address) => !owner.own.includes(address)))
    return true;
  for (const identity of identities.values()) if (!mayHave(identity, owner)) return true;
  return false;
}

const mayHave = ({ email }: Identity, { own, others }: IdentityOwner): boolean =>
  own.includes(email.toLowerCase()) || others.includes(email.toLowerCase());

function bringUpToDate(w: AccountWriter, { identities, served }: Loaded, owner: IdentityOwner): void {
  for (const identity of identities.values())
    if (!mayHave(identity, owner)) w.destroy(DataType.Identity, identity.id);
  for (const email of owner.own) {
    if (served.includes(email)) continue;
    w.create(
      DataType.Identity,
      encodeIdentity({
        name: owner.name,
        email,
        replyTo: null,
        bcc: null,
        textSignature: '',
        htmlSignature: '',
      }),
    );
  }
  w.set(identitiesKey(w.id), encodeTexts(owner.own));
}
