// A mailbox store in plain arrays behind the interface that the JMAP face asks for, with a change log that folds
// as RFC 8620 §5.2 says.
import { createHash } from 'node:crypto';
import {
  Aspect,
  type Account,
  type Changes,
  DataType,
  type Head,
  type LogEntry,
} from '../../src/account/index.ts';
import { AccessDenied, Conflict, Invalid, LimitExceeded, NotFound, toHex } from '../../src/base/index.ts';
import { bodyLists, hasAttachment, parseMessage, preview, threadKeys } from '../../src/formats/mime/index.ts';
import type { Blobs, MailServices } from '../../src/jmap/index.ts';
import type { MailAccount, MailboxInfo, MailView, Outcome } from '../../src/jmap/mail-port.ts';
import { SetFailure } from '../../src/jmap/errors.ts';
import type { BlobRange } from '../../src/store/index.ts';
import { DEFAULT_JMAP_SETTINGS } from '../../src/jmap/settings.ts';

interface FakeEmail {
  id: number;
  thread: number;
  mailboxes: Set<number>;
  keywords: Set<string>;
  received: number;
  bytes: Uint8Array;
  hash: Uint8Array;
  identifiers: readonly string[];
  subject: string;
  attachment: boolean;
  text: string;
}

export class FakeMail {
  readonly blobs = new Map<string, Uint8Array>();
  /** Blobs of others. */
  readonly foreign = new Set<string>();
  readonly emails = new Map<number, FakeEmail>();
  readonly mailboxes = new Map<number, Omit<MailboxInfo, 'total' | 'unread'>>();
  readonly log: { change: number; entries: LogEntry[] }[] = [];
  #next = 1;

  upload(bytes: Uint8Array): string {
    const hash = createHash('sha256').update(bytes).digest();
    this.blobs.set(toHex(hash), bytes);
    return `b${hash.toString('base64url')}`;
  }

  services(): MailServices {
    const account = this.#account();
    return {
      account: () => account,
      blobs: this.blobAccess(),
      settings: () => DEFAULT_JMAP_SETTINGS,
      limits: () => ({ maxAttachmentSize: 1_000_000, maxMessageSize: 2_000_000 }),
      hostname: () => 'mail.example.org',
    };
  }

  blobAccess(): Blobs {
    const part = (hash: Uint8Array, range?: BlobRange) => {
      const bytes = this.blobs.get(toHex(hash));
      return range ? bytes?.subarray(range.offset, range.offset + range.length) : bytes;
    };
    return {
      reads: {
        readMany: async (hashes) => hashes.map((hash) => part(hash)),
        read: async (hash, range) => part(hash, range),
        size: async (hash) => part(hash)?.length,
        stream: async function* (hash, range) {
          const bytes = part(hash, range) ?? new Uint8Array();
          for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
        },
      },
      mayRead: async (_scope, hashes) => hashes.map((hash) => !this.foreign.has(toHex(hash))),
    };
  }

  #write(...entries: Omit<LogEntry, 'before' | 'after'>[]): void {
    if (entries.length === 0) return;
    this.log.push({
      change: this.log.length + 1,
      entries: entries.map((entry) => ({ ...entry, before: [], after: [] })),
    });
  }

  get #head(): Head {
    const state = (type: DataType) =>
      this.log.findLast(({ entries }) => entries.some((entry) => entry.type === type))?.change ?? 0;
    return {
      change: this.log.length,
      epoch: 3,
      horizon: 1,
      lastUidValidity: 0,
      nextDocument: this.#next,
      usedBytes: 0,
      state,
      count: () => 0,
    };
  }

  #changes(type: DataType, since: number, limit: number): Changes | undefined {
    if (since > this.log.length) return undefined;
    const folded = new Map<number, LogEntry | undefined>();
    for (const { change, entries } of this.log.slice(since)) {
      const news = entries.filter((entry) => entry.type === type);
      if (folded.size > 0 && folded.size + news.length > limit) {
        return {
          newState: { change: change - 1, offset: 0 },
          hasMore: true,
          entries: [...folded.values()].filter((entry) => entry !== undefined),
        };
      }
      for (const entry of news) {
        const before = folded.get(entry.id);
        if (before?.kind === 'create') folded.set(entry.id, entry.kind === 'destroy' ? undefined : before);
        else folded.set(entry.id, before ? { ...entry, aspects: before.aspects | entry.aspects } : entry);
      }
    }
    return {
      newState: { change: Math.max(this.#head.state(type), 0), offset: 0 },
      hasMore: false,
      entries: [...folded.values()].filter((entry) => entry !== undefined),
    };
  }

  #view(): MailView {
    const emails = [...this.emails.values()].sort((a, b) => a.id - b.id);
    const rows = new Map(emails.map((email, row) => [email.id, row]));
    const inMailbox = (id: number) => emails.flatMap((email, row) => (email.mailboxes.has(id) ? [row] : []));
    const isUnread = (email: FakeEmail) => !email.keywords.has('$seen') && !email.keywords.has('$draft');
    const infos = [...this.mailboxes.values()].map((mailbox): [number, MailboxInfo] => {
      const members = inMailbox(mailbox.id).map((row) => emails[row] as FakeEmail);
      return [mailbox.id, { ...mailbox, total: members.length, unread: members.filter(isUnread).length }];
    });
    return {
      head: this.#head,
      mailboxes: new Map(infos),
      count: emails.length,
      ids: emails.map(({ id }) => id),
      received: emails.map(({ received }) => received),
      sizes: emails.map(({ bytes }) => bytes.length),
      threads: emails.map(({ thread }) => thread),
      byReceived: emails
        .map((_, row) => row)
        .sort((a, b) => (emails[a] as FakeEmail).received - (emails[b] as FakeEmail).received || a - b),
      row: (id) => rows.get(id) ?? -1,
      mailboxRows: (id) => (this.mailboxes.has(id) ? inMailbox(id) : undefined),
      mailboxIds: () => this.mailboxes.keys(),
      keywordTest: (keyword) =>
        emails.some((email) => email.keywords.has(keyword))
          ? (row) => emails[row]?.keywords.has(keyword) === true
          : undefined,
      attachmentTest: () => (row) => emails[row]?.attachment === true,
      mailboxesOf: (row) => [...(emails[row] as FakeEmail).mailboxes],
      keywordsOf: (row) => [...(emails[row] as FakeEmail).keywords],
      threadRows: (thread) =>
        emails
          .flatMap((email, row) => (email.thread === thread ? [row] : []))
          .sort((a, b) => (emails[a] as FakeEmail).received - (emails[b] as FakeEmail).received || a - b),
      threadCounts: (mailbox) => {
        const members = inMailbox(mailbox).map((row) => emails[row] as FakeEmail);
        const unread = new Set(emails.filter(isUnread).map(({ thread }) => thread));
        const threads = new Set(members.map(({ thread }) => thread));
        return { total: threads.size, unread: [...threads].filter((thread) => unread.has(thread)).length };
      },
    };
  }

  #account(): MailAccount {
    const email = (kind: LogEntry['kind'], id: number, aspects = 0) => ({
      type: DataType.Email,
      kind,
      id,
      aspects,
    });
    const thread = (kind: LogEntry['kind'], id: number) => ({ type: DataType.Thread, kind, id, aspects: 0 });
    const counters = (ids: Iterable<number>) =>
      [...ids].map((id) => ({
        type: DataType.Mailbox,
        kind: 'update' as const,
        id,
        aspects: Aspect.Counters,
      }));
    const attempt = async <T>(work: () => T): Promise<Outcome<T>> => {
      try {
        return { value: work() };
      } catch (error) {
        return { error };
      }
    };
    const checkName = (name: string, parentId: number, self = 0) => {
      if (name.trim() === '' || name.includes('/'))
        throw new Invalid([{ property: 'name', reason: 'is not usable' }]);
      if (parentId !== 0 && !this.mailboxes.has(parentId))
        throw new Invalid([{ property: 'parentId', reason: 'is not there' }]);
      for (const other of this.mailboxes.values()) {
        if (
          other.id !== self &&
          other.parentId === parentId &&
          other.name.toLowerCase() === name.toLowerCase()
        ) {
          throw new Conflict('a mailbox of that name is there already', String(other.id));
        }
      }
    };
    const remove = (one: FakeEmail): void => {
      this.emails.delete(one.id);
      const left = [...this.emails.values()].some((other) => other.thread === one.thread);
      this.#write(
        email('destroy', one.id),
        thread(left ? 'update' : 'destroy', one.thread),
        ...counters(one.mailboxes),
      );
    };
    return {
      account: {
        id: 7,
        head: async () => this.#head,
        changes: async (type, since, limit) => this.#changes(type, since.change, limit),
        log: async () => undefined,
        read: () => Promise.reject(new Error('not here')),
        write: () => Promise.reject(new Error('not here')),
      } satisfies Account,
      view: async () => this.#view(),
      createMailbox: async ({ name, parentId, role, sortOrder, subscriber }) => {
        checkName(name, parentId);
        if (this.mailboxes.size >= 50) throw new LimitExceeded('maxMailboxes', 50);
        const id = this.#next++;
        this.mailboxes.set(id, {
          id,
          name,
          parentId,
          role,
          sortOrder,
          subscribers: subscriber === undefined ? [] : [subscriber],
        });
        this.#write({ type: DataType.Mailbox, kind: 'create', id, aspects: Aspect.Properties });
        return id;
      },
      updateMailboxes: async (updates) => {
        for (const [id, { subscription, ...update }] of updates) {
          const before = this.mailboxes.get(id);
          if (!before) throw new NotFound('mailbox', id);
          checkName(update.name ?? before.name, update.parentId ?? before.parentId, id);
          const subscribers = subscription
            ? subscription.subscribed
              ? [subscription.account]
              : []
            : before.subscribers;
          this.mailboxes.set(id, { ...before, ...update, subscribers });
          this.#write({ type: DataType.Mailbox, kind: 'update', id, aspects: Aspect.Properties });
        }
      },
      destroyMailbox: async (id, { removeEmails }) => {
        const mailbox = this.mailboxes.get(id);
        if (mailbox?.role === 'inbox') throw new AccessDenied('delete');
        if ([...this.mailboxes.values()].some((other) => other.parentId === id))
          throw new SetFailure('mailboxHasChild', 'it has children');
        const members = [...this.emails.values()].filter((one) => one.mailboxes.has(id));
        if (members.length > 0 && !removeEmails) throw new SetFailure('mailboxHasEmail', 'it has e-mails');
        for (const one of members) {
          one.mailboxes.delete(id);
          if (one.mailboxes.size === 0) remove(one);
          else this.#write(email('update', one.id, Aspect.Containers));
        }
        this.mailboxes.delete(id);
        this.#write({ type: DataType.Mailbox, kind: 'destroy', id, aspects: 0 });
      },
      append: (messages) =>
        Promise.all(
          messages.map((input) =>
            attempt(() => {
              const { bytes } = input;
              const message = parseMessage(bytes);
              const { subject, identifiers } = threadKeys(message, bytes);
              const related = [...this.emails.values()].find(
                (other) =>
                  other.subject === subject && other.identifiers.some((one) => identifiers.includes(one)),
              );
              const id = this.#next++;
              const hash = createHash('sha256').update(bytes).digest();
              this.blobs.set(toHex(hash), bytes);
              const one: FakeEmail = {
                id,
                thread: related?.thread ?? this.#next++,
                mailboxes: new Set(input.mailboxIds),
                keywords: new Set(input.keywords),
                received: input.receivedAt,
                bytes,
                hash,
                identifiers,
                subject,
                attachment: hasAttachment(message, bytes),
                text: Buffer.from(bytes).toString().toLowerCase(),
              };
              this.emails.set(id, one);
              this.#write(
                email('create', id),
                thread(related ? 'update' : 'create', one.thread),
                ...counters(one.mailboxes),
              );
              return { id, thread: one.thread, hash, size: bytes.length };
            }),
          ),
        ),
      updateEmails: (changes) =>
        Promise.all(
          changes.map(({ id, mailboxes, keywords }) =>
            attempt(() => {
              const one = this.emails.get(id);
              if (!one) throw new NotFound('email', id);
              const touched = new Set(one.mailboxes);
              if (mailboxes) one.mailboxes = changed(one.mailboxes, mailboxes);
              if (keywords) one.keywords = changed(one.keywords, keywords);
              for (const mailbox of one.mailboxes) touched.add(mailbox);
              const aspects = (mailboxes ? Aspect.Containers : 0) | (keywords ? Aspect.Keywords : 0);
              this.#write(email('update', id, aspects), ...counters(touched));
            }),
          ),
        ),
      destroyEmails: (ids) =>
        Promise.all(
          ids.map((id) =>
            attempt(() => {
              const one = this.emails.get(id);
              if (!one) throw new NotFound('email', id);
              remove(one);
            }),
          ),
        ),
      cold: async (ids) =>
        ids.map((id) => {
          const one = this.emails.get(id);
          if (!one) return undefined;
          const message = parseMessage(one.bytes);
          const lists = bodyLists(message);
          return {
            hash: one.hash,
            size: one.bytes.length,
            message,
            preview: preview(message, one.bytes, lists),
            hasAttachment: one.attachment,
          };
        }),
      search: async ({ value }) =>
        [...this.emails.values()].filter((one) => one.text.includes(value.toLowerCase())).map(({ id }) => id),
    };
  }
}

function changed<T>(
  current: ReadonlySet<T>,
  change: { replace: readonly T[] } | { add: readonly T[]; remove: readonly T[] },
): Set<T> {
  if ('replace' in change) return new Set(change.replace);
  const result = new Set(current);
  for (const item of change.remove) result.delete(item);
  for (const item of change.add) result.add(item);
  return result;
}
