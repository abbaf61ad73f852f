// STORE and UID STORE (RFC 9051 §6.4.6), with UNCHANGEDSINCE (RFC 7162 §3.1.3).
import {
  type Cursor,
  flagOf,
  formatNumbers,
  parseSequenceSet,
  parseStoreArguments,
  rangesOf,
  type SequenceSet,
  type StoreArguments,
} from '../../formats/imap/index.ts';
import type { FlagChange } from '../../mail/index.ts';
import { announceKeywords, announceNew, writeFlags } from '../announce.ts';
import { limited } from '../message-limit.ts';
import { done, type Done, type ImapOperation, whenSelected } from '../operation.ts';
import { no, ok } from '../reply.ts';
import type { MailboxSession } from '../session.ts';
import { splitFlags } from '../store-flags.ts';

type Args = StoreArguments & { readonly set: SequenceSet };

/** Messages of which keywords are read one by one. */
const FEW = 64;

export const storeOperations: readonly ImapOperation[] = [
  whenSelected({
    name: 'STORE',
    permission: 'imapStore',
    updates: 'noExpunge',
    parse,
    handle: (session, args) => store(session, args, { uid: false }),
  }),
  whenSelected({
    name: 'UID STORE',
    permission: 'imapStore',
    parse,
    handle: (session, args) => {
      announceNew(session);
      return store(session, args, { uid: true });
    },
  }),
];

function parse(cursor: Cursor): Args {
  cursor.space();
  const set = parseSequenceSet(cursor);
  cursor.space();
  return { ...parseStoreArguments(cursor), set };
}

async function store(session: MailboxSession, args: Args, { uid }: { readonly uid: boolean }): Promise<Done> {
  const { selected, user, origin, enabled } = session;
  selected.requireThere();
  selected.requireWritable();
  const { unchangedSince, silent } = args;
  if (unchangedSince !== undefined) session.useCondstore();
  const { indexes: named, gone } = selected.targets(args.set, uid ? 'uid' : 'number');
  const { indexes, code } = limited(session, named);
  const uids = Array.from(indexes, (index) => selected.members.uids[index] as number);
  const { operation: mode, flags } = args;
  const change: FlagChange = {
    mode,
    ...splitFlags(flags),
    ...(unchangedSince !== undefined && { unchangedSince }),
  };
  const expected = silent ? await expectations(session, indexes, change) : undefined;
  const { modified } =
    uids.length > 0 ? await user.mail.storeFlags(selected.id, uids, change, { origin }) : { modified: [] };
  await selected.refresh(user.mail);
  const failed = new Set(modified);
  const stored = selected
    .indexesOfUids(rangesOf(uids))
    .filter((index) => !failed.has(selected.members.uids[index] as number));
  announceKeywords(session, stored.length <= FEW ? Array.from(stored) : undefined);
  const told = expected ? await answerSilently(session, stored, expected) : await answer(session, stored);
  // RFC 9738 §3.1: another code takes the tagged response, then.
  if (code !== undefined && (gone || failed.size > 0))
    session.untagged(`NO [${code}] Not all of the messages.`);
  if (enabled.condstore && failed.size > 0) {
    const set = formatNumbers(uid ? modified : numbersOf(session, modified));
    return { reply: ok('Some have changed since.', `MODIFIED ${set}`), told };
  }
  if (gone) return { reply: no('Some of the messages are gone.', 'EXPUNGEISSUED'), told };
  return { ...done('Stored.', code), told };
}

async function answer(session: MailboxSession, stored: Uint32Array): Promise<Uint32Array> {
  for (const index of stored) {
    writeFlags(session, index);
    const busy = session.breathe();
    if (busy) await busy;
  }
  return stored;
}

/**
 * The flags that the client expects after a silent STORE, by UID; those whose flags were changed by others before
 * are left out, so that they are told.
 */
async function expectations(
  session: MailboxSession,
  indexes: Uint32Array,
  change: FlagChange,
): Promise<ReadonlyMap<number, string>> {
  const { members, flags, toldChange } = session.selected;
  const expected = new Map<number, string>();
  const known = new Map<string, string>();
  for (const index of indexes) {
    if (members.modseq(index) > toldChange) continue;
    const before = flags.of(index);
    let after = known.get(before);
    if (after === undefined) {
      after = canonical(changed(before.split(' '), change));
      known.set(before, after);
    }
    expected.set(members.uids[index] as number, after);
    const busy = session.breathe();
    if (busy) await busy;
  }
  return expected;
}

function changed(before: readonly string[], { mode, keywords, deleted }: FlagChange): string[] {
  const given = [
    ...keywords.map((keyword) => flagOf(keyword).toLowerCase()),
    ...(deleted ? ['\\deleted'] : []),
  ];
  const had = before.filter((flag) => flag !== '').map((flag) => flag.toLowerCase());
  if (mode === 'remove') return had.filter((flag) => !given.includes(flag));
  return [...(mode === 'add' ? had : had.filter((flag) => flag === '\\recent')), ...given];
}

const canonical = (flags: readonly string[]): string => [...new Set(flags)].sort().join(' ');

/**
 * Answers a silent STORE: nothing where the flags are as the client expects, but for the modseq, which it cannot
 * know (RFC 7162 §3.1.3).
 */
async function answerSilently(
  session: MailboxSession,
  stored: Uint32Array,
  expected: ReadonlyMap<number, string>,
): Promise<Uint32Array> {
  const { selected, out, enabled } = session;
  const { members, flags } = selected;
  const texts = new Map<string, string>();
  const told = new Uint32Array(stored.length);
  let count = 0;
  for (const index of stored) {
    const uid = members.uids[index] as number;
    const text = flags.of(index);
    let now = texts.get(text);
    if (now === undefined) {
      now = canonical(
        text
          .split(' ')
          .map((flag) => flag.toLowerCase())
          .filter((flag) => flag !== ''),
      );
      texts.set(text, now);
    }
    if (expected.get(uid) !== now) continue;
    told[count++] = index;
    if (enabled.condstore) {
      out.text('* ').number(selected.numberOf(index)).text(' FETCH (UID ').number(uid);
      out.text(' MODSEQ (').number(members.modseq(index)).text('))\r\n');
    }
    const busy = session.breathe();
    if (busy) await busy;
  }
  return told.subarray(0, count);
}

function numbersOf({ selected }: MailboxSession, uids: readonly number[]): number[] {
  const indexes = selected.indexesOfUids(rangesOf(uids));
  return Array.from(indexes, (index) => selected.numberOf(index));
}
