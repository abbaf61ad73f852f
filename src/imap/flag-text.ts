// Writes the FLAGS of messages from columns. A mailbox has few different combinations of flags, so the text of each
// is made once.
import { flagOf } from '../formats/imap/index.ts';
import { DELETED_BIT, type MailboxMembers, type MailView } from '../mail/index.ts';

/** Keywords that fit into one mask beside `\Deleted` and `\Recent`. */
const MAX_TESTS = 30;
const RECENT_BIT = 0x4000_0000;

/** Members whose keywords are read one by one before masks for the whole mailbox are made. */
const FEW = 16;

/** A keyword of the mailbox: its bit in a mask, and how it is tested where the mask does not come with it. */
interface Keyword {
  readonly flag: string;
  readonly bit: number;
  readonly test: ((row: number) => boolean) | undefined;
}

export class FlagText {
  readonly #view: MailView;
  readonly #members: MailboxMembers;
  readonly #recentFrom: number;
  readonly #texts = new Map<number, string>();
  readonly #one = new Uint32Array(1);
  /** Null when the mailbox has too many keywords for masks. */
  #keywords: readonly Keyword[] | null | undefined;
  /** Those that `flagBits` does not tell. */
  #tested: readonly Keyword[] = [];
  #asked = 0;

  /** @param recentFrom first UID that is `\Recent`, Infinity for none */
  constructor(view: MailView, members: MailboxMembers, recentFrom: number) {
    this.#view = view;
    this.#members = members;
    this.#recentFrom = recentFrom;
  }

  /** `\Seen \Flagged todo` of a member, one octet a character, without parentheses. */
  of(index: number): string {
    if (this.#keywords === undefined && ++this.#asked <= FEW) return this.#slow(index);
    return this.masks(this.#one, 1, index) ? this.textOf(this.#one[0] as number) : this.#slow(index);
  }

  /**
   * Writes a mask for each of `count` members to the start of `out`, of those from `from` on, or of the indexes from
   * that place on; members with the same flags have the same. False when this mailbox has too many keywords for it.
   */
  masks(out: Uint32Array, count: number, from: number, indexes?: Uint32Array): boolean {
    // hot: per message in FETCH FLAGS
    this.#keywords ??= this.#prepare();
    if (this.#keywords === null) return false;
    const members = this.#members;
    members.flagBits(out, count, from, indexes);
    for (const { bit, test } of this.#tested) {
      for (let i = 0; i < count; i++) {
        const index = indexes === undefined ? from + i : (indexes[from + i] as number);
        if (test?.(members.rows[index] as number) === true) out[i] = (out[i] as number) | bit;
      }
    }
    // The newest ones alone can be recent.
    if (this.#recentFrom < Infinity) {
      for (let i = count - 1; i >= 0; i--) {
        const index = indexes === undefined ? from + i : (indexes[from + i] as number);
        if ((members.uids[index] as number) < this.#recentFrom) break;
        out[i] = (out[i] as number) | RECENT_BIT;
      }
    }
    return true;
  }

  /** The flags that a mask stands for. */
  textOf(mask: number): string {
    let text = this.#texts.get(mask);
    if (text === undefined) {
      const flags: string[] = [];
      for (const { flag, bit } of this.#keywords ?? []) if ((mask & bit) !== 0) flags.push(flag);
      text = join(flags, (mask & DELETED_BIT) !== 0, (mask & RECENT_BIT) !== 0);
      this.#texts.set(mask, text);
    }
    return text;
  }

  #prepare(): Keyword[] | null {
    const names = this.#view.keywordsIn(this.#members.mailbox.id);
    if (names.length > MAX_TESTS) return null;
    const bits = names.map((name) => this.#view.keywordBit(name));
    let free = 1;
    const next = (): number => {
      while (bits.includes(free)) free <<= 1;
      bits.push(free);
      return free;
    };
    const keywords = names.map((name, i): Keyword => {
      const bit = bits[i] as number;
      const flag = flagOf(name);
      return bit > 0
        ? { flag, bit, test: undefined }
        : { flag, bit: next(), test: this.#view.keywordTest(name) };
    });
    this.#tested = keywords.filter(({ test }) => test !== undefined);
    return keywords;
  }

  #slow(index: number): string {
    const { rows, uids } = this.#members;
    const flags = this.#view.keywordsOf(rows[index] as number).map(flagOf);
    return join(flags, this.#members.isDeleted(index), (uids[index] as number) >= this.#recentFrom);
  }
}

function join(flags: readonly string[], deleted: boolean, recent: boolean): string {
  const all = [...flags];
  if (deleted) all.push('\\Deleted');
  if (recent) all.push('\\Recent');
  return all.join(' ');
}
