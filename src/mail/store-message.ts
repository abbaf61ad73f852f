// Puts a prepared message into an account within a write: hot and cold record, blob and link, thread, quota, index task.
import { type AccountWriter, Aspect, DataType, type DocumentId, type Head } from '../account/index.ts';
import { LimitExceeded } from '../base/index.ts';
import { keys } from '../store/index.ts';
import type { Edit } from './edit.ts';
import type { Prepared } from './prepare.ts';
import type { Membership } from './records/email.ts';
import type { ThreadIndexRow } from './records/thread.ts';
import { encodeSearchTask } from './search/index.ts';
import { arrivalOf, indexThread, placeInThread } from './threads.ts';
import type { Appended, MailLimits, MailSettings } from './types.ts';

/** Name of the disk limit that accounts have together. */
export const ORGANIZATION_QUOTA = 'organizationDiskQuota';

/** What an account has room for, counted down while a write goes on. */
export class Room {
  readonly #limits: MailLimits;
  #bytes: number;
  #emails: number;

  constructor(head: Head, limits: MailLimits) {
    this.#limits = limits;
    this.#bytes = head.usedBytes;
    this.#emails = head.count(DataType.Email);
  }

  /** Takes room for one message. Throws LimitExceeded (`maxDiskQuota`, `organizationDiskQuota`, `maxEmails`). */
  take(size: number): void {
    const { maxDiskQuota, isDiskShared, maxEmails } = this.#limits;
    if (maxDiskQuota !== undefined && this.#bytes + size > maxDiskQuota) {
      if (!isDiskShared) throw new LimitExceeded('maxDiskQuota', maxDiskQuota);
      throw new LimitExceeded(
        ORGANIZATION_QUOTA,
        maxDiskQuota,
        'the disk quota of the organization is used up',
      );
    }
    if (maxEmails !== undefined && this.#emails >= maxEmails) throw new LimitExceeded('maxEmails', maxEmails);
    this.#bytes += size;
    this.#emails++;
  }
}

/** The limits of an account: its own, else those of the settings. */
export function effectiveLimits(own: MailLimits, settings: MailSettings): MailLimits {
  const maxEmails = own.maxEmails ?? settings.maxMessages ?? undefined;
  const maxMailboxes = own.maxMailboxes ?? settings.maxMailboxes ?? undefined;
  return {
    ...(own.maxDiskQuota !== undefined && { maxDiskQuota: own.maxDiskQuota }),
    ...(own.isDiskShared && { isDiskShared: true }),
    ...(maxEmails !== undefined && { maxEmails }),
    ...(maxMailboxes !== undefined && { maxMailboxes }),
  };
}

export interface Placement {
  /** Loaded mailboxes, at least one, none twice. */
  readonly mailboxIds: readonly DocumentId[];
  readonly keywords: readonly number[];
  readonly receivedAt: number;
  readonly deleted: boolean;
}

/** @param index rows of the thread index for the keys of the message */
export async function storeMessage(
  edit: Edit,
  message: Prepared,
  index: readonly ThreadIndexRow[],
  { mailboxIds, keywords, receivedAt, deleted }: Placement,
): Promise<Appended> {
  const { w } = edit;
  const { hash, size, receivedHash } = message;
  const thread = await placeInThread(edit, message.anonymous ? index.slice(1) : index);
  const id = w.newId();
  const memberships = mailboxIds.map(
    (mailbox): Membership => ({ mailbox, uid: edit.newUid(mailbox), addModseq: w.change, deleted }),
  );
  const { hasAttachment } = message;
  const record = { thread, size, flagModseq: w.change, receivedAt, hasAttachment, memberships, keywords };
  edit.change(id, undefined, record, Aspect.Containers);
  indexThread(edit, message.keys, index, thread, receivedHash && arrivalOf(id, w.time, receivedHash));
  putMessage(w, id, message);
  return { id, thread, hash, size, uids: memberships.map(({ uid }) => uid) };
}

/** Everything of a new e-mail beside the records that `Edit` keeps. */
function putMessage(w: AccountWriter, id: DocumentId, { hash, size, cold, content }: Prepared): void {
  w.putBlob(hash, content);
  shareMessage(w, id, hash, size, cold);
}

/** The same for an e-mail whose blob is there already. */
export function shareMessage(
  w: AccountWriter,
  id: DocumentId,
  hash: Uint8Array,
  size: number,
  cold: Uint8Array,
): void {
  w.linkBlob(hash, DataType.Email, id);
  w.set(keys.coldKey(w.id, DataType.Email, id), cold);
  w.set(keys.searchTaskKey(w.id, id), encodeSearchTask({ operation: 'index', since: w.time }));
  w.addUsedBytes(size);
}
