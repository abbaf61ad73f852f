// Which blobs of an account somebody may read who has rights on some of its mailboxes only: those of the messages
// that are in one of these (`spec-mail-access.md` §1.7).
import { type AccountId, DataType } from '../../account/index.ts';
import type { BlobAccess } from '../blobs.ts';
import type { SharedView } from './view.ts';

/** Whether each blob is a message that is seen in the view. */
export async function mayReadShared(
  blobs: Pick<BlobAccess, 'documents'>,
  account: AccountId,
  hashes: readonly Uint8Array[],
  view: SharedView,
): Promise<boolean[]> {
  const holders = await blobs.documents(account, DataType.Email, hashes);
  return holders.map((ids) => ids.some((id) => view.row(id) >= 0));
}
