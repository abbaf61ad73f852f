// EmailSubmission/set (RFC 8621 §7.5): a creation is stored before anything is sent, so that a message that was taken
// is sent whatever happens; one with a release time waits for it (RFC 4865) and can be canceled until then.
import { hash as digest } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { DataType } from '../../account/index.ts';
import { permission } from '../../access/index.ts';
import { encodeId, now } from '../../base/index.ts';
import { type JsonObject, emailSubmissionSetArgs } from '../../formats/jmap/index.ts';
import {
  changeSubmission,
  createSubmission,
  destroySubmission,
  type Identity,
  readSubmissions,
  type Submission,
  type SubmissionEnvelope,
  type SubmissionRecord,
} from '../../mail/index.ts';
import { checkEnvelope, CLAIM_MS, type EnvelopeProblem, withoutBcc } from '../../mta/index.ts';
import { invalidProperties, SetFailure } from '../errors.ts';
import { stateOf } from '../get.ts';
import { identitiesOf } from '../identity/methods.ts';
import { implicitEmailSet } from '../implicit.ts';
import type { MailView } from '../mail-port.ts';
import { type Call, type JmapMethod, method, setPermissions, URN } from '../method.ts';
import type { SendingServices } from '../sending.ts';
import { propertyId, SetCall } from '../set.ts';
import { generatedEnvelope, type HeaderAddresses, headerAddresses, readEnvelope } from './envelope.ts';
import { submissionObject } from './object.ts';

/** Longest time that a message may be held (`maxDelayedSend`), in seconds. */
export const MAX_DELAYED_SEND = 2_592_000;

const SEND = permission('emailSend');

export function submissionSetMethod(services: SendingServices): JmapMethod {
  return method({
    name: 'EmailSubmission/set',
    capabilities: [URN.submission],
    account: 'member',
    ...setPermissions('jmapEmailSubmissionCreate', 'jmapEmailSubmissionUpdate', 'jmapEmailSubmissionDestroy'),
    args: emailSubmissionSetArgs,
    handle: async (call, args) => {
      const account = services.accountOf(call.accountId);
      const { head, submissions } = await readSubmissions(account);
      const set = new SetCall(call, args, stateOf(head, DataType.EmailSubmission));
      /** E-mails of the submissions that were done as asked. */
      const done = new Map<number, number>();
      const sender = set.creations().length > 0 ? await senderOf(services, call) : undefined;
      await set.each({
        create: async (object) => {
          const created = await (sender as Sender).submit(object);
          done.set(created.id, created.email);
          return [created.id, answered(created, object)];
        },
        update: async ({ id, patch }) => {
          const known = submissions.get(id);
          if (!known) return false;
          if (readUpdate(patch, known)) await changeSubmission(account, id, canceled);
          done.set(id, known.email);
          return true;
        },
        destroy: async ({ id }) => {
          await destroySubmission(account, id);
          const known = submissions.get(id);
          if (known) done.set(id, known.email);
        },
      });
      const { onSuccessUpdateEmail, onSuccessDestroyEmail } = args;
      if (onSuccessUpdateEmail !== null || onSuccessDestroyEmail !== null) {
        await followUp(call, services, done, onSuccessUpdateEmail ?? {}, onSuccessDestroyEmail ?? []);
      }
      return set.result(stateOf(await account.head(), DataType.EmailSubmission));
    },
  });
}

/** The implicit Email/set, for those that succeeded. */
async function followUp(
  call: Call,
  services: SendingServices,
  done: ReadonlyMap<number, number>,
  update: Readonly<Record<string, JsonObject>>,
  destroy: readonly string[],
): Promise<void> {
  const emailOf = (text: string): string | undefined => {
    try {
      const email = done.get(propertyId(call.request, text, 'onSuccess'));
      return email === undefined ? undefined : encodeId(email);
    } catch {
      return undefined;
    }
  };
  const patches: JsonObject = {};
  for (const [text, patch] of Object.entries(update)) {
    const email = emailOf(text);
    if (email !== undefined) patches[email] = { ...(patches[email] as JsonObject | undefined), ...patch };
  }
  const doomed = [...new Set(destroy.map(emailOf))].filter((email) => email !== undefined);
  await implicitEmailSet(call, services, { update: patches, destroy: doomed });
}

/** What a client cannot know of a submission. */
function answered(submission: Submission, asked: JsonObject): JsonObject {
  const { id: _id, identityId: _identity, emailId: _email, envelope, ...rest } = submissionObject(submission);
  return { ...rest, ...((asked['envelope'] ?? null) === null && { envelope }) } as unknown as JsonObject;
}

/** True when it is to be canceled. Throws for any other change. */
function readUpdate(patch: JsonObject, known: Submission): boolean {
  let cancel = false;
  const current = submissionObject(known) as unknown as JsonObject;
  for (const [name, value] of Object.entries(patch)) {
    if (name.includes('/')) throw new SetFailure('invalidPatch', `${name}: there is nothing to patch`);
    if (Object.hasOwn(current, name) && isDeepStrictEqual(current[name], value)) continue;
    if (name !== 'undoStatus' || value !== 'canceled')
      throw invalidProperties([name], `${name.slice(0, 100)}: cannot be changed so`);
    cancel = true;
  }
  return cancel;
}

function canceled(before: SubmissionRecord): SubmissionRecord | undefined {
  if (before.undoStatus === 'canceled') return undefined;
  if (before.undoStatus !== 'pending')
    throw new SetFailure('cannotUnsend', 'The message is on its way or has arrived already.');
  const smtpReply = '550 5.7.0 The sender canceled the message';
  return {
    ...before,
    undoStatus: 'canceled',
    due: 0,
    delivery: before.delivery.map(() => ({ smtpReply, delivered: 'no' })),
  };
}

interface Sender {
  /** Throws `SetFailure`. */
  submit(object: JsonObject): Promise<Submission>;
}

/** What all creations of a call share. */
async function senderOf(services: SendingServices, call: Call): Promise<Sender> {
  const { identities } = await identitiesOf(services, call);
  const owner = await services.identityOwner(call.accountId);
  const view = await services.account(call.accountId, call.token).view();
  const isOurs = async (address: string): Promise<boolean> => {
    const wanted = address.toLowerCase();
    if (owner.own.includes(wanted) || owner.others.includes(wanted)) return true;
    return services.maySendAs(call.token, wanted);
  };
  return {
    submit: async (object) => {
      const asked = readCreate(object, call, identities, view);
      const { mustMatchSender } = services.mta.policy(SESSION);
      const { bytes, header } = await readMessage(services, call, asked.email);
      for (const { email } of header.from) {
        if (mustMatchSender && !(await isOurs(email)))
          throw new SetFailure('forbiddenFrom', `You may not send as ${email.slice(0, 200)}.`);
      }
      const envelope = asked.envelope ?? generatedEnvelope(asked.identity.email, header.recipients);
      if (envelope.mailFrom.email.toLowerCase() !== asked.identity.email.toLowerCase())
        throw new SetFailure(
          'forbiddenMailFrom',
          'The sender of the envelope is not the address of the identity.',
        );
      if (envelope.rcptTo.length === 0)
        throw new SetFailure('noRecipients', 'The message has no recipients.');
      if (!call.token.has(SEND))
        throw new SetFailure('forbiddenToSend', 'You are not authorized to send mail.');
      return send(services, call, asked, envelope, withoutBcc(bytes));
    },
  };
}

const SESSION = { kind: 'submission', plainPasswords: true, authenticated: true } as const;

interface Asked {
  readonly identity: Identity;
  readonly email: number;
  readonly thread: number;
  readonly envelope: SubmissionEnvelope | null;
}

function readCreate(
  object: JsonObject,
  call: Call,
  identities: ReadonlyMap<number, Identity>,
  view: MailView,
): Asked {
  const { identityId, emailId, envelope, ...rest } = object;
  const unknown = Object.keys(rest);
  if (unknown.length > 0)
    throw invalidProperties(unknown, `These properties cannot be set: ${unknown.join(', ').slice(0, 200)}`);
  if (typeof identityId !== 'string') throw invalidProperties(['identityId'], 'identityId: must be an id');
  if (typeof emailId !== 'string') throw invalidProperties(['emailId'], 'emailId: must be an id');
  const identity = identities.get(propertyId(call.request, identityId, 'identityId'));
  if (!identity) throw invalidProperties(['identityId'], 'identityId: there is no such identity');
  const email = propertyId(call.request, emailId, 'emailId');
  const row = view.row(email);
  if (row < 0) throw invalidProperties(['emailId'], 'emailId: there is no such e-mail');
  return { identity, email, thread: view.threads[row] as number, envelope: readEnvelope(envelope) };
}

async function readMessage(
  services: SendingServices,
  call: Call,
  email: number,
): Promise<{ bytes: Uint8Array; header: HeaderAddresses }> {
  const [cold] = await services.account(call.accountId, call.token).cold([email]);
  const bytes = cold && (await services.blobs.reads.read(cold.hash));
  if (!cold || !bytes) throw invalidProperties(['emailId'], 'emailId: there is no such e-mail');
  return { bytes, header: headerAddresses(cold.message, bytes) };
}

async function send(
  services: SendingServices,
  call: Call,
  { identity, email, thread }: Asked,
  envelope: SubmissionEnvelope,
  message: Uint8Array,
): Promise<Submission> {
  const { client } = call.request;
  const submitter = { token: call.token, connection: `jmap/${call.token.account}`, address: client.address };
  const checked = await checkEnvelope(services.mta, submitter, envelope, message.length);
  if ('kind' in checked) throw envelopeFailure(checked);
  const time = now();
  const { releaseAt } = checked;
  if (releaseAt !== undefined && releaseAt > time + MAX_DELAYED_SEND * 1000)
    throw invalidProperties(
      ['envelope'],
      `envelope: a message is held for ${MAX_DELAYED_SEND} seconds at most`,
    );
  const isHeld = releaseAt !== undefined && releaseAt > time;
  const record: SubmissionRecord = {
    identity: identity.id,
    email,
    thread,
    actor: call.token.account,
    envelope,
    sendAt: isHeld ? releaseAt : time,
    undoStatus: isHeld ? 'pending' : 'final',
    delivery: envelope.rcptTo.map(() => ({ smtpReply: '250 2.0.0 Taken', delivered: 'queued' })),
    due: isHeld ? releaseAt : time + CLAIM_MS,
    attempts: 0,
    hash: digest('sha256', message, 'buffer'),
  };
  const account = services.accountOf(call.accountId);
  const id = await createSubmission(account, record, message, services.submissionLimits());
  if (isHeld) {
    services.outbox.wake(record.due);
    return { id, ...record };
  }
  const attempt = await services.outbox.sendNow(call.accountId, id, record, message);
  if (attempt.refusal !== undefined) {
    await destroySubmission(account, id);
    throw new SetFailure('forbiddenToSend', attempt.refusal);
  }
  return { id, ...attempt.record };
}

function envelopeFailure(problem: EnvelopeProblem): SetFailure {
  switch (problem.kind) {
    case 'sender':
      return new SetFailure('forbiddenMailFrom', problem.description);
    case 'parameters':
      return invalidProperties(['envelope'], `envelope: ${problem.description}`);
    case 'recipients':
      return new SetFailure('invalidRecipients', problem.description, {
        invalidRecipients: problem.addresses,
      });
    case 'tooMany':
      return new SetFailure('tooManyRecipients', `A message goes to ${problem.limit} recipients at most.`, {
        maxRecipients: problem.limit,
      });
    case 'tooLarge':
      return new SetFailure('tooLarge', `A message has ${problem.limit} bytes at most.`, {
        maxSize: problem.limit,
      });
  }
}
