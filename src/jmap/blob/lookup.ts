// Blob/lookup (RFC 9404 §4.3): which objects of a type refer to a blob.
import { type AccountId, DataType, type DocumentId } from '../../account/index.ts';
import { encodeId } from '../../base/index.ts';
import { blobLookupArgs } from '../../formats/jmap/index.ts';
import { parseBlobId } from '../blob-id.ts';
import { realBlobId } from '../context.ts';
import { MethodError } from '../errors.ts';
import { type Call, type JmapMethod, method, URN } from '../method.ts';
import type { MailServices } from '../services.ts';
import type { BlobServices } from './services.ts';

/** A type in which blobs can be looked up. */
export interface BlobLookup {
  readonly type: string;
  /** It has to be in `using`. */
  readonly capability: string;
  /** Ids of the objects that the caller may see, for each hash in the order given. */
  find(call: Call, hashes: readonly Uint8Array[]): Promise<readonly (readonly string[])[]>;
}

/** Types of the mail methods. */
export const MAIL_LOOKUPS = ['Email', 'Thread', 'Mailbox'] as const;

export function blobLookupMethod(services: BlobServices): JmapMethod {
  return method({
    name: 'Blob/lookup',
    capabilities: [URN.blob],
    account: 'member',
    permission: 'jmapBlobLookup',
    args: blobLookupArgs,
    handle: async (call, { typeNames, ids }) => {
      const { request } = call;
      const { maxObjectsInGet } = request.limits;
      if (ids.length > maxObjectsInGet)
        throw new MethodError('requestTooLarge', `More than ${maxObjectsInGet} blobs.`);
      const types = [...new Set(typeNames)].map((name) => {
        const lookup = services.lookups.find(({ type }) => type === name);
        if (!lookup || !request.using.has(lookup.capability))
          throw new MethodError('unknownDataType', `There is no type ${name.slice(0, 100)} to look in.`);
        return lookup;
      });
      const named = new Map<string, Uint8Array | undefined>();
      for (const id of ids) named.set(id, parseBlobId(realBlobId(request, id))?.hash);
      const hashes = [...named.values()].filter((hash) => hash !== undefined);
      const found = await Promise.all(types.map((type) => type.find(call, hashes)));
      let place = 0;
      const list = Array.from(named, ([id, hash]) => {
        const at = hash === undefined ? -1 : place++;
        const matchedIds = Object.fromEntries(types.map(({ type }, i) => [type, found[i]?.[at] ?? []]));
        return { id: realBlobId(request, id), matchedIds };
      });
      return { accountId: call.accountText, list };
    },
  });
}

/** Lookup in e-mails by the links of the blob, and from them in threads and mailboxes. */
export function mailLookups(
  services: Pick<MailServices, 'account'>,
  linked: (
    account: AccountId,
    type: DataType,
    hashes: readonly Uint8Array[],
  ) => Promise<readonly (readonly DocumentId[])[]>,
): BlobLookup[] {
  const emails = async ({ accountId, token }: Call, hashes: readonly Uint8Array[]) => {
    const [view, ids] = await Promise.all([
      services.account(accountId, token).view(),
      linked(accountId, DataType.Email, hashes),
    ]);
    const rows = ids.map((list) => list.map((id) => view.row(id)).filter((row) => row >= 0));
    return { view, rows };
  };
  type View = Awaited<ReturnType<typeof emails>>['view'];
  const find: Record<(typeof MAIL_LOOKUPS)[number], (view: View, row: number) => readonly number[]> = {
    Email: (view, row) => [view.ids[row] as number],
    Thread: (view, row) => [view.threads[row] as number],
    Mailbox: (view, row) => view.mailboxesOf(row),
  };
  return MAIL_LOOKUPS.map((type) => ({
    type,
    capability: URN.mail,
    find: async (call, hashes) => {
      const { view, rows } = await emails(call, hashes);
      return rows.map((list) => {
        const ids = new Set<number>();
        for (const row of list) for (const id of find[type](view, row)) ids.add(id);
        return Array.from(ids, encodeId);
      });
    },
  }));
}
