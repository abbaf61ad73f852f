// What happens to a message after its last octet (RFC 5321 §4.2.5, §6.1): it is looked at, our header block is
// put in front, and it is stored in every mailbox it is for before anybody is told that it was taken.
//
// Answers and partial success. Over LMTP each recipient has its own answer. Over SMTP there is one, and it is
// 250 only when every account has the message. When an account fails late, the whole transaction gets a
// temporary refusal, also when others have their copy already: the client keeps the message and sends it again,
// those who have it are recognised by the hash of what was received and get no second copy
// (`architecture.md` §10.18), and a recipient that is refused for good is refused at its own RCPT then. So
// nothing is lost and nothing delivered twice, whenever the process dies. A queue will take the place of the
// client in this.
import { AccessDenied, emit, LimitExceeded, NotFound, now, randomBytes, toHex } from '../base/index.ts';
import { checkPermission, type Access, type AccountId, type PermissionRule } from '../access/index.ts';
import { scanHeader } from '../formats/mime/index.ts';
import { type Reply, reply } from '../formats/smtp/index.ts';
import { type Mail, ORGANIZATION_QUOTA } from '../mail/index.ts';
import { forgedFields, headerBlock, withoutCuts } from './header-block.ts';
import { type Content, Intake, type IntakeSpace, type Prepared, TOO_LARGE } from './intake.ts';
import type { SessionPolicy } from './policy.ts';
import type { AccountToken, Envelope, EnvelopeRecipient, Verdict } from './types.ts';
import './events.ts';

/** The operation that a message's arrival is for the account that receives it. */
export const RECEIVE: { readonly name: string; readonly permission: PermissionRule<undefined> } = {
  name: 'deliver',
  permission: 'emailReceive',
};

/** Header fields that are looked at. */
const MAX_FIELDS = 10_000;

export interface AcceptanceOptions {
  readonly access: Pick<Access, 'token'>;
  readonly mail: Pick<Mail, 'deliver'>;
  readonly delivered?: (message: DeliveredMessage) => void;
}

/** A message that is durable in mailboxes. */
export interface DeliveredMessage {
  readonly envelope: Envelope;
  /** Accounts that have it now and had it not before. */
  readonly accounts: readonly AccountId[];
  /** What was stored, our block included. */
  readonly bytes: Uint8Array;
}

/** A message that arrives, with the name it is traced by. */
export interface Incoming {
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly intake: Intake;
}

/** Begins to receive the content of a transaction. */
export function receive(space: IntakeSpace, envelope: Envelope, policy: SessionPolicy): Incoming {
  const id = nextId();
  const prepare = (head: Buffer, complete: boolean): Prepared | undefined =>
    prepareMessage({ id, envelope, policy, head, complete });
  return { id, intake: new Intake(space, { maxSize: policy.maxMessageSize, prepare }) };
}

const RUN = toHex(randomBytes(4));
let serial = 0;

/** Unique in this process, and by its random half nearly so among all others. */
function nextId(): string {
  serial = (serial + 1) >>> 0;
  return RUN + serial.toString(16).padStart(8, '0');
}

interface Arriving {
  readonly id: string;
  readonly envelope: Envelope;
  readonly policy: SessionPolicy;
  readonly head: Buffer;
  readonly complete: boolean;
}

function prepareMessage({ id, envelope, policy, head, complete }: Arriving): Prepared | undefined {
  const block = scanHeader(head, 0, undefined, MAX_FIELDS);
  if (!complete && block.bodyOffset >= head.length) return undefined;
  // Continuation lines without a field would join the last field of our block.
  if (block.fields.length === 0 || block.orphanEnd > 0) return { refusal: NOT_A_MESSAGE };
  const hops = block.fields.reduce((count, field) => count + (field.key === 'received' ? 1 : 0), 0);
  if (hops > policy.maxReceivedHeaders) return { refusal: LOOP };
  const { kind, token } = envelope.client;
  const isStranger = kind === 'smtp' && token === undefined;
  const cuts = isStranger ? forgedFields({ bytes: head, block }, policy.hostname) : [];
  return { front: headerBlock(id, envelope, policy, { bytes: head, block }), kept: withoutCuts(head, cuts) };
}

/**
 * Decides on a message that has arrived, and stores it.
 * @throws what storing throws when nothing can be said about any recipient
 */
export async function accept(
  { access, mail, delivered }: AcceptanceOptions,
  envelope: Envelope,
  { id, intake }: Incoming,
): Promise<Verdict> {
  const content = await intake.finish();
  if ('code' in content) return refused(envelope, id, content);
  try {
    const outcome = await deliver(access, mail, envelope, content);
    const verdict = judge(envelope, id, outcome);
    report(envelope, id, { content, outcome, verdict });
    if (delivered) {
      const accounts = [...outcome].flatMap(([account, result]) =>
        'duplicate' in result && !result.duplicate ? [account] : [],
      );
      if (accounts.length > 0) delivered({ envelope, accounts, bytes: content.bytes });
    }
    return verdict;
  } finally {
    content.release();
    if (content.stored !== undefined) await intake.discard();
  }
}

function refused(envelope: Envelope, id: string, why: Reply): Verdict {
  emit('mta.message-refused', {
    connection: envelope.client.connection,
    message: id,
    sender: envelope.sender?.canonical ?? '<>',
    code: why.code,
    status: why.status ?? '',
    reason: String(why.text),
  });
  return { reply: why, replies: envelope.recipients.map(() => why) };
}

/** What became of the message in one account: an error, or whether it was there already. */
type Result = { readonly duplicate: boolean } | { readonly error: unknown };

async function deliver(
  access: Pick<Access, 'token'>,
  mail: Pick<Mail, 'deliver'>,
  { recipients }: Envelope,
  content: Content,
): Promise<ReadonlyMap<AccountId, Result>> {
  const results = new Map<AccountId, Result>();
  const accounts: AccountId[] = [];
  // Two recipients that lead to one account are delivered once.
  const seen = new Set<AccountId>();
  for (const { accounts: own } of recipients) {
    for (const one of own) {
      if (seen.has(one.account)) continue;
      seen.add(one.account);
      const error = one.token.current ? undefined : await mayReceive(access, one);
      if (error === undefined) accounts.push(one.account);
      else results.set(one.account, { error });
    }
  }
  if (accounts.length === 0) return results;
  const outcomes = await mail.deliver(
    {
      bytes: content.bytes,
      ...content.stored,
      receivedHash: content.receivedHash,
      receivedAt: now(),
      keywords: [],
    },
    accounts,
  );
  for (const [i, account] of accounts.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined) continue;
    results.set(account, 'value' in outcome ? { duplicate: outcome.value.duplicate } : outcome);
  }
  return results;
}

/** Something changed since RCPT: is the account still there, and may it still receive mail? */
async function mayReceive(access: Pick<Access, 'token'>, { account }: AccountToken): Promise<unknown> {
  const token = await access.token(account);
  if (token === undefined) return new NotFound('account', account);
  try {
    checkPermission(token, RECEIVE, undefined);
    return undefined;
  } catch (error) {
    return error;
  }
}

function judge(envelope: Envelope, id: string, results: ReadonlyMap<AccountId, Result>): Verdict {
  const taken = reply(250, '2.0.0', `Taken, id ${id}`);
  const replies = envelope.recipients.map((recipient) => replyTo(recipient, results) ?? taken);
  const failures = replies.filter((one) => one !== taken);
  if (failures.length === 0) return { reply: taken, replies };
  const isPartial = [...results.values()].some((result) => 'duplicate' in result);
  const permanent = failures.find(({ code }) => code >= 500);
  const temporary = failures.find(({ code }) => code < 500);
  if (!isPartial) return { reply: temporary ?? permanent ?? LATER, replies };
  return { reply: temporary ?? LATER, replies };
}

/** The first failure among a recipient's accounts; a list's members fail together, see above. */
function replyTo(
  { accounts }: EnvelopeRecipient,
  results: ReadonlyMap<AccountId, Result>,
): Reply | undefined {
  for (const { account } of accounts) {
    const result = results.get(account);
    if (result === undefined) return LATER;
    if ('error' in result) {
      const why = replyToFailure(result.error);
      // Other members of a list may have it: the client has to try again.
      return accounts.length > 1 && why.code >= 500 ? LATER : why;
    }
  }
  return undefined;
}

/** The answer to an account's failure to take a message. */
export function replyToFailure(error: unknown): Reply {
  if (error instanceof LimitExceeded) return noRoom(error);
  if (error instanceof AccessDenied) return MAY_NOT_RECEIVE;
  if (error instanceof NotFound) return GONE;
  return NOT_STORED;
}

export function noRoom({ limit }: LimitExceeded): Reply {
  if (limit === 'maxMessageSize') return TOO_LARGE;
  return limit === ORGANIZATION_QUOTA ? ORGANIZATION_OVER_QUOTA : OVER_QUOTA;
}

interface Outcome {
  readonly content: Content;
  readonly outcome: ReadonlyMap<AccountId, Result>;
  readonly verdict: Verdict;
}

function report(envelope: Envelope, id: string, { content, outcome, verdict }: Outcome): void {
  const { connection } = envelope.client;
  let duplicates = 0;
  for (const [account, result] of outcome) {
    if ('error' in result) {
      const { error } = result;
      emit('mta.delivery-failed', { connection, message: id, account, error }, 'warn');
    } else if (result.duplicate) duplicates++;
  }
  if (verdict.reply.code >= 400) {
    refused(envelope, id, verdict.reply);
    return;
  }
  emit('mta.message-accepted', {
    connection,
    message: id,
    sender: envelope.sender?.canonical ?? '<>',
    recipients: envelope.recipients.length,
    bytes: content.bytes.length,
    duplicates,
  });
}

const NOT_A_MESSAGE = reply(550, '5.7.7', 'That is not a message: it does not begin with a header');
const LOOP = reply(450, '4.4.6', 'The message has passed too many hosts and may go round in circles');
const OVER_QUOTA = reply(452, '4.2.2', 'The mailbox is full');
const ORGANIZATION_OVER_QUOTA = reply(452, '4.2.2', 'The organization of the mailbox has no room left');
export const MAY_NOT_RECEIVE = reply(550, '5.5.0', 'The account does not receive mail');
const GONE = reply(550, '5.1.2', 'There is no such recipient any more');
const NOT_STORED = reply(451, '4.3.5', 'The message cannot be stored now');
const LATER = reply(451, '4.3.0', 'Not every recipient could be served; send the message again later');
