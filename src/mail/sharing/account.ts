// The mail of an account for somebody who has rights on some of its mailboxes only: every operation checks them
// mailbox by mailbox before it is done (RFC 8621 §2, RFC 9670 §4).
import { type AccountId, type DocumentId, Right } from '../../account/index.ts';
import { AccessDenied, NotFound } from '../../base/index.ts';
import type {
  Appended,
  AppendInput,
  EmailChange,
  MailAccount,
  MailboxCreate,
  MailboxUpdate,
  OperationOptions,
  Outcome,
} from '../types.ts';
import { hasRights, type SharedRights, sharedRights } from './rights.ts';
import { SharedView } from './view.ts';

/** What of an account others can be given. */
export interface SharedAccount
  extends Pick<
    MailAccount,
    | 'account'
    | 'append'
    | 'cold'
    | 'createMailbox'
    | 'destroyEmails'
    | 'destroyMailbox'
    | 'search'
    | 'updateEmails'
    | 'updateMailbox'
    | 'updateMailboxes'
  > {
  view(): Promise<SharedView>;
  rights(): Promise<SharedRights>;
}

/** @param grantees the caller's account and its groups */
export function sharedAccount(mail: MailAccount, grantees: readonly AccountId[]): SharedAccount {
  const rights = (): Promise<SharedRights> => sharedRights(mail.account, grantees);
  // Rights are read last: they are never older than what they are used on.
  const view = async (): Promise<SharedView> => {
    const all = (await mail.view()).visible();
    return new SharedView(all, await rights());
  };
  const shared: SharedAccount = {
    account: mail.account,
    rights,
    view,
    cold: (ids) => mail.cold(ids),
    search: (query) => mail.search(query),
    createMailbox: async (input, options) => createMailbox(mail, await view(), input, options),
    updateMailbox: (id, update, options) => shared.updateMailboxes(new Map([[id, update]]), options),
    updateMailboxes: async (updates, options) => {
      const seen = await view();
      for (const [id, update] of updates) requireUpdate(seen, id, update);
      await mail.updateMailboxes(updates, options);
    },
    destroyMailbox: async (id, options) => {
      const seen = await view();
      requireRight(seen, id, Right.Delete, 'delete');
      if (options.removeEmails && (seen.mailboxes.get(id)?.total ?? 0) > 0)
        requireRight(seen, id, Right.RemoveItems, 'removeItems');
      await mail.destroyMailbox(id, options);
    },
    append: async (messages, options) => append(mail, await view(), messages, options),
    updateEmails: async (changes, options) => updateEmails(mail, await view(), changes, options),
    destroyEmails: async (ids, options) => destroyEmails(mail, await view(), ids, options),
  };
  return shared;
}

function requireRight({ mailboxes, rights }: SharedView, id: DocumentId, right: number, name: string): void {
  if (!mailboxes.has(id)) throw new NotFound('mailbox', id);
  if (!hasRights(rights.get(id), right))
    throw new AccessDenied(name, `you may not do this: right ${name} is missing`);
}

function createMailbox(
  mail: MailAccount,
  view: SharedView,
  input: MailboxCreate,
  options?: OperationOptions,
): Promise<DocumentId> {
  if (input.parentId === 0) throw new AccessDenied('createChild', 'you may not make a mailbox at the top');
  requireRight(view, input.parentId, Right.CreateChild, 'createChild');
  return mail.createMailbox({ ...input, inheritGrants: true }, options);
}

function requireUpdate(view: SharedView, id: DocumentId, update: MailboxUpdate): void {
  const { subscription: _own, ...properties } = update;
  requireRight(view, id, Right.Read, 'read');
  if (Object.keys(properties).length > 0) requireRight(view, id, Right.Modify, 'modify');
  const { parentId } = update;
  if (parentId === undefined || parentId === view.mailboxes.get(id)?.parentId) return;
  if (parentId === 0) throw new AccessDenied('createChild', 'you may not move a mailbox to the top');
  requireRight(view, parentId, Right.CreateChild, 'createChild');
}

async function append(
  mail: MailAccount,
  view: SharedView,
  messages: readonly AppendInput[],
  options?: OperationOptions,
): Promise<Outcome<Appended>[]> {
  return passing(
    messages,
    ({ mailboxIds }) => {
      for (const id of mailboxIds) requireRight(view, id, Right.AddItems, 'addItems');
    },
    (allowed) => mail.append(allowed, options),
  );
}

async function updateEmails(
  mail: MailAccount,
  view: SharedView,
  changes: readonly EmailChange[],
  options?: OperationOptions,
): Promise<Outcome<void>[]> {
  const narrowed = new Map<EmailChange, EmailChange>();
  return passing(
    changes,
    (change) => narrowed.set(change, narrow(view, change)),
    (allowed) =>
      mail.updateEmails(
        allowed.map((change) => narrowed.get(change) as EmailChange),
        options,
      ),
  );
}

/** The change, of the mailboxes that are seen only. Throws NotFound and AccessDenied. */
function narrow(view: SharedView, { id, mailboxes, keywords }: EmailChange): EmailChange {
  const row = view.row(id);
  if (row < 0) throw new NotFound('email', id);
  const current = view.mailboxesOf(row);
  // RFC 8621 §2: in all of its mailboxes, those that are not seen included, as keywords show in each.
  const every = view.everyMailboxOf(row);
  if (keywords && !every.every((mailbox) => hasRights(view.rights.get(mailbox), Right.ModifyItems)))
    throw new AccessDenied('modifyItems', 'you may not set keywords there');
  if (!mailboxes) return { id, ...(keywords && { keywords }) };
  const wanted = 'replace' in mailboxes ? mailboxes.replace : mailboxes.add;
  const add = wanted.filter((mailbox) => !current.includes(mailbox));
  const remove =
    'replace' in mailboxes
      ? current.filter((mailbox) => !mailboxes.replace.includes(mailbox))
      : mailboxes.remove.filter((mailbox) => current.includes(mailbox));
  for (const mailbox of add) requireRight(view, mailbox, Right.AddItems, 'addItems');
  for (const mailbox of remove) requireRight(view, mailbox, Right.RemoveItems, 'removeItems');
  return { id, mailboxes: { add, remove }, ...(keywords && { keywords }) };
}

/** Takes e-mails out of the mailboxes that are seen; one that is nowhere else is destroyed. */
async function destroyEmails(
  mail: MailAccount,
  view: SharedView,
  ids: readonly DocumentId[],
  options?: OperationOptions,
): Promise<Outcome<void>[]> {
  const outcomes = new Map<DocumentId, Outcome<void>>();
  const whole: DocumentId[] = [];
  const parts: EmailChange[] = [];
  for (const id of ids) {
    try {
      const row = view.row(id);
      if (row < 0) throw new NotFound('email', id);
      const remove = view.mailboxesOf(row);
      for (const mailbox of remove) requireRight(view, mailbox, Right.RemoveItems, 'removeItems');
      if (view.everyMailboxOf(row).length === remove.length) whole.push(id);
      else parts.push({ id, mailboxes: { add: [], remove } });
    } catch (error) {
      outcomes.set(id, { error });
    }
  }
  const [destroyed, removed] = await Promise.all([
    mail.destroyEmails(whole, options),
    mail.updateEmails(parts, options),
  ]);
  for (const [i, id] of whole.entries()) outcomes.set(id, destroyed[i] as Outcome<void>);
  for (const [i, { id }] of parts.entries()) outcomes.set(id, removed[i] as Outcome<void>);
  return ids.map((id) => outcomes.get(id) as Outcome<void>);
}

/** Runs the items that pass the check; the others get what it threw. */
async function passing<I, T>(
  items: readonly I[],
  check: (item: I) => unknown,
  run: (allowed: readonly I[]) => Promise<Outcome<T>[]>,
): Promise<Outcome<T>[]> {
  const errors = new Map<I, unknown>();
  for (const item of items) {
    try {
      check(item);
    } catch (error) {
      errors.set(item, error);
    }
  }
  const allowed = items.filter((item) => !errors.has(item));
  const outcomes = allowed.length > 0 ? await run(allowed) : [];
  let next = 0;
  return items.map((item) =>
    errors.has(item) ? { error: errors.get(item) } : (outcomes[next++] as Outcome<T>),
  );
}
