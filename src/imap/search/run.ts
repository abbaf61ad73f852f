// Runs a compiled search over the selected mailbox: columns first, and only what they leave open is read.
import type { SearchKey } from '../../formats/imap/index.ts';
import type { MailboxSession } from '../session.ts';
import { contents } from './load.ts';
import { compile, type Test, Verdict } from './program.ts';

/** Members looked at between two looks at the clock. */
const STRIDE = 1024;

/** Indexes of the members that the client knows of and that match, ascending. */
export async function search(
  session: MailboxSession,
  key: SearchKey,
  charset: string | undefined,
): Promise<Uint32Array> {
  const test = await compile(session, key, charset);
  const { found, open } = await quick(session, test, domain(session, key));
  if (open.length === 0) return Uint32Array.from(found);
  for await (const content of contents(session, open, test.need)) {
    if (test.full(content.index, content)) found.push(content.index);
  }
  return Uint32Array.from(found).sort();
}

async function quick(
  { slice }: MailboxSession,
  test: Test,
  { indexes, count }: Domain,
): Promise<{ found: number[]; open: number[] }> {
  const found: number[] = [];
  const open: number[] = [];
  for (let i = 0; i < count; i++) {
    // hot: per member
    const index = indexes === undefined ? i : (indexes[i] as number);
    const verdict = test.quick(index);
    if (verdict === Verdict.yes) found.push(index);
    else if (verdict === Verdict.unknown) open.push(index);
    if (i % STRIDE === 0 && slice.due()) await slice.pause();
  }
  return { found, open };
}

interface Domain {
  /** Undefined for the first `count` members. */
  readonly indexes: Uint32Array | undefined;
  readonly count: number;
}

/** Members worth looking at: those of a set of UIDs that all matches must be in, where there is one. */
function domain({ selected }: MailboxSession, key: SearchKey): Domain {
  for (const term of key.key === 'and' ? key.terms : [key]) {
    if (term.key !== 'set' || !(term.uid || term.set.saved)) continue;
    const indexes = selected.indexesOfUids(selected.uidsOf(term.set));
    return { indexes, count: indexes.length };
  }
  return { indexes: undefined, count: selected.knownMembers };
}
