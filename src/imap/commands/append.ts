// APPEND of one message or several (RFC 9051 §6.3.12, MULTIAPPEND RFC 3502, APPENDUID RFC 4315, BINARY RFC 3516, UTF8
// RFC 6855 §4).
import { now } from '../../base/index.ts';
import { type AppendMessage, formatNumbers, parseAppendArguments } from '../../formats/imap/index.ts';
import type { AppendInput, Appended } from '../../mail/index.ts';
import { encodeBinaryParts } from '../binary-append.ts';
import { requireSavable } from '../message-limit.ts';
import { requireMailbox } from '../names.ts';
import { done, type ImapOperation, signedIn } from '../operation.ts';
import { bad, no, Refusal } from '../reply.ts';
import type { UserSession } from '../session.ts';
import { SpooledLiteral } from '../spool.ts';
import { splitFlags } from '../store-flags.ts';

export const appendOperations: readonly ImapOperation[] = [
  signedIn({
    name: 'APPEND',
    permission: 'imapAppend',
    parse: (cursor, session) => {
      cursor.space();
      const args = parseAppendArguments(cursor);
      for (const { utf8 } of args.messages) {
        if (utf8 && !session.enabled.utf8) cursor.fail('UTF8 has not been enabled');
      }
      return args;
    },
    handle: async (session, { mailbox, messages }) => {
      requireSavable(session, messages.length);
      const { mail } = session.user;
      const path = session.decodeName(mailbox);
      const view = await mail.view();
      const target = requireMailbox(view, path, session.options.email().defaultFolders, 'TRYCREATE').mailbox;
      const inputs: AppendInput[] = [];
      for (const message of messages) inputs.push(await inputOf(message, target.id));
      const uids = (await store(session, inputs)).map((appended) => appended.uids[0] as number);
      return done('Stored.', `APPENDUID ${target.uidValidity} ${formatNumbers(uids)}`);
    },
  }),
];

async function inputOf({ flags, date, literal }: AppendMessage, mailbox: number): Promise<AppendInput> {
  // RFC 3502 §6.3.11: an empty literal takes the whole command back.
  if (literal.size === 0) throw new Refusal(no('A message is empty.', 'CANNOT'));
  const spooled = literal.content instanceof SpooledLiteral ? literal.content : undefined;
  const bytes = spooled ? await spooled.read() : (literal.content as Uint8Array);
  if (!literal.binary && bytes.includes(0)) throw new Refusal(bad('NUL needs a literal8.'));
  const { keywords, deleted } = splitFlags(flags);
  const kept = literal.binary ? encodeBinaryParts(bytes) : bytes;
  return {
    bytes: kept,
    // What did not change on the way is stored by its file.
    ...(spooled && kept === bytes && { file: spooled.file, hash: spooled.hash }),
    mailboxIds: [mailbox],
    keywords,
    receivedAt: date?.time ?? now(),
    ...(deleted && { deleted }),
  };
}

/** All or none of the messages. */
async function store({ user, origin }: UserSession, inputs: readonly AppendInput[]): Promise<Appended[]> {
  if (inputs.length > 1) return user.mail.appendAll(inputs, { origin });
  const outcomes = await user.mail.append(inputs, { origin });
  return outcomes.map((outcome) => {
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  });
}
