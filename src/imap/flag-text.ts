// Writes the FLAGS of messages from columns. A mailbox has few different combinations of flags, so the text of each
// is made once.
import { flagOf } from '../formats/imap/index.ts';
import type { MailboxMembers, MailView } from '../mail/index.ts';

/** Keywords that fit into one mask beside `\Deleted` and `\Recent`. */
const MAX_TESTS = 28;
const DELETED = 1 << 28;
const RECENT = 1 << 29;

/** Members whose keywords are read one by one before tests for the whole mailbox are made. */
const FEW = 16;

interface Tests {
  readonly names: readonly string[];
  readonly tests: readonly ((row: number) => boolean)[];
}

export class FlagText {
  readonly #view: MailView;
  readonly #members: MailboxMembers;
  readonly #recentFrom: number;
  readonly #texts = new Map<number, string>();
  /** Null when the mailbox has too many keywords for masks. */
  #tests: Tests | null | undefined;
  #asked = 0;

  /** @param recentFrom first UID that is `\Recent`, Infinity for none */
  constructor(view: MailView, members: MailboxMembers, recentFrom: number) {
    this.#view = view;
    this.#members = members;
    this.#recentFrom = recentFrom;
  }

  /** `\Seen \Flagged todo` of a member, one octet a character, without parentheses. */
  of(index: number): string {
    // hot: per message in FETCH FLAGS
    const members = this.#members;
    const row = members.rows[index] as number;
    const deleted = members.isDeleted(index);
    const recent = (members.uids[index] as number) >= this.#recentFrom;
    if (this.#tests === undefined) {
      if (++this.#asked <= FEW) return this.#slow(row, deleted, recent);
      this.#tests = this.#prepare();
    }
    if (this.#tests === null) return this.#slow(row, deleted, recent);
    const { tests } = this.#tests;
    let mask = 0;
    for (let i = 0; i < tests.length; i++) if ((tests[i] as (row: number) => boolean)(row)) mask |= 1 << i;
    if (deleted) mask |= DELETED;
    if (recent) mask |= RECENT;
    const known = this.#texts.get(mask);
    if (known !== undefined) return known;
    const text = join(
      this.#tests.names.filter((_, i) => (mask & (1 << i)) !== 0),
      deleted,
      recent,
    );
    this.#texts.set(mask, text);
    return text;
  }

  #prepare(): Tests | null {
    const names: string[] = [];
    const tests: ((row: number) => boolean)[] = [];
    for (const keyword of this.#view.keywordsIn(this.#members.mailbox.id)) {
      const test = this.#view.keywordTest(keyword);
      if (test === undefined) continue;
      names.push(flagOf(keyword));
      tests.push(test);
    }
    return tests.length <= MAX_TESTS ? { names, tests } : null;
  }

  #slow(row: number, deleted: boolean, recent: boolean): string {
    return join(this.#view.keywordsOf(row).map(flagOf), deleted, recent);
  }
}

function join(flags: readonly string[], deleted: boolean, recent: boolean): string {
  const all = [...flags];
  if (deleted) all.push('\\Deleted');
  if (recent) all.push('\\Recent');
  return all.join(' ');
}
