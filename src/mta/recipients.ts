// Who a message is for: addresses become accounts at RCPT (RFC 5321 §3.3, §3.5), lists with all their members.
import { checkPermission, type Access, type Directory, type ListMember } from '../access/index.ts';
import { AccessDenied, emit, LimitExceeded } from '../base/index.ts';
import { canonicalDomain, type Mailbox, type Reply, reply } from '../formats/smtp/index.ts';
import type { Mail } from '../mail/index.ts';
import { MAY_NOT_RECEIVE, noRoom, RECEIVE } from './acceptance.ts';
import type { SessionPolicy } from './policy.ts';
import type { AccountToken, Client, RecipientVerdict } from './types.ts';
import './events.ts';

export interface RecipientOptions {
  readonly access: Pick<Access, 'token'> & { readonly directory: Pick<Directory, 'resolveRecipient'> };
  readonly mail: Pick<Mail, 'checkRoom'>;
  /** Domain of `<postmaster>`, which needs none. */
  readonly defaultDomain: () => Promise<string>;
}

export interface RecipientRequest {
  readonly client: Client;
  readonly policy: SessionPolicy;
  readonly mailbox: Mailbox;
  /** Octets the message will have, as far as the client has said. */
  readonly size: number;
}

/** Decides on one recipient. @throws Unavailable when the directory cannot be asked */
export async function resolveRecipient(
  options: RecipientOptions,
  request: RecipientRequest,
): Promise<RecipientVerdict> {
  const verdict = await decide(options, request);
  if (!verdict.accepted) {
    const { code, status = '', text } = verdict.reply;
    const { connection } = request.client;
    const recipient = request.mailbox.canonical;
    emit('mta.recipient-refused', { connection, recipient, code, status, reason: String(text) });
  }
  return verdict;
}

async function decide(options: RecipientOptions, request: RecipientRequest): Promise<RecipientVerdict> {
  const { client, policy, mailbox, size } = request;
  const found = await options.access.directory.resolveRecipient(await directoryAddress(options, mailbox));
  switch (found.kind) {
    case 'account': {
      const member = await receiver(options, found.account);
      if (member === undefined) return refuse(MAY_NOT_RECEIVE);
      const full = await refusalOf(options, found.account, size);
      if (full) return refuse(full);
      return { accepted: true, recipient: { mailbox, accounts: [member] } };
    }
    case 'list':
      return expand(options, request, found.address, found.members);
    case 'unknownRecipient':
      return { accepted: false, reply: UNKNOWN_RECIPIENT, isError: true };
    case 'unknownDomain':
      // LMTP leads to mailboxes and nowhere else.
      if (client.kind === 'lmtp' || !policy.allowRelaying) {
        return { accepted: false, reply: NO_RELAYING, isError: true };
      }
      return NO_ROUTE;
    case 'relay':
      return NO_ROUTE;
  }
}

/** The spelling that the directory looks up: without quotes, in lower case, the domain in A-labels. */
export async function directoryAddress(
  options: Pick<RecipientOptions, 'defaultDomain'>,
  { local, domain }: Mailbox,
): Promise<string> {
  const name = local.normalize('NFC').toLowerCase();
  // RFC 5321 §4.5.1: postmaster without a domain is ours.
  return `${name}@${domain === '' ? await options.defaultDomain() : canonicalDomain(domain)}`;
}

/**
 * Members that may receive mail. Their quotas are looked at when the message is there: one full mailbox does
 * not close the list to the others.
 */
async function expand(
  options: RecipientOptions,
  { client, mailbox }: RecipientRequest,
  list: string,
  members: readonly ListMember[],
): Promise<RecipientVerdict> {
  const accounts: AccountToken[] = [];
  for (const member of members) {
    // To take the message and leave somebody out would lose it for them.
    if (member.kind === 'external') return NO_ROUTE;
    const own = await receiver(options, member.account);
    if (own !== undefined) accounts.push(own);
    else {
      const { account } = member;
      emit('mta.list-member-left-out', { connection: client.connection, list, account }, 'warn');
    }
  }
  if (accounts.length === 0) return refuse(NOBODY_ON_LIST);
  return { accepted: true, recipient: { mailbox, accounts } };
}

/** The account with its token, when it may receive mail. */
async function receiver(
  { access }: RecipientOptions,
  account: AccountToken['account'],
): Promise<AccountToken | undefined> {
  const token = await access.token(account);
  if (token === undefined) return undefined;
  try {
    checkPermission(token, RECEIVE, undefined);
  } catch (error) {
    if (error instanceof AccessDenied) return undefined;
    throw error;
  }
  return { account, token };
}

/** Why the account has no room for so many octets. */
async function refusalOf(
  { mail }: RecipientOptions,
  account: number,
  size: number,
): Promise<Reply | undefined> {
  try {
    await mail.checkRoom(account, size);
    return undefined;
  } catch (error) {
    if (error instanceof LimitExceeded) return noRoom(error);
    throw error;
  }
}

const refuse = (why: Reply): RecipientVerdict => ({ accepted: false, reply: why, isError: false });

const UNKNOWN_RECIPIENT = reply(550, '5.1.2', 'There is no such recipient here');
const NO_RELAYING = reply(550, '5.1.2', 'Mail for that domain is not taken here');
/** RFC 3463 §3.5: unable to route. */
const NOT_YET = reply(451, '4.4.4', 'Delivery to other servers is not available here yet');
const NO_ROUTE: RecipientVerdict = { accepted: false, reply: NOT_YET, isError: false, noRoute: true };
const NOBODY_ON_LIST = reply(550, '5.2.4', 'Nobody on the list receives mail');
