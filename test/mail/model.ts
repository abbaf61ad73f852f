// A mailbox account in plain maps, changed by the same operations as the real one: what it holds afterwards is worked
// out here a second time, without counters, columns or a log.
import type { DocumentId } from '../../src/account/index.ts';

export interface ModelEmail {
  readonly thread: DocumentId;
  readonly message: number;
  readonly size: number;
  readonly receivedAt: number;
  readonly keywords: Set<string>;
  /** Mailbox to place. */
  readonly places: Map<DocumentId, { uid: number; deleted: boolean }>;
  readonly delivered: boolean;
}

export interface ModelMailbox {
  name: string;
  parentId: DocumentId;
  readonly role: string | null;
  uidNext: number;
}

interface ModelThread {
  total: number;
  /** Subject and identifier of members past and present. */
  readonly keys: Set<string>;
}

/** Message number to its text: two subjects, references that form trees, some without Message-ID. */
export function poolMessage(n: number): { fields: Record<string, string>; keys: string[] } {
  const subject = n % 2;
  const refs = [n - 2, n - 6].filter((ref) => ref >= 0 && n % 5 !== 0);
  const own = n % 7 === 6 ? [] : [n];
  return {
    fields: {
      From: 'Ann <ann@example.org>',
      Subject: `${refs.length > 0 ? 'Re: ' : ''}topic ${subject}`,
      ...(own.length > 0 && { 'Message-ID': `<${n}@example.org>` }),
      ...(refs.length > 0 && { References: refs.map((ref) => `<${ref}@example.org>`).join(' ') }),
      'X-Number': String(n),
    },
    keys: [...own, ...refs].map((id) => `${subject}|${id}`),
  };
}

export class Model {
  readonly emails = new Map<DocumentId, ModelEmail>();
  readonly mailboxes = new Map<DocumentId, ModelMailbox>();
  readonly threads = new Map<DocumentId, ModelThread>();
  /** UIDs that left each mailbox by the operation at hand. */
  left = new Map<DocumentId, number[]>();

  /** The thread a message joins; undefined when it begins one. */
  threadFor(keys: readonly string[]): DocumentId | undefined {
    let best: DocumentId | undefined;
    for (const [id, thread] of this.threads) {
      if (!keys.some((key) => thread.keys.has(key))) continue;
      const most = best === undefined ? 0 : (this.threads.get(best) as ModelThread).total;
      if (thread.total > most || (thread.total === most && id < (best ?? Infinity))) best = id;
    }
    return best;
  }

  add(id: DocumentId, email: ModelEmail, keys: readonly string[]): void {
    this.emails.set(id, email);
    let thread = this.threads.get(email.thread);
    if (!thread) {
      thread = { total: 0, keys: new Set() };
      this.threads.set(email.thread, thread);
    }
    thread.total++;
    for (const key of keys) thread.keys.add(key);
  }

  /** Draws the next UID. */
  place(email: ModelEmail, mailbox: DocumentId, deleted = false): number {
    const uid = (this.mailboxes.get(mailbox) as ModelMailbox).uidNext++;
    email.places.set(mailbox, { uid, deleted });
    return uid;
  }

  unplace(id: DocumentId, mailbox: DocumentId): void {
    const email = this.emails.get(id) as ModelEmail;
    const left = this.left.get(mailbox) ?? [];
    left.push((email.places.get(mailbox) as { uid: number }).uid);
    this.left.set(mailbox, left);
    email.places.delete(mailbox);
    if (email.places.size === 0) this.#remove(id);
  }

  destroy(id: DocumentId): void {
    const email = this.emails.get(id) as ModelEmail;
    const mailboxes = Array.from(email.places.keys());
    for (const mailbox of mailboxes) this.unplace(id, mailbox);
  }

  #remove(id: DocumentId): void {
    const { thread } = this.emails.get(id) as ModelEmail;
    this.emails.delete(id);
    const record = this.threads.get(thread) as ModelThread;
    if (--record.total === 0) this.threads.delete(thread);
  }

  members(mailbox: DocumentId): { id: DocumentId; uid: number; deleted: boolean }[] {
    const list = [];
    for (const [id, { places }] of this.emails) {
      const place = places.get(mailbox);
      if (place) list.push({ id, ...place });
    }
    return list.sort((a, b) => a.uid - b.uid);
  }

  byUid(mailbox: DocumentId, uid: number): DocumentId {
    return (this.members(mailbox).find((member) => member.uid === uid) as { id: DocumentId }).id;
  }

  /** Mailboxes in which JMAP sees the e-mail. */
  visibleIn(id: DocumentId): DocumentId[] {
    const { places } = this.emails.get(id) as ModelEmail;
    return [...places].filter(([, { deleted }]) => !deleted).map(([mailbox]) => mailbox);
  }

  isUnread({ keywords }: ModelEmail): boolean {
    return !keywords.has('$seen') && !keywords.has('$draft');
  }

  threadCounts(mailbox: DocumentId): { total: number; unread: number } {
    const here = new Set<DocumentId>();
    const unread = new Set<DocumentId>();
    const isTrash = this.mailboxes.get(mailbox)?.role === 'trash';
    for (const [id, email] of this.emails) {
      const visible = this.visibleIn(id);
      if (visible.includes(mailbox)) here.add(email.thread);
      const counts = visible.some((at) => (this.mailboxes.get(at)?.role === 'trash') === isTrash);
      if (counts && this.isUnread(email)) unread.add(email.thread);
    }
    return { total: here.size, unread: [...here].filter((thread) => unread.has(thread)).length };
  }

  /** What JMAP shows, by type and id, as text that can be compared. */
  objects(): Record<'Email' | 'Thread' | 'Mailbox', Map<DocumentId, string>> {
    const emails = new Map<DocumentId, string>();
    const threads = new Map<DocumentId, DocumentId[]>();
    for (const [id, { keywords, thread }] of this.emails) {
      const mailboxes = this.visibleIn(id);
      if (mailboxes.length === 0) continue;
      emails.set(id, JSON.stringify([mailboxes.sort((a, b) => a - b), [...keywords].sort()]));
      threads.set(thread, [...(threads.get(thread) ?? []), id]);
    }
    const mailboxes = new Map<DocumentId, string>();
    for (const [id, { name, parentId }] of this.mailboxes) {
      const members = [...this.emails].filter(([one]) => this.visibleIn(one).includes(id));
      const unread = members.filter(([, email]) => this.isUnread(email)).length;
      mailboxes.set(id, JSON.stringify([name, parentId, members.length, unread, this.threadCounts(id)]));
    }
    return {
      Email: emails,
      Thread: new Map([...threads].map(([id, list]) => [id, JSON.stringify(list.sort((a, b) => a - b))])),
      Mailbox: mailboxes,
    };
  }
}
