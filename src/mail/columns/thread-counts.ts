// totalThreads and unreadThreads of all mailboxes at once (RFC 8621 §2): a thread counts where it has an e-mail, and as
// unread when some e-mail of it is unread anywhere but in the trash; for the trash itself, in the trash.
import type { DocumentId } from '../../account/index.ts';
import { DRAFT, SEEN } from '../records/keywords.ts';
import type { MailView, ThreadCounts } from '../types.ts';
import { cell, type Chunks } from './chunks.ts';

/** Marks by thread id, in pages, as ids are dense but may begin anywhere. */
class Marks {
  readonly #pages: (Uint8Array | undefined)[] = [];

  #last = -1;
  #page: Uint8Array = new Uint8Array();

  page(thread: DocumentId): Uint8Array {
    const number = thread >>> 16;
    if (number !== this.#last) {
      this.#last = number;
      this.#page = this.#pages[number] ??= new Uint8Array(0x1_0000);
    }
    return this.#page;
  }
}

const UNREAD = 1;
const UNREAD_IN_TRASH = 2;

const READ = (1 << SEEN) | (1 << DRAFT);

/** @param words first words of the flags */
export function countThreads(
  view: Pick<MailView, 'mailboxes' | 'threads' | 'mailboxRows'>,
  words: Chunks<Uint32Array>,
): ReadonlyMap<DocumentId, ThreadCounts> {
  // hot: runs over all rows when a client lists its mailboxes
  const { mailboxes, threads } = view;
  const marks = new Marks();
  for (const { id, role, unread } of mailboxes.values()) {
    if (unread === 0) continue;
    const bit = role === 'trash' ? UNREAD_IN_TRASH : UNREAD;
    const rows = view.mailboxRows(id) ?? [];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      if ((cell(words, row) & READ) !== 0) continue;
      const thread = threads[row] as number;
      const page = marks.page(thread);
      page[thread & 0xffff] = (page[thread & 0xffff] as number) | bit;
    }
  }
  const counts = new Map<DocumentId, ThreadCounts>();
  // Which mailbox met a thread last; begun anew when the numbers are used up.
  let mark = 0;
  let met = new Marks();
  for (const { id, role } of mailboxes.values()) {
    if (++mark > 255) {
      met = new Marks();
      mark = 1;
    }
    const bit = role === 'trash' ? UNREAD_IN_TRASH : UNREAD;
    const rows = view.mailboxRows(id) ?? [];
    let total = 0;
    let unread = 0;
    for (let i = 0; i < rows.length; i++) {
      const thread = threads[rows[i] as number] as number;
      const page = met.page(thread);
      if (page[thread & 0xffff] === mark) continue;
      page[thread & 0xffff] = mark;
      total++;
      if (((marks.page(thread)[thread & 0xffff] as number) & bit) !== 0) unread++;
    }
    counts.set(id, { total, unread });
  }
  return counts;
}
