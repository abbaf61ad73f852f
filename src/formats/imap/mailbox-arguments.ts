// Arguments of the commands on mailboxes: LIST and LSUB (RFC 9051 §6.3.9, RFC 5258, RFC 5819, RFC 6154,
// RFC 8440), STATUS (§6.3.11), SELECT and EXAMINE (RFC 7162 §3.2.5), CREATE (RFC 6154 §3), APPEND (§6.3.12,
// RFC 3502, RFC 6855). Mailbox names stay as sent: the session knows their encoding.
import type { Cursor, Literal } from './cursor.ts';
import { type DateTime, parseDateTime } from './date.ts';
import { parseFlagList } from './flags.ts';
import { parseSequenceSet, type SequenceSet, STAR } from './sequence-set.ts';

const STATUS_ITEMS = [
  'MESSAGES',
  'UIDNEXT',
  'UIDVALIDITY',
  'UNSEEN',
  'DELETED',
  'SIZE',
  'RECENT',
  'HIGHESTMODSEQ',
  'MAILBOXID',
  'DELETED-STORAGE',
  'APPENDLIMIT',
] as const;
export type StatusItem = (typeof STATUS_ITEMS)[number];

/** `(item item ...)`. */
export function parseStatusItems(cursor: Cursor): StatusItem[] {
  const items = new Set<StatusItem>();
  cursor.list(
    () => {
      const word = cursor.word('STATUS item') as StatusItem;
      if (!STATUS_ITEMS.includes(word)) cursor.fail('unknown STATUS item');
      items.add(word);
    },
    { empty: false },
  );
  return [...items];
}

export type ListSelection = 'SUBSCRIBED' | 'REMOTE' | 'SPECIAL-USE' | 'RECURSIVEMATCH';

export interface ListArguments {
  readonly selection: ReadonlySet<ListSelection>;
  readonly reference: string;
  readonly patterns: readonly string[];
  /** True when the client used any of RFC 5258: it understands extended answers. */
  readonly extended: boolean;
  readonly returnSubscribed: boolean;
  readonly returnChildren: boolean;
  readonly returnSpecialUse: boolean;
  readonly returnStatus: readonly StatusItem[] | undefined;
}

export function parseListArguments(cursor: Cursor): ListArguments {
  const selection = new Set<ListSelection>();
  let extended = false;
  if (cursor.peek() === 0x28) {
    extended = true;
    cursor.list(
      () => {
        const word = cursor.word('selection option');
        if (
          word !== 'SUBSCRIBED' &&
          word !== 'REMOTE' &&
          word !== 'SPECIAL-USE' &&
          word !== 'RECURSIVEMATCH'
        ) {
          return cursor.fail('unknown selection option');
        }
        return void selection.add(word);
      },
      { empty: true },
    );
    cursor.space();
    // RFC 5258 §3.1: RECURSIVEMATCH only together with an option that selects by itself.
    if (selection.has('RECURSIVEMATCH') && !selection.has('SUBSCRIBED') && !selection.has('SPECIAL-USE')) {
      cursor.fail('RECURSIVEMATCH needs SUBSCRIBED or SPECIAL-USE');
    }
  }
  const reference = cursor.astring();
  cursor.space();
  let patterns: string[];
  if (cursor.peek() === 0x28) {
    extended = true;
    patterns = cursor.list(() => cursor.listPattern(), { empty: false });
  } else {
    patterns = [cursor.listPattern()];
  }
  const asked = {
    subscribed: false,
    children: false,
    specialUse: false,
    status: undefined as StatusItem[] | undefined,
  };
  if (cursor.spaceBeforeMore()) {
    if (cursor.word() !== 'RETURN') cursor.fail('unexpected text after the pattern');
    cursor.space();
    extended = true;
    cursor.list(() => parseReturnOption(cursor, asked), { empty: true });
  }
  return {
    selection,
    reference,
    patterns,
    extended,
    returnSubscribed: asked.subscribed,
    returnChildren: asked.children,
    returnSpecialUse: asked.specialUse,
    returnStatus: asked.status,
  };
}

function parseReturnOption(
  cursor: Cursor,
  asked: { subscribed: boolean; children: boolean; specialUse: boolean; status: StatusItem[] | undefined },
): void {
  const word = cursor.word('return option');
  if (word === 'SUBSCRIBED') asked.subscribed = true;
  else if (word === 'CHILDREN') asked.children = true;
  else if (word === 'SPECIAL-USE') asked.specialUse = true;
  else if (word === 'STATUS') {
    cursor.space();
    asked.status = parseStatusItems(cursor);
  } else cursor.fail('unknown return option');
}

export interface LsubArguments {
  readonly reference: string;
  readonly pattern: string;
}

export function parseLsubArguments(cursor: Cursor): LsubArguments {
  const reference = cursor.astring();
  cursor.space();
  return { reference, pattern: cursor.listPattern() };
}

export interface QresyncArguments {
  readonly uidValidity: number;
  readonly modseq: number;
  readonly knownUids: SequenceSet | undefined;
  /** Sequence numbers and the UIDs they had, in step. */
  readonly match: { readonly numbers: SequenceSet; readonly uids: SequenceSet } | undefined;
}

export interface SelectArguments {
  readonly mailbox: string;
  readonly condstore: boolean;
  readonly qresync: QresyncArguments | undefined;
}

export function parseSelectArguments(cursor: Cursor): SelectArguments {
  const mailbox = cursor.astring();
  let condstore = false;
  let qresync: QresyncArguments | undefined;
  if (cursor.spaceBeforeMore()) {
    cursor.list(
      () => {
        const word = cursor.word('parameter');
        if (word === 'CONDSTORE') condstore = true;
        else if (word === 'QRESYNC') {
          cursor.space();
          qresync = parseQresync(cursor);
        } else cursor.fail('unknown parameter');
      },
      { empty: false },
    );
  }
  return { mailbox, condstore, qresync };
}

function parseQresync(cursor: Cursor): QresyncArguments {
  cursor.expect('(');
  const uidValidity = cursor.nzNumber();
  cursor.space();
  const modseq = cursor.number64();
  let knownUids: SequenceSet | undefined;
  let match: QresyncArguments['match'];
  if (cursor.take(' ') && cursor.peek() !== 0x28) {
    knownUids = parseKnownSet(cursor);
    if (cursor.take(' ')) match = parseMatch(cursor);
  } else if (cursor.peek() === 0x28) {
    match = parseMatch(cursor);
  }
  cursor.expect(')');
  return { uidValidity, modseq, knownUids, match };
}

function parseMatch(cursor: Cursor): NonNullable<QresyncArguments['match']> {
  cursor.expect('(');
  const numbers = parseKnownSet(cursor);
  cursor.space();
  const uids = parseKnownSet(cursor);
  cursor.expect(')');
  return { numbers, uids };
}

/** RFC 7162 §7 `known-sequence-set`: `*` is not allowed. */
function parseKnownSet(cursor: Cursor): SequenceSet {
  const set = parseSequenceSet(cursor);
  if (set.saved || set.ranges.includes(STAR)) cursor.fail('a known set has numbers only');
  return set;
}

export interface CreateArguments {
  readonly mailbox: string;
  /** Special-use attributes of `USE (...)`, as sent, in lower case with the backslash. */
  readonly use: readonly string[];
}

export function parseCreateArguments(cursor: Cursor): CreateArguments {
  const mailbox = cursor.astring();
  let use: string[] = [];
  if (cursor.spaceBeforeMore()) {
    cursor.list(
      () => {
        if (cursor.word('parameter') !== 'USE') cursor.fail('unknown parameter');
        cursor.space();
        use = cursor.list(
          () => {
            cursor.expect('\\');
            return `\\${cursor.atom('attribute').toLowerCase()}`;
          },
          { empty: true },
        );
      },
      { empty: false },
    );
  }
  return { mailbox, use };
}

export interface AppendMessage {
  readonly flags: readonly string[];
  readonly date: DateTime | undefined;
  readonly literal: Literal;
  /** Sent as `UTF8 (~{n} ...)` (RFC 6855 §4). */
  readonly utf8: boolean;
}

export interface AppendArguments {
  readonly mailbox: string;
  readonly messages: readonly AppendMessage[];
}

export function parseAppendArguments(cursor: Cursor): AppendArguments {
  const mailbox = cursor.astring();
  const messages: AppendMessage[] = [];
  cursor.space();
  do messages.push(parseAppendMessage(cursor));
  while (cursor.spaceBeforeMore());
  return { mailbox, messages };
}

function parseAppendMessage(cursor: Cursor): AppendMessage {
  let flags: string[] = [];
  let date: DateTime | undefined;
  if (cursor.peek() === 0x28) {
    flags = parseFlagList(cursor);
    cursor.space();
  }
  if (cursor.peek() === 0x22) {
    date = parseDateTime(cursor);
    cursor.space();
  }
  if (cursor.takeWord('UTF8')) {
    cursor.space();
    cursor.expect('(');
    const literal = cursor.literal();
    cursor.expect(')');
    if (!literal.binary) cursor.fail('UTF8 takes a literal8');
    return { flags, date, literal, utf8: true };
  }
  if (!cursor.atLiteral()) cursor.fail('missing message literal');
  return { flags, date, literal: cursor.literal(), utf8: false };
}
