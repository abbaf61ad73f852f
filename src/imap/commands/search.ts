// SEARCH, SORT, THREAD and their UID forms (RFC 9051 §6.4.4, RFC 5256, ESEARCH RFC 4731, ESORT RFC 5267, SEARCHRES
// RFC 5182).
import {
  type Cursor,
  ImapSyntaxError,
  parseSearchArguments,
  parseSearchKeys,
  parseSearchReturn,
  type SearchArguments,
  type SearchKey,
  type SearchReturn,
} from '../../formats/imap/index.ts';
import { announceNew } from '../announce.ts';
import { type Command, done, type Done, type ImapOperation, whenSelected } from '../operation.ts';
import type { MailboxSession, Session } from '../session.ts';
import { type Found, save, writeExtended, writePlain } from '../search/answer.ts';
import { usesModseq } from '../search/program.ts';
import { search, type SearchResult } from '../search/run.ts';
import { parseSortKeys, sort, type SortKey } from '../search/sort.ts';
import { thread, type ThreadNode } from '../search/thread.ts';

interface Form {
  readonly uid: boolean;
}
const NUMBERS: Form = { uid: false };
const UIDS: Form = { uid: true };

type SortArguments = SearchArguments & { readonly sortKeys: readonly SortKey[] };

interface ThreadArguments {
  readonly algorithm: 'REFERENCES' | 'ORDEREDSUBJECT';
  readonly charset: string;
  readonly key: SearchKey;
}

export const searchOperations: readonly ImapOperation[] = [
  whenSelected({
    name: 'SEARCH',
    permission: 'imapSearch',
    updates: 'noExpunge',
    parse: parseSearch,
    handle: (session, args, command) => runSearch(session, args, command, NUMBERS),
  }),
  whenSelected({
    name: 'UID SEARCH',
    permission: 'imapSearch',
    parse: parseSearch,
    handle: (session, args, command) => runSearch(session, args, command, UIDS),
  }),
  whenSelected({
    name: 'SORT',
    permission: 'imapSort',
    updates: 'noExpunge',
    parse: parseSort,
    handle: (session, args, command) => runSort(session, args, command, NUMBERS),
  }),
  whenSelected({
    name: 'UID SORT',
    permission: 'imapSort',
    parse: parseSort,
    handle: (session, args, command) => runSort(session, args, command, UIDS),
  }),
  whenSelected({
    name: 'THREAD',
    permission: 'imapThread',
    updates: 'noExpunge',
    parse: parseThread,
    handle: (session, args) => runThread(session, args, NUMBERS),
  }),
  whenSelected({
    name: 'UID THREAD',
    permission: 'imapThread',
    parse: parseThread,
    handle: (session, args) => runThread(session, args, UIDS),
  }),
];

function parseSearch(cursor: Cursor, session: Session): SearchArguments {
  cursor.space();
  const args = parseSearchArguments(cursor);
  // RFC 6855 §3: everything is UTF-8 then.
  if (args.charset !== undefined && session.enabled.utf8Accept) {
    cursor.fail('CHARSET is not allowed after UTF8=ACCEPT');
  }
  return args;
}

/** `[RETURN (...)] (key ...) charset search-keys` (RFC 5256 §3, RFC 5267 §3.1). */
function parseSort(cursor: Cursor): SortArguments {
  cursor.space();
  const options = parseSearchReturn(cursor);
  const sortKeys = parseSortKeys(cursor);
  cursor.space();
  const charset = cursor.astring().toUpperCase();
  cursor.space();
  return { options, sortKeys, charset, key: parseSearchKeys(cursor) };
}

/** `algorithm charset search-keys` (RFC 5256 §3). */
function parseThread(cursor: Cursor): ThreadArguments {
  cursor.space();
  const algorithm = cursor.word('threading algorithm');
  if (algorithm !== 'REFERENCES' && algorithm !== 'ORDEREDSUBJECT') {
    return cursor.fail('unknown threading algorithm');
  }
  cursor.space();
  const charset = cursor.astring().toUpperCase();
  cursor.space();
  return { algorithm, charset, key: parseSearchKeys(cursor) };
}

/** RFC 9051 §6.4.4: rev2 clients get ESEARCH whatever they ask for. */
const ALL: SearchReturn = {
  min: false,
  max: false,
  all: true,
  count: false,
  save: false,
  partial: undefined,
};

async function runSearch(
  session: MailboxSession,
  args: SearchArguments,
  { tag }: Command,
  form: Form,
): Promise<Done> {
  const options = args.options ?? (session.enabled.rev2 ? ALL : undefined);
  const { indexes, code } = await find(session, args, form);
  const modseq = usesModseq(args.key);
  await answer(session, { indexes, name: 'SEARCH', tag, ...form, modseq }, options);
  return done('Searched.', code);
}

async function runSort(
  session: MailboxSession,
  args: SortArguments,
  { tag }: Command,
  form: Form,
): Promise<Done> {
  const found = await find(session, args, form);
  const indexes = await sort(session, found.indexes, args.sortKeys);
  const modseq = usesModseq(args.key);
  await answer(session, { indexes, name: 'SORT', tag, ...form, modseq }, args.options);
  return done('Sorted.', found.code);
}

/** Finds what matches. What SAVE would have kept is empty after a failure (RFC 5182 §2.1). */
async function find(session: MailboxSession, args: SearchArguments, { uid }: Form): Promise<SearchResult> {
  const { selected } = session;
  try {
    selected.requireThere();
    if (uid) announceNew(session);
    if (usesModseq(args.key)) session.useCondstore();
    return await search(session, args.key, args.charset);
  } catch (error) {
    if (args.options?.save === true && !(error instanceof ImapSyntaxError)) selected.saved = [];
    throw error;
  }
}

async function answer(
  session: MailboxSession,
  found: Found,
  options: SearchReturn | undefined,
): Promise<void> {
  if (options === undefined) return writePlain(session, found);
  if (options.save) save(session, found.indexes, options);
  // RFC 5182 §2.1: SAVE alone gives no answer.
  if (options.min || options.max || options.all || options.count || options.partial) {
    writeExtended(session, found, options);
  }
}

async function runThread(session: MailboxSession, args: ThreadArguments, { uid }: Form): Promise<Done> {
  const { selected, out } = session;
  selected.requireThere();
  if (uid) announceNew(session);
  const { indexes, code } = await search(session, args.key, args.charset);
  const threads = await thread(session, indexes, args.algorithm);
  const { uids } = selected.members;
  const numberOf = uid
    ? (index: number) => uids[index] as number
    : (index: number) => selected.numberOf(index);
  out.text('* THREAD');
  if (threads.length > 0) out.text(' ');
  for (const root of threads) {
    out.text(formatThread(root, numberOf));
    const busy = session.breathe();
    if (busy) await busy;
  }
  out.end();
  return done('Threaded.', code);
}

/** `(3 6 (4 23)(44 7 96))` (RFC 5256 §4): one child follows, several are in parentheses. Not recursive: trees are deep. */
function formatThread(root: ThreadNode, numberOf: (index: number) => number): string {
  let text = '';
  const open: (ThreadNode | ')')[] = [root];
  let inChain = false;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === ')') {
      text += ')';
      inChain = false;
      continue;
    }
    if (!inChain) {
      text += '(';
      open.push(')');
    }
    if (next.index !== undefined) text += `${inChain ? ' ' : ''}${numberOf(next.index)}`;
    const { children } = next;
    inChain = children.length === 1;
    if (children.length > 1 && next.index !== undefined) text += ' ';
    for (let i = children.length - 1; i >= 0; i--) open.push(children[i] as ThreadNode);
  }
  return text;
}
