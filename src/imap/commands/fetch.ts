// FETCH and UID FETCH (RFC 9051 §6.4.5, with BINARY, CONDSTORE, QRESYNC, PARTIAL, OBJECTID and PREVIEW).
import {
  type Cursor,
  type FetchArguments,
  type FetchItem,
  parseFetchArguments,
  parseSequenceSet,
  type PartialRange,
  rangesOf,
  type SequenceSet,
} from '../../formats/imap/index.ts';
import { announceNew } from '../announce.ts';
import { planFetch } from '../fetch/plan.ts';
import { runFetch } from '../fetch/run.ts';
import { limited } from '../message-limit.ts';
import { done, type Done, type ImapOperation, whenSelected } from '../operation.ts';
import { no } from '../reply.ts';
import type { MailboxSession, Session } from '../session.ts';
import { vanishedOf } from '../vanished.ts';

type Args = FetchArguments & { readonly set: SequenceSet };

export const fetchOperations: readonly ImapOperation[] = [
  whenSelected({
    name: 'FETCH',
    permission: 'imapFetch',
    updates: 'noExpunge',
    parse: (cursor, session) => parse(cursor, session, { uid: false }),
    handle: (session, args) => fetch(session, args, { uid: false }),
  }),
  whenSelected({
    name: 'UID FETCH',
    permission: 'imapFetch',
    parse: (cursor, session) => parse(cursor, session, { uid: true }),
    handle: (session, args) => {
      announceNew(session);
      return fetch(session, args, { uid: true });
    },
  }),
];

interface Form {
  readonly uid: boolean;
}

function parse(cursor: Cursor, session: Session, { uid }: Form): Args {
  cursor.space();
  const set = parseSequenceSet(cursor);
  cursor.space();
  const args = parseFetchArguments(cursor);
  // RFC 7162 §3.2.6.
  if (args.vanished && !(uid && session.enabled.qresync)) {
    cursor.fail('VANISHED needs UID FETCH and QRESYNC');
  }
  return { ...args, set };
}

async function fetch(session: MailboxSession, args: Args, { uid }: Form): Promise<Done> {
  const { selected } = session;
  selected.requireThere();
  const { items, changedSince } = args;
  if (changedSince !== undefined || items.some(({ item }) => item === 'MODSEQ')) session.useCondstore();
  const { indexes: named, gone } = selected.targets(args.set, uid ? 'uid' : 'number');
  if (args.vanished && changedSince !== undefined) {
    const vanished = await vanishedOf(session, selected.uidsOf(args.set), changedSince);
    if (vanished !== '') session.untagged(`VANISHED (EARLIER) ${vanished}`);
  }
  let indexes = named;
  if (changedSince !== undefined) {
    indexes = indexes.filter((index) => selected.members.modseq(index) > changedSince);
  }
  if (args.partial !== undefined) indexes = partialOfIndexes(indexes, args.partial);
  const { code, ...within } = limited(session, indexes);
  ({ indexes } = within);
  const changed = await markSeen(session, items, indexes);
  // What was stored has made another moment: the same UIDs have other places in it.
  if (changed.size > 0) indexes = changed.indexes;
  const plan = planFetch(session, items, { uid, modseq: changedSince !== undefined, changed: changed.uids });
  const outcome = await runFetch(session, plan, indexes);
  const told = plan.flags ? indexes : indexesOf(indexes, selected.members.uids, changed.uids);
  if (plan.unknownEncoding) return { reply: no('A part cannot be decoded.', 'UNKNOWN-CTE'), told };
  if (gone || outcome.gone) {
    // RFC 9738 §3.1: the limit is told beside it.
    if (code !== undefined) session.untagged(`NO [${code}] Not all of the messages.`);
    return { reply: no('Some of the messages are gone.', 'EXPUNGEISSUED'), told };
  }
  return { ...done('Fetched.', code), told };
}

interface Changed {
  readonly size: number;
  readonly uids: ReadonlySet<number>;
  readonly indexes: Uint32Array;
}

/** Sets `\Seen` on those that are about to be read, unless the items only peek (RFC 9051 §6.4.5). */
async function markSeen(
  { selected, user, origin }: MailboxSession,
  items: readonly FetchItem[],
  indexes: Uint32Array,
): Promise<Changed> {
  const reads = items.some((item) => 'peek' in item && !item.peek);
  if (!reads || selected.readOnly) return { size: 0, uids: NONE, indexes };
  const { members, view } = selected;
  const isSeen = view.keywordTest('$seen');
  const unseen: number[] = [];
  const all: number[] = [];
  for (const index of indexes) {
    const uid = members.uids[index] as number;
    all.push(uid);
    if (isSeen?.(members.rows[index] as number) !== true) unseen.push(uid);
  }
  if (unseen.length === 0) return { size: 0, uids: NONE, indexes };
  await user.mail.storeFlags(
    selected.id,
    unseen,
    { mode: 'add', keywords: ['$seen'], deleted: false },
    { origin },
  );
  await selected.refresh(user.mail);
  return {
    size: unseen.length,
    uids: new Set(unseen),
    indexes: selected.indexesOfUids(rangesOf(all)),
  };
}

const NONE: ReadonlySet<number> = new Set();

/** RFC 9394 §3.3: a part of what the command names, counted from the start or from the end. */
function partialOfIndexes(indexes: Uint32Array, { first, last }: PartialRange): Uint32Array {
  if (first > 0) return indexes.subarray(first - 1, last);
  return indexes.subarray(Math.max(0, indexes.length + last), Math.max(0, indexes.length + first + 1));
}

function indexesOf(indexes: Uint32Array, uids: ArrayLike<number>, wanted: ReadonlySet<number>): Uint32Array {
  if (wanted.size === 0) return EMPTY;
  return indexes.filter((index) => wanted.has(uids[index] as number));
}

const EMPTY = new Uint32Array();
