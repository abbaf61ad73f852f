// A view without the e-mails that are `\Deleted` in all their mailboxes, which JMAP does not see (`spec-mail-access.md`
// §2.6). Made only while there are such e-mails.
import type { DocumentId, Head } from '../../account/index.ts';
import type { JmapView, MailboxInfo, ThreadCounts } from '../types.ts';
import type { ColumnView } from './view.ts';

export class VisibleView implements JmapView {
  readonly head: Head;
  readonly mailboxes: ReadonlyMap<DocumentId, MailboxInfo>;
  readonly count: number;
  readonly ids: Uint32Array;
  readonly received: Float64Array;
  readonly sizes: Uint32Array;
  readonly threads: Uint32Array;
  readonly #all: ColumnView;
  /** Row of the whole view for each row here. */
  readonly #rows: Uint32Array;
  /** Row here for each row of the whole view, where it is visible. */
  readonly #here: Uint32Array;
  #byReceived: Uint32Array | undefined;

  constructor(all: ColumnView) {
    this.#all = all;
    this.head = all.head;
    this.mailboxes = all.mailboxes;
    const rows = new Uint32Array(all.count - all.hidden);
    this.#here = new Uint32Array(all.count);
    let count = 0;
    for (let row = 0; row < all.count; row++) {
      if (all.isHidden(row)) continue;
      this.#here[row] = count;
      rows[count++] = row;
    }
    this.#rows = rows;
    this.count = count;
    this.ids = pick(all.ids, rows);
    this.received = pick(all.received, rows);
    this.sizes = pick(all.sizes, rows);
    this.threads = pick(all.threads, rows);
  }

  get byReceived(): Uint32Array {
    return (this.#byReceived ??= this.#mapped(this.#all.byReceived));
  }

  row(id: DocumentId): number {
    const row = this.#all.row(id);
    return row < 0 || this.#all.isHidden(row) ? -1 : (this.#here[row] as number);
  }

  mailboxRows(mailbox: DocumentId): ArrayLike<number> | undefined {
    const rows = this.#all.mailboxRows(mailbox);
    return rows && this.#mapped(rows);
  }

  mailboxIds(): Iterable<DocumentId> {
    return this.#all.mailboxIds();
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
    return this.#all.mailboxesOf(this.#rows[row] as number);
  }

  keywordsOf(row: number): readonly string[] {
    return this.#all.keywordsOf(this.#rows[row] as number);
  }

  threadRows(thread: DocumentId): ArrayLike<number> {
    return this.#mapped(this.#all.threadRows(thread));
  }

  threadCounts(mailbox: DocumentId): ThreadCounts {
    return this.#all.threadCounts(mailbox);
  }

  /** Rows of the whole view as rows here, without those that are not visible. */
  #mapped(rows: ArrayLike<number>): Uint32Array {
    const mapped = new Uint32Array(rows.length);
    let count = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      if (!this.#all.isHidden(row)) mapped[count++] = this.#here[row] as number;
    }
    return mapped.subarray(0, count);
  }
}

function pick<A extends Uint32Array | Float64Array>(values: A, rows: Uint32Array): A {
  const out = new (values.constructor as new (length: number) => A)(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i] as number] as number;
  return out;
}
