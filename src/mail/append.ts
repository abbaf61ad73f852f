// Stores messages that a client hands in (APPEND, Email/set, Email/import): no duplicate is looked for.
import { Invalid, LimitExceeded, NotFound } from '../base/index.ts';
import { editAccount, inPieces, type MailContext, orErrors } from './context.ts';
import type { Edit } from './edit.ts';
import type { KeywordEdit } from './keyword-edit.ts';
import { type Prepared, prepareMessage } from './prepare.ts';
import { MAX_MEMBERSHIPS } from './records/email.ts';
import { effectiveLimits, Room, storeMessage } from './store-message.ts';
import { readThreadIndex } from './threads.ts';
import type { AppendInput, Appended, OperationOptions, Outcome } from './types.ts';

/** Messages of one write. */
const MAX_APPENDED = 32;
/** Messages, and about the bytes, that are held prepared. */
const MAX_MESSAGES = 200;
const MAX_BYTES = 4 * 1024 * 1024;

interface Item {
  readonly index: number;
  readonly input: AppendInput;
  readonly message: Prepared;
}

/** Each message is stored or fails alone. */
export async function append(
  context: MailContext,
  inputs: readonly AppendInput[],
  options?: OperationOptions,
): Promise<Outcome<Appended>[]> {
  const outcomes: Outcome<Appended>[] = [];
  for (let start = 0; start < inputs.length; ) {
    const items: Item[] = [];
    let bytes = 0;
    let index = start;
    for (; index < inputs.length && items.length < MAX_MESSAGES && bytes < MAX_BYTES; index++) {
      const input = inputs[index] as AppendInput;
      try {
        items.push({ index, input, message: await prepared(context, input) });
        bytes += input.bytes.length;
      } catch (error) {
        outcomes[index] = { error };
      }
    }
    start = index;
    if (items.length === 0) continue;
    await inPieces(
      items,
      MAX_APPENDED,
      (piece) => orErrors(piece, storeAll(context, piece, options, false)).then((list) => ({ piece, list })),
      ({ piece, list }) => {
        for (const [i, { index: at }] of piece.entries()) outcomes[at] = list[i] as Outcome<Appended>;
      },
    );
  }
  return outcomes;
}

/** All or nothing, in one commit (RFC 3502). */
export async function appendAll(
  context: MailContext,
  inputs: readonly AppendInput[],
  options?: OperationOptions,
): Promise<Appended[]> {
  const items: Item[] = [];
  for (const [index, input] of inputs.entries())
    items.push({ index, input, message: await prepared(context, input) });
  if (items.length === 0) return [];
  const outcomes = await storeAll(context, items, options, true);
  return outcomes.map((outcome) => (outcome as { value: Appended }).value);
}

function prepared(context: MailContext, input: AppendInput): Promise<Prepared> {
  const { mailboxIds, receivedAt } = input;
  if (mailboxIds.length === 0)
    throw new Invalid([{ property: 'mailboxIds', reason: 'an e-mail must be in a mailbox' }]);
  if (mailboxIds.length > MAX_MEMBERSHIPS) throw new LimitExceeded('maxMailboxesPerEmail', MAX_MEMBERSHIPS);
  if (!Number.isFinite(receivedAt)) throw new Invalid([{ property: 'receivedAt', reason: 'is no time' }]);
  return prepareMessage(input, context.settings().maxMessageSize);
}

async function storeAll(
  context: MailContext,
  items: readonly Item[],
  options: OperationOptions | undefined,
  together: boolean,
): Promise<Outcome<Appended>[]> {
  const limits = effectiveLimits(await context.limits(), context.settings());
  const outcomes = await editAccount(context, options, async (edit, keywords) => {
    const room = new Room(edit.w.head, limits);
    const list: Outcome<Appended>[] = [];
    for (const item of items) {
      try {
        list.push({ value: await store(edit, keywords, room, item) });
      } catch (error) {
        if (together) throw error;
        list.push({ error });
      }
    }
    return list;
  });
  context.wake();
  return outcomes;
}

/** What can refuse the message does so before anything of it is written. */
async function store(
  edit: Edit,
  keywords: KeywordEdit,
  room: Room,
  { input, message }: Item,
): Promise<Appended> {
  const mailboxIds = [...new Set(input.mailboxIds)];
  await edit.loadMailboxes(mailboxIds);
  for (const id of mailboxIds) if (!edit.mailbox(id)) throw new NotFound('mailbox', id);
  const numbers = await keywords.numbers(input.keywords);
  room.take(message.size);
  const appended = await storeMessage(edit, message, await readThreadIndex(edit, message.keys), {
    mailboxIds,
    keywords: numbers,
    receivedAt: Math.trunc(input.receivedAt),
    deleted: input.deleted === true,
  });
  if (mailboxIds.length === input.mailboxIds.length) return appended;
  const uids = input.mailboxIds.map((id) => appended.uids[mailboxIds.indexOf(id)] as number);
  return { ...appended, uids };
}
