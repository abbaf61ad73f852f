// Whether a sender and the parameters of MAIL are accepted (RFC 5321 §3.3, RFC 1870 §6, RFC 6409 §6.1).
import type { AccessToken, Directory } from '../access/index.ts';
import {
  canonicalDomain,
  type Mailbox,
  type MailParameters,
  type Reply,
  reply,
} from '../formats/smtp/index.ts';
import { TOO_LARGE } from './intake.ts';
import type { SessionPolicy } from './policy.ts';
import type { Client } from './types.ts';

export interface SenderRequest {
  readonly client: Client;
  readonly policy: SessionPolicy;
  readonly sender: Mailbox | null;
  readonly parameters: MailParameters;
}

/** The refusal, or undefined when the sender is accepted. */
export async function checkSender(
  directory: Pick<Directory, 'maySendAs'>,
  { client, policy, sender, parameters }: SenderRequest,
): Promise<Reply | undefined> {
  if (!policy.isSenderAllowed) return NOT_ALLOWED;
  const { token } = client;
  if (token !== undefined && policy.mustMatchSender && !(await isOwn(directory, token, sender))) {
    return NOT_YOURS;
  }
  return checkParameters(policy, parameters);
}

async function isOwn(
  directory: Pick<Directory, 'maySendAs'>,
  token: AccessToken,
  sender: Mailbox | null,
): Promise<boolean> {
  if (sender === null) return false;
  return directory.maySendAs(token, `${sender.local}@${canonicalDomain(sender.domain)}`);
}

/** Parameters of extensions that are not offered are refused, whoever sends them. */
export function checkParameters(
  { extensions, maxMessageSize }: SessionPolicy,
  parameters: MailParameters,
): Reply | undefined {
  if (parameters.requireTls && !extensions.requireTls) return notOffered('REQUIRETLS');
  if (parameters.deliverBy !== undefined) return notOffered('DELIVERBY');
  if (parameters.priority !== undefined) return notOffered('MT-PRIORITY');
  if (parameters.size !== undefined && parameters.size > maxMessageSize) return TOO_LARGE;
  if (parameters.holdFor !== undefined || parameters.holdUntil !== undefined) {
    return notOffered('FUTURERELEASE');
  }
  if (parameters.envid !== undefined || parameters.ret !== undefined) return notOffered('DSN');
  if (parameters.body === 'BINARYMIME' && !extensions.chunking) return notOffered('BINARYMIME');
  return checkSolicitation(extensions.noSoliciting, parameters.solicit);
}

/** RFC 3865 §2.3: what the sender says it is may be what we do not want. */
function checkSolicitation(unwanted: string | undefined, classes: string | undefined): Reply | undefined {
  if (classes === undefined) return undefined;
  if (unwanted === undefined) return notOffered('NO-SOLICITING');
  const words = new Set(unwanted.toLowerCase().split(/[\s,]+/));
  return classes
    .toLowerCase()
    .split(',')
    .some((one) => words.has(one))
    ? SOLICITATION
    : undefined;
}

const notOffered = (extension: string): Reply => reply(501, '5.5.4', `${extension} is not offered here`);

const NOT_ALLOWED = reply(550, '5.7.1', 'The sender is not accepted here');
const NOT_YOURS = reply(501, '5.5.4', 'The sender is not an address of the account that has signed in');
const SOLICITATION = reply(550, '5.7.1', 'Messages of that class are not wanted here');
