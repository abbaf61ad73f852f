// Delivery: one message into the inboxes of many accounts, parsed once, in one commit for each fifty of them
// (architecture.md §6). What one delivery reads and writes does not depend on what the account holds.
import {
  type AccountId,
  type Accounts,
  type AccountWriter,
  DataType,
  type DocumentId,
} from '../account/index.ts';
import { emit } from '../base/index.ts';
import { keys } from '../store/index.ts';
import { pieces } from './context.ts';
import { findInbox } from './default-folders.ts';
import { Edit } from './edit.ts';
import './events.ts';
import { KeywordEdit } from './keyword-edit.ts';
import { type Prepared, prepareMessage } from './prepare.ts';
import type { ThreadIndexRow } from './records/thread.ts';
import { effectiveLimits, Room, storeMessage } from './store-message.ts';
import { earlierArrivals, readThreadIndex } from './threads.ts';
import type { Delivered, Delivery, MailLimits, MailSettings, Outcome } from './types.ts';

/** Accounts of one commit. */
const MAX_ACCOUNTS = 50;

export interface DeliveryContext {
  readonly accounts: Accounts;
  readonly settings: () => MailSettings;
  readonly limitsOf: (account: AccountId) => Promise<MailLimits>;
  /** Where inboxes were last; checked before it is used. */
  readonly inboxes: {
    get(account: AccountId): DocumentId | undefined;
    set(account: AccountId, inbox: DocumentId): unknown;
  };
  readonly wake: (account: AccountId) => void;
}

export async function deliver(
  context: DeliveryContext,
  delivery: Delivery,
  ids: readonly AccountId[],
): Promise<Outcome<Delivered>[]> {
  const settings = context.settings();
  const message = await prepareMessage(delivery, settings.maxMessageSize, delivery.receivedHash);
  const outcomes = new Map<AccountId, Outcome<Delivered>>();
  let content = message;
  for (const piece of pieces([...new Set(ids)], MAX_ACCOUNTS)) {
    const delivered = await deliverPiece(context, delivery, content, settings, piece);
    // The first commit takes a spool file away.
    content = { ...message, content: delivery.bytes };
    for (const [i, id] of piece.entries()) outcomes.set(id, delivered[i] as Outcome<Delivered>);
  }
  const list = [...outcomes.values()];
  emit('mail.delivered', {
    accounts: [...outcomes.keys()],
    duplicates: list.filter((outcome) => 'value' in outcome && outcome.value.duplicate).length,
    refused: list.filter((outcome) => 'error' in outcome).length,
    size: message.size,
  });
  return ids.map((id) => outcomes.get(id) as Outcome<Delivered>);
}

async function deliverPiece(
  context: DeliveryContext,
  delivery: Delivery,
  message: Prepared,
  settings: MailSettings,
  ids: readonly AccountId[],
): Promise<Outcome<Delivered>[]> {
  const { accounts, limitsOf, inboxes, wake } = context;
  const outcomes = new Map<AccountId, Outcome<Delivered>>();
  const limits = new Map<AccountId, MailLimits>();
  await Promise.all(
    ids.map(async (id) => {
      try {
        limits.set(id, effectiveLimits(await limitsOf(id), settings));
      } catch (error) {
        outcomes.set(id, { error });
      }
    }),
  );
  const able = ids.filter((id) => limits.has(id));
  const written = await accounts.writeAll(able, async (w) => {
    const edit = new Edit(w);
    const [inbox, index] = await Promise.all([
      findInbox(edit, settings, inboxes.get(w.id)),
      readThreadIndex(edit, message.keys),
    ]);
    inboxes.set(w.id, inbox);
    const earlier = await duplicateOf(w, delivery, index);
    if (earlier !== undefined) return { id: earlier, duplicate: true };
    new Room(w.head, limits.get(w.id) ?? {}).take(message.size);
    const { id } = await storeMessage(edit, message, index, {
      mailboxIds: [inbox],
      keywords: await new KeywordEdit(w).numbers(delivery.keywords),
      receivedAt: Math.trunc(delivery.receivedAt),
      deleted: false,
    });
    w.markDelivery();
    edit.finish();
    return { id, duplicate: false };
  });
  for (const [i, id] of able.entries()) {
    const outcome = written[i];
    if (outcome && 'result' in outcome) {
      outcomes.set(id, { value: outcome.result });
      if (!outcome.result.duplicate) wake(id);
    } else outcomes.set(id, { error: outcome?.error });
  }
  return ids.map((id) => outcomes.get(id) as Outcome<Delivered>);
}

/** The e-mail that the same bytes arrived as within a week, if it is still there (architecture.md §10.18). */
async function duplicateOf(
  w: AccountWriter,
  { receivedHash }: Delivery,
  index: readonly ThreadIndexRow[],
): Promise<DocumentId | undefined> {
  for (const id of earlierArrivals(index[0], w.time, receivedHash)) {
    if (await w.get(keys.documentKey(w.id, DataType.Email, id))) return id;
  }
  return undefined;
}
