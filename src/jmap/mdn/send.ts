// MDN/send (RFC 9007 §2.1): tells the sender of a message what became of it, as the sender asked for (RFC 8098).
import { permission } from '../../access/index.ts';
import { decodeId, encodeId, now } from '../../base/index.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  type Mdn,
  mdnSendArgs,
  type SetError,
} from '../../formats/jmap/index.ts';
import {
  ACTION_MODES,
  addressesForm,
  buildMessage,
  DISPOSITION_TYPES,
  type EmailAddress,
  type HeaderInput,
  lastField,
  type Message,
  type PartInput,
  parseMessageIds,
  SENDING_MODES,
  textForm,
  valueOctets,
  writeDisposition,
  newMessageId,
} from '../../formats/mime/index.ts';
import type { Identity, SubmissionEnvelope } from '../../mail/index.ts';
import { checkEnvelope, sendMessage } from '../../mta/index.ts';
import { realId } from '../context.ts';
import { invalidProperties, MethodError, setErrorFor, SetFailure } from '../errors.ts';
import { identitiesOf } from '../identity/methods.ts';
import { implicitEmailSet } from '../implicit.ts';
import { type Call, type JmapMethod, method, URN } from '../method.ts';
import type { SendingServices } from '../sending.ts';
import { asObject } from '../set.ts';

const SENT = '$mdnsent';
const SEND = permission('emailSend');

export function mdnSendMethod(services: SendingServices): JmapMethod {
  return method({
    name: 'MDN/send',
    capabilities: [URN.mdn],
    account: 'member',
    // There is no permission of its own: it is a submission, and so is what it needs.
    permission: 'jmapEmailSubmissionCreate',
    args: mdnSendArgs,
    handle: async (call, args) => {
      const { request } = call;
      const number = decodeId(realId(request, args.identityId) ?? '');
      const identity =
        number === undefined ? undefined : (await identitiesOf(services, call)).identities.get(number);
      if (!identity)
        throw new MethodError('invalidArguments', 'identityId: there is no such identity', {
          arguments: ['identityId'],
        });
      const entries = Object.entries(args.send);
      if (entries.length > request.limits.maxObjectsInSet)
        throw new MethodError('requestTooLarge', `More than ${request.limits.maxObjectsInSet} objects.`);
      checkFollowUp(Object.keys(args.send), args.onSuccessUpdateEmail);
      const sent = new Map<string, JsonObject>();
      const notSent = new Map<string, SetError>();
      const patches: JsonObject = {};
      for (const [key, object] of entries) {
        try {
          const { email, defaults } = await send(services, call, identity, object, patches);
          sent.set(key, defaults);
          patches[encodeId(email)] = args.onSuccessUpdateEmail?.[`#${key}`] as JsonObject;
        } catch (error) {
          notSent.set(key, setErrorFor(error));
        }
        if (request.slice.due()) await request.slice.pause();
      }
      if (sent.size > 0) await implicitEmailSet(call, services, { update: patches });
      return { accountId: call.accountText, sent: asObject(sent), notSent: asObject(notSent) };
    },
  });
}

/** RFC 9007 §2.1: nothing is sent that would not be marked as sent. */
function checkFollowUp(keys: readonly string[], patches: Readonly<Record<string, JsonObject>> | null): void {
  for (const key of keys) {
    const patch = patches?.[`#${key}`];
    const whole = patch?.['keywords'];
    if (patch?.[`keywords/${SENT}`] !== true && !(isObject(whole) && whole[SENT] === true)) {
      throw new MethodError('invalidArguments', `onSuccessUpdateEmail: "#${key}" has to set ${SENT}`, {
        arguments: ['onSuccessUpdateEmail'],
      });
    }
  }
}

interface Wanted {
  readonly email: number;
  readonly subject: string | null;
  readonly textBody: string | null;
  readonly includeOriginalMessage: boolean;
  readonly reportingUA: string | null;
  readonly disposition: Mdn['disposition'];
  readonly finalRecipient: string | null;
  readonly extensionFields: Readonly<Record<string, string>> | null;
}

/** Sends one; returns what the client left to us. Throws `SetFailure`. */
async function send(
  services: SendingServices,
  call: Call,
  identity: Identity,
  object: JsonObject,
  done: JsonObject,
): Promise<{ email: number; defaults: JsonObject }> {
  const wanted = readMdn(object, call);
  const mail = services.account(call.accountId, call.token);
  const view = await mail.view();
  const row = view.row(wanted.email);
  const [cold] = row < 0 ? [] : await mail.cold([wanted.email]);
  const bytes = cold && (await services.blobs.reads.read(cold.hash));
  if (!cold || !bytes) throw noSuchEmail();
  const original = readOriginal(cold.message, bytes);
  if (original.askedBy.length === 0)
    throw new SetFailure('notFound', 'The sender of that e-mail asked for no notification.');
  const isSent = view.keywordsOf(row).some((keyword) => keyword.toLowerCase() === SENT);
  if (isSent || Object.hasOwn(done, encodeId(wanted.email)))
    throw new SetFailure('mdnAlreadySent', 'A notification was sent for that e-mail already.');
  if (!call.token.has(SEND)) throw new SetFailure('forbiddenToSend', 'You are not authorized to send mail.');
  const finalRecipient = await recipientOf(services, call, identity, wanted.finalRecipient);
  const subject = wanted.subject ?? `Disposition notification: ${original.subject}`;
  const textBody = wanted.textBody ?? `The message "${original.subject}" was ${wanted.disposition.type}.`;
  const { originalRecipient, messageId } = original;
  const originalMessageId = messageId === null ? null : `<${messageId}>`;
  const report = writeDisposition({
    reportingUA: wanted.reportingUA,
    mdnGateway: null,
    originalRecipient,
    finalRecipient,
    originalMessageId,
    disposition: wanted.disposition,
    error: null,
    extensionFields: wanted.extensionFields,
  });
  const message = buildMdn(
    services,
    identity,
    original,
    { subject, textBody, report },
    wanted.includeOriginalMessage ? bytes : null,
  );
  await submit(services, call, identity, original.askedBy, message);
  const defaults: Partial<Record<keyof Mdn, unknown>> = {
    ...(wanted.subject === null && { subject }),
    ...(wanted.textBody === null && { textBody }),
    ...(!Object.hasOwn(object, 'includeOriginalMessage') && { includeOriginalMessage: false }),
    ...(!Object.hasOwn(object, 'reportingUA') && { reportingUA: null }),
    ...(!Object.hasOwn(object, 'extensionFields') && { extensionFields: null }),
    ...(wanted.finalRecipient === null && { finalRecipient }),
    mdnGateway: null,
    originalRecipient,
    originalMessageId,
    error: null,
  };
  return { email: wanted.email, defaults: defaults as JsonObject };
}

const noSuchEmail = (): SetFailure => new SetFailure('notFound', 'There is no such e-mail.');

interface Original {
  readonly subject: string;
  /** Without angle brackets. */
  readonly messageId: string | null;
  readonly originalRecipient: string | null;
  /** Who wants to know. */
  readonly askedBy: readonly EmailAddress[];
}

function readOriginal(message: Message, bytes: Uint8Array): Original {
  const { fields } = message.parts[0];
  const value = (key: string): string | undefined => {
    const field = lastField(fields, key);
    return field && valueOctets(bytes, field);
  };
  const recipient = value('original-recipient');
  return {
    subject: textForm(value('subject') ?? '')
      .replaceAll(/[\r\n\0]/g, ' ')
      .slice(0, 200),
    messageId: parseMessageIds(value('message-id') ?? '')?.[0] ?? null,
    originalRecipient: recipient === undefined ? null : textForm(recipient),
    askedBy: addressesForm(value('disposition-notification-to') ?? ''),
  };
}

/** RFC 9007 §5: the address of the identity, or another that the caller may send as. */
async function recipientOf(
  services: SendingServices,
  call: Call,
  identity: Identity,
  asked: string | null,
): Promise<string> {
  if (asked === null) return `rfc822; ${identity.email}`;
  const address = /^rfc822\s*;\s*(\S+)$/i.exec(asked.trim())?.[1]?.toLowerCase() ?? '';
  const isOwn = address === identity.email.toLowerCase() || (await services.maySendAs(call.token, address));
  if (!isOwn) throw new SetFailure('forbiddenFrom', 'finalRecipient is no address of yours.');
  return asked.trim();
}

function buildMdn(
  services: SendingServices,
  identity: Identity,
  { messageId, askedBy }: Original,
  {
    subject,
    textBody,
    report,
  }: { readonly subject: string; readonly textBody: string; readonly report: Uint8Array },
  original: Uint8Array | null,
): Uint8Array {
  const fields: HeaderInput[] = [
    { name: 'Date', date: { time: now(), offset: 0 } },
    { name: 'From', addresses: [{ name: identity.name || null, email: identity.email }] },
    { name: 'To', addresses: askedBy },
    { name: 'Subject', text: subject },
    { name: 'Message-ID', messageIds: [newMessageId(services.hostname())] },
    // RFC 3834 §5: nobody answers a report.
    { name: 'Auto-Submitted', raw: ' auto-replied' },
  ];
  if (messageId !== null) {
    fields.push({ name: 'In-Reply-To', messageIds: [messageId] });
    fields.push({ name: 'References', messageIds: [messageId] });
  }
  const parts: PartInput[] = [
    { type: 'text/plain', content: textBody },
    { type: 'message/disposition-notification', content: report },
  ];
  if (original) parts.push({ type: 'message/rfc822', content: original });
  return buildMessage(fields, {
    type: 'multipart/report',
    parameters: { 'report-type': 'disposition-notification' },
    content: parts,
  });
}

/** RFC 8098 §2.1: with an empty return path, so that no report is made on the report. */
async function submit(
  services: SendingServices,
  call: Call,
  identity: Identity,
  to: readonly EmailAddress[],
  message: Uint8Array,
): Promise<void> {
  const submitter = {
    token: call.token,
    connection: `jmap/${call.token.account}`,
    address: call.request.client.address,
  };
  const envelope: SubmissionEnvelope = {
    mailFrom: { email: identity.email, parameters: null },
    rcptTo: to.map(({ email }) => ({ email, parameters: null })),
  };
  const checked = await checkEnvelope(services.mta, submitter, envelope, message.length);
  if ('kind' in checked) {
    if (checked.kind === 'sender') throw new SetFailure('forbiddenFrom', checked.description);
    if (checked.kind === 'tooLarge') throw new SetFailure('tooLarge', `More than ${checked.limit} bytes.`);
    const reason = 'description' in checked ? checked.description : 'There are too many of them.';
    throw new SetFailure('forbidden', `The notification cannot go to those who asked for it. ${reason}`);
  }
  const empty = { ...envelope, mailFrom: { email: '', parameters: null } };
  const { delivery } = await sendMessage(services.mta, submitter, empty, message);
  if (!delivery.some(({ delivered }) => delivered === 'yes'))
    throw new SetFailure('forbidden', delivery[0]?.smtpReply ?? 'It could not be sent.');
}

const SET_BY_SERVER: ReadonlySet<string> = new Set([
  'mdnGateway',
  'originalRecipient',
  'originalMessageId',
  'error',
]);
const MAX_TEXT = 64 * 1024;
const MAX_LINE = 900;

function readMdn(object: JsonObject, call: Call): Wanted {
  const bad = new Set<string>();
  const line = (name: string): string | null => {
    const value = object[name] ?? null;
    if (value !== null && (typeof value !== 'string' || value.length > MAX_LINE || /[\r\n\0]/.test(value))) {
      bad.add(name);
      return null;
    }
    return value;
  };
  for (const [name, value] of Object.entries(object))
    if (!KNOWN.has(name) || (SET_BY_SERVER.has(name) && value !== null)) bad.add(name);
  const { forEmailId, textBody = null, includeOriginalMessage = false } = object;
  const email = typeof forEmailId === 'string' ? decodeId(realId(call.request, forEmailId) ?? '') : undefined;
  if (typeof forEmailId !== 'string') bad.add('forEmailId');
  if (textBody !== null && (typeof textBody !== 'string' || textBody.length > MAX_TEXT)) bad.add('textBody');
  if (typeof includeOriginalMessage !== 'boolean') bad.add('includeOriginalMessage');
  const disposition = readDisposition(object['disposition']);
  if (!disposition) bad.add('disposition');
  const extensionFields = readExtensions(object['extensionFields'] ?? null);
  if (extensionFields === undefined) bad.add('extensionFields');
  const wanted = {
    subject: line('subject'),
    reportingUA: line('reportingUA'),
    finalRecipient: line('finalRecipient'),
  };
  if (bad.size > 0 || !disposition || extensionFields === undefined)
    throw invalidProperties([...bad], `These properties are not as they have to be: ${[...bad].join(', ')}`);
  if (email === undefined) throw noSuchEmail();
  return {
    ...wanted,
    email,
    textBody: textBody as string | null,
    includeOriginalMessage: includeOriginalMessage === true,
    disposition,
    extensionFields,
  };
}

const KNOWN: ReadonlySet<string> = new Set([
  'forEmailId',
  'subject',
  'textBody',
  'includeOriginalMessage',
  'reportingUA',
  'disposition',
  'mdnGateway',
  'originalRecipient',
  'finalRecipient',
  'originalMessageId',
  'error',
  'extensionFields',
]);

function readDisposition(value: Json | undefined): Mdn['disposition'] | undefined {
  if (!isObject(value)) return undefined;
  const actionMode = ACTION_MODES.find((mode) => mode === value['actionMode']);
  const sendingMode = SENDING_MODES.find((mode) => mode === value['sendingMode']);
  const type = DISPOSITION_TYPES.find((one) => one === value['type']);
  return actionMode && sendingMode && type && { actionMode, sendingMode, type };
}

const MAX_EXTENSIONS = 50;
/** Fields that the report has of its own. */
const OWN_FIELDS =
  /^(?:reporting-ua|mdn-gateway|original-recipient|final-recipient|original-message-id|disposition|error)$/i;

/** Undefined for what is no map of fields. */
function readExtensions(value: Json): Record<string, string> | null | undefined {
  if (value === null) return null;
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  const isFine = entries.every(
    ([name, text]) =>
      /^[A-Za-z0-9][A-Za-z0-9-]{0,76}$/.test(name) &&
      !OWN_FIELDS.test(name) &&
      typeof text === 'string' &&
      text.length <= MAX_LINE &&
      !/[\r\n\0]/.test(text),
  );
  return isFine && entries.length <= MAX_EXTENSIONS ? (value as Record<string, string>) : undefined;
}
