// One moment of an account as somebody sees it who may read some of its mailboxes only: e-mails in none of these do
// not exist, and mailboxes that are not shown are in no list. Above a mailbox that is shown, all its ancestors are, as
// bare names (`spec-mail-access.md` §1.16).
import { type ChangeId, type DocumentId, type Head, Right } from '../../account/index.ts';
import type { JmapView, MailboxInfo, ThreadCounts } from '../types.ts';
import { hasRights, READABLE, type SharedRights } from './rights.ts';

export class SharedView implements JmapView {
  readonly head: JmapView['head'];
  readonly mailboxes: ReadonlyMap<DocumentId, MailboxInfo>;
  readonly count: number;
  readonly ids: Uint32Array;
  readonly received: Float64Array;
  readonly sizes: Uint32Array;
  readonly threads: Uint32Array;
  readonly rights: ReadonlyMap<DocumentId, number>;
  readonly #all: JmapView;
  readonly #readable: ReadonlySet<DocumentId>;
  /** Row of the whole view for each row here. */
  readonly #rows: Uint32Array;
  /** Row here for each row of the whole view, one more; 0 where it is not seen. */
  readonly #here: Uint32Array;
  #byReceived: Uint32Array | undefined;

  constructor(all: JmapView, { rights, movedAt }: SharedRights) {
    this.#all = all;
    this.rights = rights;
    this.head = headSince(all.head, movedAt);
    this.#readable = new Set(
      Array.from(all.mailboxes.keys()).filter((id) => hasRights(rights.get(id), READABLE)),
    );
    this.mailboxes = shownMailboxes(all.mailboxes, rights, this.#readable);
    const seen = new Uint8Array(all.count);
    for (const id of this.#readable) {
      const rows = all.mailboxRows(id) ?? [];
      for (let i = 0; i < rows.length; i++) seen[rows[i] as number] = 1;
    }
    this.#here = new Uint32Array(all.count);
    let count = 0;
    for (let row = 0; row < all.count; row++) if (seen[row] === 1) this.#here[row] = ++count;
    this.#rows = new Uint32Array(count);
    this.count = count;
    this.ids = new Uint32Array(count);
    this.received = new Float64Array(count);
    this.sizes = new Uint32Array(count);
    this.threads = new Uint32Array(count);
    for (let row = 0; row < all.count; row++) {
      const here = (this.#here[row] as number) - 1;
      if (here < 0) continue;
      this.#rows[here] = row;
      this.ids[here] = all.ids[row] as number;
      this.received[here] = all.received[row] as number;
      this.sizes[here] = all.sizes[row] as number;
      this.threads[here] = all.threads[row] as number;
    }
  }

  get byReceived(): Uint32Array {
    return (this.#byReceived ??= this.#mapped(this.#all.byReceived));
  }

  row(id: DocumentId): number {
    const row = this.#all.row(id);
    return row < 0 ? -1 : (this.#here[row] as number) - 1;
  }

  mailboxRows(mailbox: DocumentId): ArrayLike<number> | undefined {
    const rows = this.#readable.has(mailbox) ? this.#all.mailboxRows(mailbox) : undefined;
    return rows && this.#mapped(rows);
  }

  mailboxIds(): Iterable<DocumentId> {
    return this.#readable;
  }

  keywordTest(keyword: string): ((row: number) => boolean) | undefined {
    const test = this.#all.keywordTest(keyword);
    return test && ((row) => test(this.#rows[row] as number));
  }

  attachmentTest(): (row: number) => boolean {
    const test = this.#all.attachmentTest();
    return (row) => test(this.#rows[row] as number);
  }

  mailboxesOf(row: number): readonly DocumentId[] {
    return this.#all.mailboxesOf(this.#rows[row] as number).filter((id) => this.#readable.has(id));
  }

  /** All mailboxes of an e-mail that is seen, those that are not readable too. */
  everyMailboxOf(row: number): readonly DocumentId[] {
    return this.#all.mailboxesOf(this.#rows[row] as number);
  }

  /** Thread of an e-mail of the account, also of one that is not seen any more. */
  threadOf(id: DocumentId): DocumentId | undefined {
    const row = this.#all.row(id);
    return row < 0 ? undefined : this.#all.threads[row];
  }

  keywordsOf(row: number): readonly string[] {
    return this.#all.keywordsOf(this.#rows[row] as number);
  }

  threadRows(thread: DocumentId): ArrayLike<number> {
    return this.#mapped(this.#all.threadRows(thread));
  }

  /** RFC 8621 §2: of what is seen; e-mails in the trash count for the trash only. */
  threadCounts(mailbox: DocumentId): ThreadCounts {
    const rows = this.mailboxRows(mailbox) ?? [];
    const threads = new Set<number>();
    for (let i = 0; i < rows.length; i++) threads.add(this.threads[rows[i] as number] as number);
    const inTrash = this.#all.mailboxes.get(mailbox)?.role === 'trash';
    const isSeen = this.keywordTest('$seen');
    const isDraft = this.keywordTest('$draft');
    let unread = 0;
    for (const thread of threads) {
      const members = this.threadRows(thread);
      for (let i = 0; i < members.length; i++) {
        const row = members[i] as number;
        if (isSeen?.(row) === true || isDraft?.(row) === true) continue;
        const trashed = this.mailboxesOf(row).map((id) => this.#all.mailboxes.get(id)?.role === 'trash');
        if (inTrash ? !trashed.includes(true) : !trashed.includes(false)) continue;
        unread++;
        break;
      }
    }
    return { total: threads.size, unread };
  }

  /** Rows of the whole view as rows here, without those that are not seen. */
  #mapped(rows: ArrayLike<number>): Uint32Array {
    const mapped = new Uint32Array(rows.length);
    let count = 0;
    for (let i = 0; i < rows.length; i++) {
      const here = this.#here[rows[i] as number] as number;
      if (here > 0) mapped[count++] = here - 1;
    }
    return mapped.subarray(0, count);
  }
}

/** Nothing is told of the time before the rights were last changed, so no state is older. */
function headSince(head: Head, movedAt: ChangeId): Head {
  const { change, epoch, horizon, lastUidValidity, nextDocument, usedBytes } = head;
  return {
    change,
    epoch,
    horizon,
    lastUidValidity,
    nextDocument,
    usedBytes,
    state: (type) => Math.max(head.state(type), movedAt),
    count: (type) => head.count(type),
  };
}

function shownMailboxes(
  all: ReadonlyMap<DocumentId, MailboxInfo>,
  rights: ReadonlyMap<DocumentId, number>,
  readable: ReadonlySet<DocumentId>,
): ReadonlyMap<DocumentId, MailboxInfo> {
  const shown = new Set<DocumentId>();
  for (const mailbox of all.values()) {
    if (!hasRights(rights.get(mailbox.id), Right.Read)) continue;
    for (let at: MailboxInfo | undefined = mailbox; at && !shown.has(at.id); at = all.get(at.parentId))
      shown.add(at.id);
  }
  const mailboxes = new Map<DocumentId, MailboxInfo>();
  for (const [id, mailbox] of all) {
    if (!shown.has(id)) continue;
    mailboxes.set(id, readable.has(id) ? mailbox : { ...mailbox, total: 0, unread: 0 });
  }
  return mailboxes;
}
