// One write of the mail floor: loads the mailboxes and threads that a change touches, applies changes of e-mails one
// by one, and at the end writes what moved with them - counters, modseqs, threads, tombstones and the log entries of
// every type (`spec-mail-access.md` §7.1-§7.4). Everything that changes an e-mail goes through `change`.
import { type AccountWriter, Aspect, type ChangeId, DataType, type DocumentId } from '../account/index.ts';
import { keys } from '../store/index.ts';
import { decodeEmail, type EmailRecord, encodeEmail, type Membership } from './records/email.ts';
import { DRAFT, SEEN } from './records/keywords.ts';
import { decodeMailbox, encodeMailbox, type MailboxRecord } from './records/mailbox.ts';
import { encodeRanges, rangesOf } from './records/ranges.ts';
import { decodeThread, encodeThread, type ThreadRecord } from './records/thread.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A mailbox being edited. */
interface MailboxEdit {
  readonly record: Mutable<MailboxRecord>;
  /** `highestModseq` moves. */
  touched: boolean;
  /** Aspects to be logged; 0 for none. */
  aspects: number;
  /** UIDs that leave. */
  readonly left: number[];
}

interface ThreadEdit {
  total: number;
  visible: number;
  readonly mailboxes: DocumentId[];
  orphans: readonly Uint8Array[];
  readonly before: ThreadRecord | undefined;
  /** A member that JMAP sees came or went. */
  moved: boolean;
  /** Something that thread counts depend on moved. */
  counted: boolean;
  /** The row differs. */
  dirty: boolean;
}

export class Edit {
  readonly w: AccountWriter;
  readonly #mailboxes = new Map<DocumentId, MailboxEdit>();
  readonly #threads = new Map<DocumentId, ThreadEdit>();
  readonly #gone = new Set<DocumentId>();

  constructor(writer: AccountWriter) {
    this.w = writer;
  }

  /** Reads mailboxes that were not read yet; those that do not exist are left out. */
  async loadMailboxes(ids: Iterable<DocumentId>): Promise<void> {
    const wanted = [...new Set(ids)].filter((id) => !this.#mailboxes.has(id) && !this.#gone.has(id));
    if (wanted.length === 0) return;
    const rows = await this.w.getMany(wanted.map((id) => keys.documentKey(this.w.id, DataType.Mailbox, id)));
    for (const [i, id] of wanted.entries()) {
      const row = rows[i];
      if (row) this.useMailbox(id, decodeMailbox(row));
    }
  }

  /** Takes a mailbox whose record the caller read or made in this write. */
  useMailbox(id: DocumentId, record: MailboxRecord): void {
    this.#mailboxes.set(id, { record: { ...record }, touched: false, aspects: 0, left: [] });
  }

  /** Creates a mailbox. */
  createMailbox(record: MailboxRecord): DocumentId {
    const id = this.w.newId();
    this.w.create(DataType.Mailbox, encodeMailbox(record), { id, aspects: Aspect.Properties });
    this.useMailbox(id, record);
    return id;
  }

  /** The record as it stands now; undefined when it was not loaded. */
  mailbox(id: DocumentId): MailboxRecord | undefined {
    return this.#mailboxes.get(id)?.record;
  }

  /** The mailbox is destroyed in this write: nothing more of it is written. */
  forget(id: DocumentId): void {
    this.#mailboxes.delete(id);
    this.#gone.add(id);
  }

  /** Draws the next UID of a loaded mailbox. */
  newUid(mailbox: DocumentId): number {
    return this.#edited(mailbox).record.uidNext++;
  }

  /** Reads threads, and the mailboxes whose thread counts hang on them. */
  async loadThreads(ids: Iterable<DocumentId>): Promise<void> {
    const wanted = [...new Set(ids)].filter((id) => !this.#threads.has(id));
    if (wanted.length === 0) return;
    const rows = await this.w.getMany(wanted.map((id) => keys.documentKey(this.w.id, DataType.Thread, id)));
    const others: DocumentId[] = [];
    for (const [i, id] of wanted.entries()) {
      const row = rows[i];
      if (!row) continue;
      const record = decodeThread(row);
      this.#threads.set(id, threadEdit(record));
      others.push(...record.mailboxes);
    }
    await this.loadMailboxes(others);
  }

  /** Begins a thread. */
  newThread(): DocumentId {
    const id = this.w.newId();
    this.#threads.set(id, threadEdit(undefined));
    return id;
  }

  /** Members of a loaded thread, those that JMAP does not see included; undefined when there is no such thread. */
  threadTotal(id: DocumentId): number | undefined {
    return this.#threads.get(id)?.total;
  }

  /** Keys that a thread's destroyed members left in the thread index. */
  orphans(id: DocumentId): readonly Uint8Array[] {
    return this.#threads.get(id)?.orphans ?? [];
  }

  setOrphans(id: DocumentId, orphans: readonly Uint8Array[]): void {
    const thread = this.#threads.get(id);
    if (!thread) return;
    thread.orphans = orphans;
    thread.dirty = true;
  }

  /** Hot records of e-mails, in the order asked. */
  async emails(ids: readonly DocumentId[]): Promise<(EmailRecord | undefined)[]> {
    const rows = await this.w.getMany(ids.map((id) => keys.documentKey(this.w.id, DataType.Email, id)));
    return rows.map((row) => row && decodeEmail(row));
  }

  /** Loads what changes of these e-mails touch. `counted` is false when only flags other than `$seen` and `$draft` move. */
  async prepare(
    emails: Iterable<EmailRecord | undefined>,
    { counted = true }: { readonly counted?: boolean } = {},
  ): Promise<void> {
    const mailboxes = new Set<DocumentId>();
    const threads = new Set<DocumentId>();
    for (const email of emails) {
      if (!email) continue;
      threads.add(email.thread);
      for (const { mailbox } of email.memberships) mailboxes.add(mailbox);
    }
    await this.loadMailboxes(mailboxes);
    if (counted) await this.loadThreads(threads);
  }

  /**
   * Replaces the record of an e-mail: creates it without `before`, destroys it without `after`. Its mailboxes and its
   * thread must be loaded. Cold record, blob link and the like are the caller's.
   */
  change(
    id: DocumentId,
    before: EmailRecord | undefined,
    wanted: EmailRecord | undefined,
    aspects: number,
  ): void {
    const after = wanted && withOneModseq(wanted);
    this.#count(before, after, (aspects & Aspect.Keywords) !== 0);
    this.#thread(before, after);
    const { w } = this;
    const record = after && encodeEmail(after);
    const seenBefore = visibleIn(before);
    const seenAfter = visibleIn(after);
    const hidden = seenBefore.length === 0 && seenAfter.length === 0;
    const change = hidden
      ? { aspects: aspects | Aspect.Hidden, before: allOf(before), after: allOf(after) }
      : { aspects, before: seenBefore, after: seenAfter };
    if (!record) w.destroy(DataType.Email, id, change);
    else if (!before) {
      w.create(DataType.Email, record, { ...change, id });
      // RFC 8621 §1.5: it moves whenever a new e-mail is added to the store, whoever adds it.
      if (!hidden) w.touch(DataType.EmailDelivery);
    } else if (!hidden && seenAfter.length === 0)
      w.update(DataType.Email, id, record, { ...change, kind: 'destroy' });
    else if (!hidden && seenBefore.length === 0)
      w.update(DataType.Email, id, record, { ...change, kind: 'create' });
    else w.update(DataType.Email, id, record, change);
  }

  /** Marks a change of a mailbox's own properties. */
  changeMailbox(id: DocumentId, fields: Partial<MailboxRecord>, aspects: number): void {
    const mailbox = this.#edited(id);
    Object.assign(mailbox.record, fields);
    mailbox.aspects |= aspects;
  }

  /** Writes mailboxes, threads and tombstones. */
  finish(): void {
    this.#finishThreads();
    const { w } = this;
    for (const [id, mailbox] of this.#mailboxes) {
      const { record, touched, aspects, left } = mailbox;
      if (left.length > 0) w.set(keys.tombstoneKey(w.id, id, w.change, 0), encodeRanges(rangesOf(left)));
      if (touched) record.highestModseq = w.change;
      if (aspects !== 0) w.update(DataType.Mailbox, id, encodeMailbox(record), { aspects });
      else if (touched) w.set(keys.documentKey(w.id, DataType.Mailbox, id), encodeMailbox(record));
    }
  }

  #edited(id: DocumentId): MailboxEdit {
    const mailbox = this.#mailboxes.get(id);
    if (!mailbox) throw new Error(`mailbox ${id} was not loaded`);
    return mailbox;
  }

  #count(before: EmailRecord | undefined, after: EmailRecord | undefined, flagged: boolean): void {
    const unreadBefore = before !== undefined && isUnread(before);
    const unreadAfter = after !== undefined && isUnread(after);
    for (const membership of before?.memberships ?? []) {
      const mailbox = this.#mailboxes.get(membership.mailbox);
      if (!mailbox) continue;
      const now = after && membershipIn(after, membership.mailbox);
      if (now?.uid !== membership.uid) mailbox.left.push(membership.uid);
      if (flagged || now?.uid !== membership.uid || now.deleted !== membership.deleted)
        mailbox.touched = true;
      add(mailbox, membership, unreadBefore, -1);
    }
    for (const membership of after?.memberships ?? []) {
      const mailbox = this.#mailboxes.get(membership.mailbox);
      if (!mailbox) continue;
      const then = before && membershipIn(before, membership.mailbox);
      if (then?.uid !== membership.uid) mailbox.touched = true;
      add(mailbox, membership, unreadAfter, 1);
      if (
        membership.deleted ? then?.deleted === false : !then || then.deleted || unreadBefore !== unreadAfter
      )
        mailbox.aspects |= Aspect.Counters;
    }
    for (const membership of before?.memberships ?? []) {
      if (membership.deleted || (after && membershipIn(after, membership.mailbox))) continue;
      const mailbox = this.#mailboxes.get(membership.mailbox);
      if (mailbox) mailbox.aspects |= Aspect.Counters;
    }
  }

  #thread(before: EmailRecord | undefined, after: EmailRecord | undefined): void {
    const id = (after ?? before)?.thread;
    const thread = id === undefined ? undefined : this.#threads.get(id);
    if (!thread) return;
    const wasVisible = isVisible(before);
    const nowVisible = isVisible(after);
    if (!before) thread.total++;
    if (!after) thread.total--;
    thread.visible += Number(nowVisible) - Number(wasVisible);
    if (wasVisible !== nowVisible) thread.moved = true;
    if (!before || !after) thread.dirty = true;
    if (
      wasVisible !== nowVisible ||
      (before && after && isUnread(before) !== isUnread(after)) ||
      before?.memberships !== after?.memberships
    ) {
      thread.counted = true;
    }
    for (const { mailbox } of after?.memberships ?? []) {
      if (thread.mailboxes.includes(mailbox)) continue;
      thread.mailboxes.push(mailbox);
      thread.dirty = true;
    }
  }

  #finishThreads(): void {
    const { w } = this;
    for (const [id, thread] of this.#threads) {
      const { before, total, visible } = thread;
      if (thread.counted) this.#countersOf(thread);
      if (total === 0) {
        if (before) w.destroy(DataType.Thread, id, before.visible > 0 ? {} : { aspects: Aspect.Hidden });
        continue;
      }
      if (!thread.moved && !thread.dirty) continue;
      const record = encodeThread(thread);
      if (!before)
        w.create(DataType.Thread, record, { id, ...(visible === 0 && { aspects: Aspect.Hidden }) });
      else if (before.visible > 0 && visible === 0)
        w.update(DataType.Thread, id, record, { kind: 'destroy' });
      else if (before.visible === 0 && visible > 0) w.update(DataType.Thread, id, record, { kind: 'create' });
      else if (thread.moved && visible > 0) w.update(DataType.Thread, id, record);
      else w.set(keys.documentKey(w.id, DataType.Thread, id), record);
    }
  }

  /** Thread counts of every mailbox that has a member of the thread may move (RFC 8621 §2). */
  #countersOf({ mailboxes }: ThreadEdit): void {
    if (mailboxes.length < 2) return;
    for (const id of mailboxes) {
      const mailbox = this.#mailboxes.get(id);
      if (mailbox) mailbox.aspects |= Aspect.Counters;
    }
  }
}

function threadEdit(before: ThreadRecord | undefined): ThreadEdit {
  return {
    total: before?.total ?? 0,
    visible: before?.visible ?? 0,
    mailboxes: [...(before?.mailboxes ?? [])],
    orphans: before?.orphans ?? [],
    before,
    moved: false,
    counted: false,
    dirty: false,
  };
}

function add({ record }: MailboxEdit, { deleted }: Membership, unread: boolean, by: 1 | -1): void {
  record.members += by;
  if (deleted) return;
  record.total += by;
  if (unread) record.unread += by;
}

export const isUnread = ({ keywords }: EmailRecord): boolean =>
  !keywords.includes(SEEN) && !keywords.includes(DRAFT);

export const membershipIn = (email: EmailRecord, mailbox: DocumentId): Membership | undefined =>
  email.memberships.find((membership) => membership.mailbox === mailbox);

/** Mailboxes in which JMAP sees it. */
const visibleIn = (email: EmailRecord | undefined): DocumentId[] =>
  (email?.memberships ?? []).filter(({ deleted }) => !deleted).map(({ mailbox }) => mailbox);

const allOf = (email: EmailRecord | undefined): DocumentId[] =>
  (email?.memberships ?? []).map(({ mailbox }) => mailbox);

export const isVisible = (email: EmailRecord | undefined): boolean =>
  email?.memberships.some(({ deleted }) => !deleted) === true;

/**
 * In its only mailbox an e-mail has one modseq, whichever field it stands in: put into `flagModseq`, columns need no
 * other one for it.
 */
function withOneModseq(email: EmailRecord): EmailRecord {
  const [only, another] = email.memberships;
  if (!only || another || only.addModseq <= email.flagModseq) return email;
  return { ...email, flagModseq: only.addModseq };
}

/** MODSEQ of an e-mail in a mailbox (`spec-mail-access.md` §7.4). */
export const modseqIn = (email: EmailRecord, { addModseq }: Membership): ChangeId =>
  Math.max(email.flagModseq, addModseq);
