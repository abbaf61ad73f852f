// What of the change log concerns a caller with rights on some mailboxes only (`spec-mail-access.md` §7.3).
import { Aspect, type LogEntry, Right, visibleEntry } from '../account/index.ts';
import type { Sight } from './changes.ts';
import { MethodError } from './errors.ts';
import type { MailAccount, MailView } from './mail-port.ts';

/** How e-mails are seen: those that came into a readable mailbox are created, those that left them destroyed. */
export async function emailSight(mail: MailAccount): Promise<Sight | undefined> {
  const held = await mail.rights?.();
  if (!held) return undefined;
  const mayRead = (mailbox: number): boolean => isReadable(held.rights.get(mailbox));
  return { movedAt: held.movedAt, see: (entry) => visibleEntry(entry, mayRead) };
}

const READABLE = Right.Read | Right.ReadItems;
const isReadable = (bits = 0): boolean => (bits & READABLE) === READABLE;

/**
 * How mailboxes are seen: those of the view. When one of them was moved or renamed, others may have come into sight
 * or left it without a word in the log, so changes are not told then.
 */
export async function mailboxSight(mail: MailAccount): Promise<Sight | undefined> {
  const held = await mail.rights?.();
  if (!held) return undefined;
  const view = await mail.view();
  return {
    movedAt: held.movedAt,
    see: (entry) => {
      if (!view.mailboxes.has(entry.id)) return entry.kind === 'destroy' ? entry : undefined;
      if (entry.kind === 'update' && (entry.aspects & Aspect.Properties) !== 0)
        throw new MethodError('cannotCalculateChanges', 'Shared mailboxes were moved.');
      return entry;
    },
  };
}

/** Threads that changes of e-mails concern, as far as it is still known which they are in. */
export function threadsOf(entries: readonly LogEntry[], view: MailView): Set<number> {
  const threads = new Set<number>();
  for (const { id } of entries) {
    const row = view.row(id);
    const thread = row < 0 ? view.threadOf?.(id) : view.threads[row];
    if (thread !== undefined) threads.add(thread);
  }
  return threads;
}
