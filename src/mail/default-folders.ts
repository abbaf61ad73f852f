// The mailboxes that every account has (`spec-mail-access.md` §5.3): made in the first write of an account, or when it
// is looked at for the first time.
import { type AccountWriter, DataType, type DocumentId } from '../account/index.ts';
import { readU32 } from '../base/index.ts';
import { keys } from '../store/index.ts';
import type { Edit } from './edit.ts';
import { decodeMailbox, type MailboxRecord } from './records/mailbox.ts';
import type { DefaultFolder, MailSettings } from './types.ts';

/** Every role a mailbox may have. */
export const ROLES: ReadonlySet<string> = new Set([
  'inbox',
  'trash',
  'junk',
  'drafts',
  'sent',
  'archive',
  'important',
  'memos',
  'scheduled',
  'snoozed',
]);

/** Mailboxes that cannot be destroyed and whose roles stay. */
export const FIXED_ROLES: ReadonlySet<string> = new Set(['inbox', 'trash', 'junk']);

const USUAL: Readonly<Record<string, DefaultFolder>> = {
  inbox: { name: 'Inbox', create: true, subscribe: true },
  trash: { name: 'Deleted Items', create: true, subscribe: true },
  junk: { name: 'Junk Mail', create: true, subscribe: true },
  drafts: { name: 'Drafts', create: true, subscribe: true },
  sent: { name: 'Sent Items', create: true, subscribe: true },
};

/** Rows of an account's mailboxes read at once; more than any account has. */
const PAGE = 10_000;

/** All mailboxes of the account, in order of id. */
export async function allMailboxes(
  w: Pick<AccountWriter, 'id' | 'scan'>,
): Promise<Map<DocumentId, MailboxRecord>> {
  const mailboxes = new Map<DocumentId, MailboxRecord>();
  const range = keys.documentRange(w.id, DataType.Mailbox);
  for (let after: Uint8Array | undefined; ; ) {
    const page = await w.scan(range, { limit: PAGE, ...(after && { after }) });
    for (const [i, key] of page.keys.entries())
      mailboxes.set(documentOf(key), decodeMailbox(page.values[i] as Uint8Array));
    if (!page.next) return mailboxes;
    after = page.next;
  }
}

/** The document of a hot or cold key: its last four bytes. */
export const documentOf = (key: Uint8Array): DocumentId => readU32(key, key.length - 4);

/** Makes the default mailboxes unless the account has mailboxes already. */
export function ensureDefaults(edit: Edit, settings: MailSettings): void {
  if (edit.w.head.count(DataType.Mailbox) === 0) createDefaults(edit, settings);
}

/** The inbox of the account, loaded. `known` is where it was before. */
export async function findInbox(
  edit: Edit,
  settings: MailSettings,
  known: DocumentId | undefined,
): Promise<DocumentId> {
  if (known !== undefined) {
    await edit.loadMailboxes([known]);
    if (edit.mailbox(known)?.role === 'inbox') return known;
  }
  if (edit.w.head.count(DataType.Mailbox) > 0) {
    for (const [id, record] of await allMailboxes(edit.w)) {
      if (record.role !== 'inbox') continue;
      edit.useMailbox(id, record);
      return id;
    }
  }
  return createDefaults(edit, settings);
}

/** Returns the inbox. */
function createDefaults(edit: Edit, { defaultFolders = {} }: MailSettings): DocumentId {
  const { w } = edit;
  let inbox: DocumentId | undefined;
  for (const role of ROLES) {
    const folder = { create: false, subscribe: false, name: role, ...USUAL[role], ...defaultFolders[role] };
    if (!folder.create && !FIXED_ROLES.has(role)) continue;
    const id = edit.createMailbox({
      name: folder.name,
      parentId: 0,
      role,
      sortOrder: 0,
      total: 0,
      unread: 0,
      members: 0,
      subscribers: folder.subscribe ? [w.id] : [],
      uidValidity: w.newUidValidity(),
      uidNext: 1,
      highestModseq: w.change,
    });
    inbox ??= id;
  }
  return inbox as DocumentId;
}
