// Which e-mails of an account hold a blob, so that somebody with rights on some of its mailboxes can be told apart
// from a stranger (`spec-mail-access.md` §1.7).
import { type AccountId, DataType, type DocumentId } from '../../account/index.ts';
import { readU32 } from '../../base/index.ts';
import { type DataStore, keys } from '../../store/index.ts';
import type { SharedView } from './view.ts';

/** E-mails that link the blob: each copy of a message is one. */
const MAX_LINKS = 100;

/** E-mails of the account that are this message, at most 100. */
export async function emailsOfBlob(
  data: DataStore,
  account: AccountId,
  hash: Uint8Array,
): Promise<readonly DocumentId[]> {
  const { from } = keys.blobLinkRange(hash, account);
  const prefix = keys.blobLinkKey(hash, account, DataType.Email, 0).subarray(0, from.length + 1);
  const links = await data.scan(keys.prefixRange(prefix), { limit: MAX_LINKS, keysOnly: true });
  return links.keys.map((key) => readU32(key, prefix.length));
}

/** Whether each blob is a message that is seen in the view. */
export async function mayReadShared(
  data: DataStore,
  account: AccountId,
  hashes: readonly Uint8Array[],
  view: SharedView,
): Promise<boolean[]> {
  const holders = await Promise.all(hashes.map((hash) => emailsOfBlob(data, account, hash)));
  return holders.map((ids) => ids.some((id) => view.row(id) >= 0));
}
