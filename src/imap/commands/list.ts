// LIST and LSUB (RFC 9051 §6.3.9, RFC 3501 §6.3.9; LIST-EXTENDED RFC 5258, LIST-STATUS RFC 5819, SPECIAL-USE RFC 6154).
import {
  compilePattern,
  type ListArguments,
  type NameMatcher,
  parseListArguments,
  parseLsubArguments,
  SEPARATOR,
} from '../../formats/imap/index.ts';
import { MailboxNames, type NamedMailbox } from '../names.ts';
import { done, type ImapOperation, signedIn } from '../operation.ts';
import type { UserSession } from '../session.ts';
import { attributeOf } from '../special-use.ts';
import { writeStatus } from './status.ts';

/** Patterns of one LIST. */
const MAX_PATTERNS = 100;

export const listOperations: readonly ImapOperation[] = [
  signedIn({
    name: 'LIST',
    permission: ({ returnStatus }: ListArguments) =>
      returnStatus === undefined ? 'imapList' : ['imapList', 'imapStatus'],
    permissions: ['imapList', 'imapStatus'],
    parse: (cursor) => {
      cursor.space();
      const args = parseListArguments(cursor);
      if (args.patterns.length > MAX_PATTERNS) cursor.fail('too many patterns');
      return args;
    },
    handle: async (session, args) => {
      await list(session, args);
      return done('Listed.');
    },
  }),
  signedIn({
    name: 'LSUB',
    permission: 'imapLsub',
    parse: (cursor) => {
      cursor.space();
      return parseLsubArguments(cursor);
    },
    handle: async (session, { reference, pattern }) => {
      const { all } = MailboxNames.of(await session.user.mail.view());
      const matches = matcher(session, reference, pattern);
      const isSubscribed = subscribed(session);
      const above = withAncestors(all.filter(isSubscribed));
      for (const named of all) {
        if (!matches(named.path)) continue;
        const name = session.encodeName(named.path);
        if (isSubscribed(named)) session.untagged(`LSUB () "${SEPARATOR}" ${name}`);
        // RFC 3501 §6.3.9: with "%", a level above a subscribed name is told as one that cannot be selected.
        else if (pattern.includes('%') && above.has(named.path)) {
          session.untagged(`LSUB (\\NoSelect) "${SEPARATOR}" ${name}`);
        }
      }
      return done('Listed.');
    },
  }),
];

async function list(session: UserSession, args: ListArguments): Promise<void> {
  const { selection, reference, patterns } = args;
  // RFC 9051 §6.3.9: an empty pattern asks for the separator.
  if (patterns.length === 1 && patterns[0] === '' && selection.size === 0) {
    session.untagged(`LIST (\\NoSelect) "${SEPARATOR}" ""`);
    return;
  }
  const view = await session.user.mail.view();
  const { all } = MailboxNames.of(view);
  const matchers = patterns.map((pattern) => matcher(session, reference, pattern));
  const isSubscribed = subscribed(session);
  const attribute = ({ mailbox }: NamedMailbox) => attributeOf(mailbox.role, { rev2: session.enabled.rev2 });
  const isSelected = (named: NamedMailbox): boolean =>
    (!selection.has('SUBSCRIBED') || isSubscribed(named)) &&
    (!selection.has('SPECIAL-USE') || attribute(named) !== undefined);
  const above = selection.has('RECURSIVEMATCH') ? withAncestors(all.filter(isSelected)) : undefined;
  const criteria = [...selection].filter((option) => option === 'SUBSCRIBED' || option === 'SPECIAL-USE');
  const childInfo = ` ("CHILDINFO" (${criteria.map((option) => `"${option}"`).join(' ')}))`;
  for (const named of all) {
    if (!matchers.some((matches) => matches(named.path))) continue;
    const hasSelectedBelow = above?.has(named.path) === true;
    if (!isSelected(named) && !hasSelectedBelow) continue;
    const attributes = [named.hasChildren ? '\\HasChildren' : '\\HasNoChildren'];
    if ((args.returnSubscribed || selection.has('SUBSCRIBED')) && isSubscribed(named)) {
      attributes.push('\\Subscribed');
    }
    const use = attribute(named);
    if (use !== undefined) attributes.push(use);
    const name = session.encodeName(named.path);
    const extended = hasSelectedBelow ? childInfo : '';
    session.untagged(`LIST (${attributes.join(' ')}) "${SEPARATOR}" ${name}${extended}`);
    if (args.returnStatus !== undefined) {
      await writeStatus(session, view, named, args.returnStatus);
      const busy = session.breathe();
      if (busy) await busy;
    }
  }
}

const subscribed =
  ({ user }: UserSession) =>
  ({ mailbox }: NamedMailbox): boolean =>
    mailbox.subscribers.includes(user.token.account);

/** Reference and pattern are one text; our separator is no wildcard (RFC 9051 §6.3.9). */
const matcher = (session: UserSession, reference: string, pattern: string): NameMatcher =>
  compilePattern(session.decodeName(reference + pattern));

/** All levels above the names. */
function withAncestors(names: readonly NamedMailbox[]): ReadonlySet<string> {
  const above = new Set<string>();
  for (const { path } of names) {
    for (let at = path.lastIndexOf(SEPARATOR); at > 0; at = path.lastIndexOf(SEPARATOR, at - 1)) {
      above.add(path.slice(0, at));
    }
  }
  return above;
}
