// The tree of mailboxes: what may be made, renamed, moved and destroyed (RFC 8621 §2.5, RFC 9051 §6.3.4-§6.3.6).
import { Aspect, DataType, type DocumentId, grantsOn, revokeGrants, setGrant } from '../account/index.ts';
import { AccessDenied, Conflict, Invalid, LimitExceeded, NotFound, type Problem } from '../base/index.ts';
import { keys } from '../store/index.ts';
import { editAccount, inPieces, type MailContext, MAX_DESTROYED } from './context.ts';
import { allMailboxes, ensureDefaults, FIXED_ROLES, ROLES } from './default-folders.ts';
import { type Edit, membershipIn } from './edit.ts';
import type { MailboxRecord } from './records/mailbox.ts';
import { recentKey } from './records/rows.ts';
import { type Known, leaveMailbox } from './remove.ts';
import { effectiveLimits } from './store-message.ts';
import {
  MailboxInUse,
  type MailboxCreate,
  type MailboxUpdate,
  type MailSettings,
  type OperationOptions,
} from './types.ts';

type Tree = ReadonlyMap<DocumentId, MailboxRecord>;

export async function createMailbox(
  context: MailContext,
  input: MailboxCreate,
  options?: OperationOptions,
): Promise<DocumentId> {
  const settings = context.settings();
  const { maxMailboxes } = effectiveLimits(await context.limits(), settings);
  mustBeFine(input, settings);
  const name = cleanName(input.name);
  return editAccount(context, options, async (edit) => {
    const { w } = edit;
    ensureDefaults(edit, settings);
    const tree = await allMailboxes(w);
    if (maxMailboxes !== undefined && tree.size >= maxMailboxes)
      throw new LimitExceeded('maxMailboxes', maxMailboxes);
    const { parentId, role, sortOrder, subscriber } = input;
    checkPlace(tree, undefined, parentId, settings);
    checkSibling(tree, undefined, name, parentId);
    checkRole(tree, undefined, role);
    const id = edit.createMailbox({
      name,
      parentId,
      role,
      sortOrder,
      total: 0,
      unread: 0,
      members: 0,
      subscribers: subscriber === undefined ? [] : [subscriber],
      uidValidity: w.newUidValidity(),
      uidNext: 1,
      highestModseq: w.change,
    });
    if (input.inheritGrants) {
      for (const [grantee, rights] of await grantsOn(w, parentId))
        await setGrant(w, DataType.Mailbox, id, grantee, rights);
    }
    return id;
  });
}

/** All of the updates, or none: what they leave is judged, not what lies between them (RFC 8620 §5.3). */
export async function updateMailboxes(
  context: MailContext,
  updates: ReadonlyMap<DocumentId, MailboxUpdate>,
  options?: OperationOptions,
): Promise<void> {
  const settings = context.settings();
  const clean = Array.from(updates, ([id, update]) => {
    mustBeFine(update, settings);
    const { name } = update;
    return [id, name === undefined ? update : { ...update, name: cleanName(name) }] as const;
  });
  await editAccount(context, options, async (edit) => {
    const before = await allMailboxes(edit.w);
    const after = new Map(before);
    const changes = clean.map(([id, update]) => {
      const mailbox = before.get(id);
      if (!mailbox) throw new NotFound('mailbox', id);
      const fields = changedFields(update, mailbox);
      after.set(id, { ...mailbox, ...fields });
      return { id, mailbox, fields, subscribers: changedSubscribers(mailbox, update.subscription) };
    });
    for (const { id, mailbox, fields } of changes) checkUpdate(after, id, mailbox, fields, settings);
    for (const { id, mailbox, fields, subscribers } of changes) {
      edit.useMailbox(id, mailbox);
      if (Object.keys(fields).length > 0) edit.changeMailbox(id, fields, Aspect.Properties);
      if (subscribers) edit.changeMailbox(id, { subscribers }, Aspect.Subscription);
    }
  });
}

/** Whether a mailbox may be as it is in a tree, after fields of it changed. */
function checkUpdate(
  tree: Tree,
  id: DocumentId,
  before: MailboxRecord,
  fields: Partial<MailboxRecord>,
  settings: MailSettings,
): void {
  const { name, parentId, role } = { ...before, ...fields };
  if (fields.parentId !== undefined) checkPlace(tree, id, parentId, settings);
  if (fields.parentId !== undefined || fields.name !== undefined) checkSibling(tree, id, name, parentId);
  if (fields.role === undefined) return;
  if (before.role !== null && FIXED_ROLES.has(before.role))
    throw new Invalid([{ property: 'role', reason: `the ${before.role} keeps its role` }]);
  checkRole(tree, id, role);
}

/** Fields of an update that differ from what is stored. */
function changedFields(
  { name, parentId, role, sortOrder }: MailboxUpdate,
  before: MailboxRecord,
): Partial<MailboxRecord> {
  return {
    ...(name !== undefined && name !== before.name && { name }),
    ...(parentId !== undefined && parentId !== before.parentId && { parentId }),
    ...(role !== undefined && role !== before.role && { role }),
    ...(sortOrder !== undefined && sortOrder !== before.sortOrder && { sortOrder }),
  };
}

function changedSubscribers(
  { subscribers }: MailboxRecord,
  change: MailboxUpdate['subscription'],
): MailboxRecord['subscribers'] | undefined {
  if (!change || subscribers.includes(change.account) === change.subscribed) return undefined;
  return change.subscribed
    ? [...subscribers, change.account]
    : subscribers.filter((account) => account !== change.account);
}

/** Destroys a mailbox; its e-mails, when they may go, in several writes if they are many, the last ones with it. */
export async function destroyMailbox(
  context: MailContext,
  id: DocumentId,
  { removeEmails, ...options }: { readonly removeEmails: boolean } & OperationOptions,
): Promise<void> {
  await editAccount(context, options, (edit) => checkDestroy(edit, id, removeEmails));
  for (let done = false; !done; ) {
    const emails = await membersOf(context, id);
    const some = emails.splice(-MAX_DESTROYED);
    await inPieces(
      emails,
      MAX_DESTROYED,
      (piece) => editAccount(context, options, (edit) => empty(edit, id, piece)),
      () => undefined,
    );
    done = await editAccount(context, options, async (edit) => {
      const { w } = edit;
      await checkDestroy(edit, id, removeEmails);
      await empty(edit, id, some);
      // Somebody may have put more into it.
      if ((edit.mailbox(id)?.members ?? 0) > 0) return false;
      edit.forget(id);
      await revokeGrants(w, DataType.Mailbox, id);
      w.destroy(DataType.Mailbox, id);
      w.deleteRange(keys.tombstoneRange(w.id, id, 0));
      w.delete(recentKey(w.id, id));
      return true;
    });
  }
  context.wake();
}

async function membersOf(context: MailContext, id: DocumentId): Promise<DocumentId[]> {
  const view = await context.view();
  const { rows } = view.members(id) ?? { rows: [] };
  return Array.from(rows, (row) => view.ids[row] as DocumentId);
}

/** Takes e-mails out of a mailbox as far as they are in it. */
async function empty(edit: Edit, id: DocumentId, ids: readonly DocumentId[]): Promise<void> {
  const emails = await edit.emails(ids);
  await edit.prepare(emails);
  const leaving: Known[] = [];
  for (const [i, one] of ids.entries()) {
    const email = emails[i];
    if (email && membershipIn(email, id)) leaving.push({ id: one, email });
  }
  await leaveMailbox(edit, id, leaving);
}

async function checkDestroy(edit: Edit, id: DocumentId, removeEmails: boolean): Promise<void> {
  const tree = await allMailboxes(edit.w);
  const mailbox = tree.get(id);
  if (!mailbox) throw new NotFound('mailbox', id);
  if (mailbox.role !== null && FIXED_ROLES.has(mailbox.role))
    throw new AccessDenied('delete', `the ${mailbox.role} cannot be destroyed`);
  for (const { parentId } of tree.values()) if (parentId === id) throw new MailboxInUse('mailboxes');
  if (!removeEmails && mailbox.total > 0) throw new MailboxInUse('emails');
  edit.useMailbox(id, mailbox);
}

const cleanName = (name: string): string => name.trim().normalize('NFC');

/**
 * What no mailbox may have, whatever else is in the account: a name that is none, a role that is none. All of it, so
 * that a client can be told at once (RFC 8620 §5.3).
 */
export function mailboxProblems(
  { name, role }: Pick<MailboxUpdate, 'name' | 'role'>,
  maxNameLength = Infinity,
): Problem[] {
  const problems: Problem[] = [];
  const reason = name === undefined ? undefined : nameProblem(cleanName(name), maxNameLength);
  if (reason !== undefined) problems.push({ property: 'name', reason });
  if (typeof role === 'string' && !ROLES.has(role))
    problems.push({ property: 'role', reason: 'is no role of a mailbox' });
  return problems;
}

function nameProblem(name: string, maxLength: number): string | undefined {
  if (name === '') return 'must not be empty';
  if (Buffer.byteLength(name) > maxLength) return `must not be longer than ${maxLength} bytes`;
  // The slash separates levels in IMAP.
  if (name.includes('/') || /[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(name))
    return 'has a character that no name may have';
  return undefined;
}

/** Throws Invalid. */
function mustBeFine(fields: Pick<MailboxUpdate, 'name' | 'role'>, settings: MailSettings): void {
  const problems = mailboxProblems(fields, settings.maxMailboxNameLength);
  if (problems.length > 0) throw new Invalid(problems);
}

/** Throws Invalid (`parentId`) and LimitExceeded. */
function checkPlace(
  tree: Tree,
  self: DocumentId | undefined,
  parentId: DocumentId,
  { maxMailboxDepth }: MailSettings,
): void {
  let levels = 1;
  for (let at = parentId; at !== 0; levels++) {
    const parent = tree.get(at);
    if (!parent) throw new Invalid([{ property: 'parentId', reason: `there is no mailbox ${at}` }]);
    // Others that move at the same time may go in a circle as well.
    if (at === self || levels > tree.size)
      throw new Invalid([{ property: 'parentId', reason: 'is the mailbox itself or below it' }]);
    at = parent.parentId;
  }
  if (levels + (self === undefined ? 0 : heightOf(tree, self)) > maxMailboxDepth)
    throw new LimitExceeded('maxMailboxDepth', maxMailboxDepth);
}

/** Levels below a mailbox. */
function heightOf(tree: Tree, id: DocumentId): number {
  let level = new Set([id]);
  for (let height = 0; ; height++) {
    const below = new Set<DocumentId>();
    for (const [child, { parentId }] of tree) if (level.has(parentId)) below.add(child);
    if (below.size === 0) return height;
    level = below;
  }
}

/** Names differ among siblings, capitals aside; INBOX at the top is the inbox (RFC 9051 §5.1). Throws Conflict. */
function checkSibling(tree: Tree, self: DocumentId | undefined, name: string, parentId: DocumentId): void {
  const wanted = name.toLowerCase();
  for (const [id, other] of tree) {
    if (id === self || other.parentId !== parentId) continue;
    const taken = other.name.toLowerCase() === wanted || (other.role === 'inbox' && wanted === 'inbox');
    if (taken) throw new Conflict('a mailbox of that name is there already', String(id));
  }
}

/** Throws Invalid (`role`). */
function checkRole(tree: Tree, self: DocumentId | undefined, role: string | null): void {
  if (role === null) return;
  for (const [id, other] of tree) {
    if (id !== self && other.role === role)
      throw new Invalid([{ property: 'role', reason: 'another mailbox has it' }]);
  }
}
