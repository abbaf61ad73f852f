// Mailbox names as paths (RFC 9051 §5.1): the tree of one account, with the inbox as INBOX at the top.
import type { DocumentId } from '../account/index.ts';
import { SEPARATOR } from '../formats/imap/index.ts';
import type { MailboxInfo, MailView } from '../mail/index.ts';
import type { EmailSettings } from './options.ts';
import { no, Refusal } from './reply.ts';

export interface NamedMailbox {
  readonly path: string;
  readonly mailbox: MailboxInfo;
  readonly hasChildren: boolean;
}

export class MailboxNames {
  /** In the order of the tree: parents first, then by order and name. */
  readonly all: readonly NamedMailbox[];
  readonly #byPath = new Map<string, NamedMailbox>();
  readonly #byId = new Map<DocumentId, NamedMailbox>();

  constructor(mailboxes: ReadonlyMap<DocumentId, MailboxInfo>) {
    const children = new Map<DocumentId, MailboxInfo[]>();
    for (const mailbox of mailboxes.values()) {
      const siblings = children.get(mailbox.parentId);
      if (siblings) siblings.push(mailbox);
      else children.set(mailbox.parentId, [mailbox]);
    }
    const all: NamedMailbox[] = [];
    const add = (parent: DocumentId, prefix: string): void => {
      for (const mailbox of (children.get(parent) ?? []).sort(inOrder)) {
        const path = prefix + this.#label(mailbox, prefix);
        const named = { path, mailbox, hasChildren: children.has(mailbox.id) };
        all.push(named);
        this.#byPath.set(path, named);
        this.#byId.set(mailbox.id, named);
        add(mailbox.id, path + SEPARATOR);
      }
    };
    add(0, '');
    this.all = all;
  }

  /** The names of a view; kept with it. */
  static of(view: MailView): MailboxNames {
    let names = KEPT.get(view.mailboxes);
    if (names === undefined) {
      names = new MailboxNames(view.mailboxes);
      KEPT.set(view.mailboxes, names);
    }
    return names;
  }

  #label(mailbox: MailboxInfo, prefix: string): string {
    if (prefix !== '') return mailbox.name;
    if (mailbox.role === 'inbox') return INBOX;
    if (mailbox.name.toUpperCase() !== INBOX) return mailbox.name;
    // Another top mailbox of that name must not hide behind the inbox.
    for (let n = 2; ; n++) if (!this.#byPath.has(`${INBOX} ${n}`)) return `${INBOX} ${n}`;
  }

  get(path: string): NamedMailbox | undefined {
    return this.#byPath.get(withInbox(path));
  }

  byId(id: DocumentId): NamedMailbox | undefined {
    return this.#byId.get(id);
  }

  /** The mailbox of a name; at the top a default mailbox answers to its other names as well. */
  find(path: string, folders: EmailSettings['defaultFolders']): NamedMailbox | undefined {
    const found = this.get(path);
    if (found) return found;
    const [top = '', ...below] = path.split(SEPARATOR);
    if (this.get(top)) return undefined;
    const named = this.#ofAlias(top, folders);
    return named && this.get([named.path, ...below].join(SEPARATOR));
  }

  #ofAlias(name: string, folders: EmailSettings['defaultFolders']): NamedMailbox | undefined {
    const wanted = name.toLowerCase();
    for (const [role, folder] of Object.entries(folders)) {
      const aliases = folder?.aliases ?? [];
      if (!aliases.some((alias) => alias.toLowerCase() === wanted)) continue;
      const found = this.all.find(({ mailbox }) => mailbox.role === role);
      if (found) return found;
    }
    return undefined;
  }
}

const INBOX = 'INBOX';
const KEPT = new WeakMap<ReadonlyMap<DocumentId, MailboxInfo>, MailboxNames>();

function inOrder(a: MailboxInfo, b: MailboxInfo): number {
  if ((a.role === 'inbox') !== (b.role === 'inbox')) return a.role === 'inbox' ? -1 : 1;
  if (a.sortOrder !== b.sortOrder) return a.sortOrder - b.sortOrder;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id;
}

/** The name with INBOX in capitals where it has no case. */
export function withInbox(path: string): string {
  const head = path.slice(0, INBOX.length);
  if (head.toUpperCase() !== INBOX) return path;
  return path.length === INBOX.length || path.charAt(INBOX.length) === SEPARATOR
    ? INBOX + path.slice(INBOX.length)
    : path;
}

/** The mailbox of a name. @throws Refusal with `code` when there is none */
export function requireMailbox(
  view: MailView,
  path: string,
  folders: EmailSettings['defaultFolders'],
  code: 'NONEXISTENT' | 'TRYCREATE' = 'NONEXISTENT',
): NamedMailbox {
  const found = MailboxNames.of(view).find(path, folders);
  if (found === undefined) throw new Refusal(no('There is no such mailbox.', code));
  return found;
}

/** Levels of a name that is to be made. @throws Refusal for one that cannot be. */
export function levelsOf(path: string): string[] {
  const trimmed = path.endsWith(SEPARATOR) ? path.slice(0, -1) : path;
  const levels = withInbox(trimmed).split(SEPARATOR);
  if (levels.some((level) => level.trim() === '')) {
    throw new Refusal(no('A level of the name is empty.', 'CANNOT'));
  }
  return levels;
}
