// Flags and keywords (RFC 9051 §2.3.2): reading them from commands, and their relation to the keywords of
// JMAP (RFC 8621 §4.1.1), in which the store keeps them.
import type { Cursor } from './cursor.ts';

/** System flag to keyword. `\Deleted` has no keyword: it belongs to a message in one mailbox. */
const SYSTEM = new Map([
  ['\\SEEN', '\\Seen'],
  ['\\ANSWERED', '\\Answered'],
  ['\\FLAGGED', '\\Flagged'],
  ['\\DELETED', '\\Deleted'],
  ['\\DRAFT', '\\Draft'],
]);

/** Keywords that have one spelling for everybody (the registry of RFC 5788 and our system flags). */
const SPELLING = new Map(
  [
    '\\Seen',
    '\\Answered',
    '\\Flagged',
    '\\Draft',
    '$Forwarded',
    '$MDNSent',
    '$Junk',
    '$NotJunk',
    '$Phishing',
    '$Important',
    '$SubmitPending',
    '$Submitted',
    '$MailFlagBit0',
    '$MailFlagBit1',
    '$MailFlagBit2',
    '$hasAttachment',
    '$hasNoAttachment',
    '$hasMemo',
    '$memo',
    '$muted',
    '$followed',
    '$unsubscribed',
    '$canUnsubscribe',
    '$imported',
    '$isTrusted',
    '$maskedEmail',
    '$new',
    '$notify',
    '$istrusted',
  ].map((flag) => [keywordOf(flag), flag]),
);

/** Longest keyword in bytes. */
export const MAX_KEYWORD = 255;

/** The keyword (RFC 8621) of a flag: `\Seen` is `$seen`, others are themselves in lower case. */
export function keywordOf(flag: string): string {
  return (flag.startsWith('\\') ? `$${flag.slice(1)}` : flag).toLowerCase();
}

/** How a keyword is written in IMAP: system flags with their backslash, registered ones in their spelling. */
export function flagOf(keyword: string): string {
  return SPELLING.get(keyword) ?? keyword;
}

/**
 * One flag of a command, in its usual spelling. `\Important` is taken for `$Important`; `\Recent` cannot be
 * stored and other names with a backslash do not exist (RFC 9051 §2.3.2).
 */
export function parseFlag(cursor: Cursor): string {
  if (cursor.take('\\')) {
    const name = cursor.atom('flag');
    const system = SYSTEM.get(`\\${name.toUpperCase()}`);
    if (system !== undefined) return system;
    if (name.toUpperCase() === 'IMPORTANT') return '$Important';
    return cursor.fail(name.toUpperCase() === 'RECENT' ? '\\Recent cannot be stored' : 'unknown system flag');
  }
  return parseKeyword(cursor);
}

export function parseKeyword(cursor: Cursor): string {
  const keyword = cursor.atom('flag');
  if (keyword.length > MAX_KEYWORD) cursor.fail('keyword is too long', 'LIMIT');
  // Keywords spelled as our own names of the system flags are the system flags; `$deleted` is none.
  const known = SPELLING.get(keyword.toLowerCase());
  if (keyword.toLowerCase() === '$deleted') cursor.fail('$deleted is not a keyword');
  return known ?? keyword;
}

/** `(flag flag ...)`, possibly empty. */
export function parseFlagList(cursor: Cursor): string[] {
  return cursor.list(() => parseFlag(cursor), { empty: true });
}

export interface StoreArguments {
  readonly operation: 'replace' | 'add' | 'remove';
  readonly silent: boolean;
  readonly flags: readonly string[];
  /** RFC 7162 §3.1.3. */
  readonly unchangedSince: number | undefined;
}

/** What follows the set in STORE (RFC 9051 §6.4.6, RFC 4466 §2.2). */
export function parseStoreArguments(cursor: Cursor): StoreArguments {
  let unchangedSince: number | undefined;
  if (cursor.peek() === 0x28) {
    cursor.list(
      () => {
        if (cursor.word() !== 'UNCHANGEDSINCE') cursor.fail('unknown STORE modifier');
        cursor.space();
        unchangedSince = cursor.number64();
      },
      { empty: false },
    );
    cursor.space();
  }
  const sign = cursor.take('+') ? 'add' : cursor.take('-') ? 'remove' : 'replace';
  const word = cursor.word();
  if (word !== 'FLAGS' && word !== 'FLAGS.SILENT') cursor.fail('unknown STORE item');
  cursor.space();
  let flags: string[];
  if (cursor.peek() === 0x28) {
    flags = parseFlagList(cursor);
  } else {
    flags = [];
    do flags.push(parseFlag(cursor));
    while (cursor.spaceBeforeMore());
  }
  return { operation: sign, silent: word === 'FLAGS.SILENT', flags, unchangedSince };
}
