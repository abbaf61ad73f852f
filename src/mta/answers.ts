// Answers for people who are away (RFC 3834, RFC 8621 §8): a message that came for them personally, from a person, is
// answered once a week to each sender. The answer is sent after the message is safe, and never waited for. Senders on
// this server are answered; others will be when mail can leave it.
import type { Access, AccountId, Directory } from '../access/index.ts';
import type { Accounts } from '../account/index.ts';
import { asBuffer, emit, now, Unavailable } from '../base/index.ts';
import { htmlToText } from '../formats/html/index.ts';
import {
  addressesForm,
  buildMessage,
  type HeaderField,
  type HeaderInput,
  parseMessageIds,
  type PartInput,
  scanHeader,
  textForm,
  valueOctets,
  newMessageId,
} from '../formats/mime/index.ts';
import { awayAccounts, noteAnswer, type Vacation } from '../mail/index.ts';
import type { DataStore } from '../store/index.ts';
import type { DeliveredMessage } from './acceptance.ts';
import './events.ts';
import type { Mta } from './mta.ts';
import { sendMessage } from './submit.ts';

export interface AnswersOptions {
  readonly mta: Mta;
  readonly access: Pick<Access, 'token'> & {
    readonly directory: Pick<Directory, 'addressesOf' | 'resolveRecipient'>;
  };
  readonly accounts: Accounts;
  readonly data: DataStore;
  /** Name in `From` of an account's answers. */
  readonly nameOf: (account: AccountId) => Promise<string>;
  readonly hostname: () => string;
}

export interface Answers {
  /** Waits for the answers that are on their way. */
  close(): Promise<void>;
}

/** Answers that are on their way at once; beyond that, senders go without. */
const MAX_UNDER_WAY = 1000;
const MAX_FIELDS = 10_000;

/** Begins to answer what is delivered from now on. */
export function createAnswers(options: AnswersOptions): Answers {
  const underWay = new Set<Promise<void>>();
  options.mta.onDelivered((message) => {
    // RFC 3834 §2: never to the empty sender, nor to what programs and lists send.
    const { sender } = message.envelope;
    if (sender === null || sender.domain === '' || underWay.size >= MAX_UNDER_WAY) return;
    const work = answerAll(options, message).catch((error: unknown) =>
      emit('mta.answer-failed', { account: message.accounts[0] as AccountId, error }, 'warn'),
    );
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
  });
  return { close: async () => void (await Promise.all(underWay)) };
}

async function answerAll(options: AnswersOptions, message: DeliveredMessage): Promise<void> {
  const { accounts, bytes, envelope } = message;
  const away = await awayAccounts(options.data, accounts, now());
  if (away.size === 0) return;
  const header = readHeader(bytes);
  const sender = envelope.sender?.canonical ?? '';
  if (!isPersonal(header) || isRobot(envelope.sender?.local ?? '')) return;
  const found = await options.access.directory.resolveRecipient(sender);
  if (found.kind !== 'account') return;
  for (const [account, vacation] of away)
    if (account !== found.account) await answer(options, account, vacation, header, sender);
}

async function answer(
  options: AnswersOptions,
  account: AccountId,
  vacation: Vacation,
  header: Header,
  sender: string,
): Promise<void> {
  const { access, accounts, mta } = options;
  const own = await access.directory.addressesOf(account);
  // RFC 3834 §2: only to what was addressed to the owner.
  const me = header.recipients.find((address) => own.includes(address));
  const token = me === undefined ? undefined : await access.token(account);
  if (me === undefined || !token || own.includes(sender)) return;
  if (!(await noteAnswer(accounts.get(account), sender))) return;
  const from = { name: (await options.nameOf(account)) || null, email: me };
  const { delivery } = await sendMessage(
    mta,
    { token, connection: `answer/${account}`, address: '127.0.0.1' },
    // RFC 3834 §3.3: an empty return path, so that nothing answers the answer.
    { mailFrom: { email: '', parameters: null }, rcptTo: [{ email: sender, parameters: null }] },
    writeAnswer(vacation, header, from, sender, options.hostname()),
  );
  const [state] = delivery;
  if (state?.delivered === 'yes') emit('mta.answered', { account, sender });
  else emit('mta.answer-failed', { account, error: new Unavailable(state?.smtpReply ?? sender) }, 'warn');
}

interface Header {
  readonly names: ReadonlySet<string>;
  value(name: string): string | undefined;
  /** Of To and Cc, in lower case. */
  readonly recipients: readonly string[];
}

function readHeader(bytes: Uint8Array): Header {
  const buffer = asBuffer(bytes);
  const { fields } = scanHeader(buffer, 0, undefined, MAX_FIELDS);
  const octets = (field: HeaderField): string => valueOctets(buffer, field);
  return {
    names: new Set(fields.map(({ key }) => key)),
    value: (name) => {
      const field = fields.findLast(({ key }) => key === name);
      return field && octets(field);
    },
    recipients: fields
      .filter(({ key }) => RECIPIENT_FIELDS.has(key))
      .flatMap((field) => addressesForm(octets(field)).map(({ email }) => email.toLowerCase())),
  };
}

const RECIPIENT_FIELDS: ReadonlySet<string> = new Set(['to', 'cc', 'resent-to', 'resent-cc']);
const LIST_FIELDS = [
  'list-id',
  'list-help',
  'list-subscribe',
  'list-unsubscribe',
  'list-post',
  'list-owner',
  'list-archive',
];

/** False for what programs, lists and bulk mailers send (RFC 3834 §2). */
export function isPersonal(header: Pick<Header, 'names' | 'value'>): boolean {
  const automatic = header.value('auto-submitted')?.trim().toLowerCase();
  if (automatic !== undefined && !/^no\s*(?:;|\(|$)/.test(automatic)) return false;
  if (LIST_FIELDS.some((name) => header.names.has(name))) return false;
  if (/^\s*(?:bulk|list|junk)\b/i.test(header.value('precedence') ?? '')) return false;
  return !/\b(?:all|oof|autoreply)\b/i.test(header.value('x-auto-response-suppress') ?? '');
}

/** Local parts that stand for programs (RFC 3834 §2, RFC 5230 §4.6). */
export const isRobot = (local: string): boolean =>
  /^(?:owner-.*|.*-request|.*-owner|mailer-daemon|listserv|majordomo|no-?reply)$/i.test(local);

const DEFAULT_TEXT = 'I am away at the moment and will read your message when I am back.';
/** Octets of a subject that are repeated. */
const MAX_SUBJECT = 400;
/** The answer (RFC 3834 §3). */
function writeAnswer(
  { subject, textBody, htmlBody }: Vacation,
  header: Header,
  from: { readonly name: string | null; readonly email: string },
  to: string,
  hostname: string,
): Uint8Array {
  const original = textForm(header.value('subject') ?? '')
    .replaceAll(/[\r\n\0]/g, ' ')
    .slice(0, MAX_SUBJECT);
  const [id] = parseMessageIds(header.value('message-id') ?? '') ?? [];
  const references = parseMessageIds(header.value('references') ?? '') ?? [];
  const fields: HeaderInput[] = [
    { name: 'Date', date: { time: now(), offset: 0 } },
    { name: 'From', addresses: [from] },
    { name: 'To', addresses: [{ name: null, email: to }] },
    { name: 'Subject', text: subject ?? `Auto: ${original}` },
    { name: 'Message-ID', messageIds: [newMessageId(hostname)] },
    { name: 'Auto-Submitted', raw: ' auto-replied' },
  ];
  if (id !== undefined) {
    fields.push({ name: 'In-Reply-To', messageIds: [id] });
    fields.push({ name: 'References', messageIds: [...references.slice(-20), id] });
  }
  const text = textBody ?? (htmlBody === null ? DEFAULT_TEXT : htmlToText(htmlBody));
  const plain: PartInput = { type: 'text/plain', content: text };
  if (htmlBody === null) return buildMessage(fields, plain);
  const html: PartInput = { type: 'text/html', content: htmlBody };
  return buildMessage(fields, { type: 'multipart/alternative', content: [plain, html] });
}
