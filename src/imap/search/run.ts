// Runs a compiled search over the selected mailbox: columns first, and only what they leave open is read.
import type { SearchKey } from '../../formats/imap/index.ts';
import type { FlagSummary } from '../../mail/index.ts';
import { type Limited, limited } from '../message-limit.ts';
import type { MailboxSession } from '../session.ts';
import { eachContent } from './load.ts';
import { type BitTest, compile, type Test, Verdict } from './program.ts';

/** Members looked at between two looks at the clock. */
const STRIDE = 1024;

export interface SearchResult extends Limited {
  /** Indexes of the members that the client knows of and that match, ascending. */
  readonly indexes: Uint32Array;
}

export async function search(
  session: MailboxSession,
  key: SearchKey,
  charset: string | undefined,
): Promise<SearchResult> {
  const test = await compile(session, key, charset);
  const { code, ...where } = domain(session, key);
  if (test.bits !== undefined) return { indexes: await byFlags(session, test.bits, where), code };
  const { found, open } = await quick(session, test, where);
  if (open.length === 0) return { indexes: Uint32Array.from(found), code };
  await eachContent(session, open, { need: test.need }, (content) => {
    if (test.full(content.index, content)) found.push(content.index);
  });
  return { indexes: Uint32Array.from(found).sort(), code };
}

/** Compares the flags of a stride of members at a time. */
async function byFlags(
  { slice, selected }: MailboxSession,
  { mask, value }: BitTest,
  { indexes, first, count }: Domain,
): Promise<Uint32Array> {
  const { members } = selected;
  if (indexes === undefined && isNever({ mask, value }, members.flagSummary)) return NOTHING;
  const found = new Uint32Array(count);
  const bits = new Uint32Array(Math.min(STRIDE, count));
  let length = 0;
  for (let from = 0; from < count; from += STRIDE) {
    const some = Math.min(STRIDE, count - from);
    members.flagBits(bits, some, first + from, indexes);
    // hot: per member
    for (let i = 0; i < some; i++) {
      if ((((bits[i] as number) ^ value) & mask) !== 0) continue;
      found[length++] = indexes === undefined ? first + from + i : (indexes[from + i] as number);
    }
    if (slice.due()) await slice.pause();
  }
  return found.subarray(0, length);
}

const NOTHING = new Uint32Array();

/** True when no member has a flag that is wanted, or all have one that is not: most often, nothing is unseen. */
const isNever = ({ mask, value }: BitTest, { some, every }: FlagSummary): boolean =>
  (value & mask & ~some) !== 0 || (~value & mask & every) !== 0;

async function quick(
  { slice }: MailboxSession,
  test: Test,
  { indexes, first, count }: Domain,
): Promise<{ found: number[]; open: number[] }> {
  const found: number[] = [];
  const open: number[] = [];
  for (let i = 0; i < count; i++) {
    // hot: per member
    const index = indexes === undefined ? first + i : (indexes[i] as number);
    const verdict = test.quick(index);
    if (verdict === Verdict.yes) found.push(index);
    else if (verdict === Verdict.unknown) open.push(index);
    if (i % STRIDE === 0 && slice.due()) await slice.pause();
  }
  return { found, open };
}

interface Domain {
  /** Undefined for `count` members from `first` on. */
  readonly indexes: Uint32Array | undefined;
  readonly first: number;
  readonly count: number;
}

/**
 * Members worth looking at: those of a set of UIDs that all matches must be in, where there is one; the last ones
 * where that is more than one command may look at (RFC 9738).
 */
function domain(session: MailboxSession, key: SearchKey): Domain & Pick<Limited, 'code'> {
  const { selected, options } = session;
  for (const term of key.key === 'and' ? key.terms : [key]) {
    if (term.key !== 'set' || !(term.uid || term.set.saved)) continue;
    const { indexes, code } = limited(session, selected.indexesOfUids(selected.uidsOf(term.set)));
    return { indexes, first: 0, count: indexes.length, code };
  }
  const count = Math.min(selected.knownMembers, options.settings().maxMessagesPerCommand);
  const first = selected.knownMembers - count;
  const lowest = selected.members.uids[first];
  return {
    indexes: undefined,
    first,
    count,
    code: first > 0 ? `MESSAGELIMIT ${count} ${lowest}` : undefined,
  };
}
