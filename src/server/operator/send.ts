// `waypost send`: writes a message and hands it to the acceptance of mail, as a submission of our own would be.
import { emit, Invalid, now } from '../../base/index.ts';
import { buildMessage, newMessageId } from '../../formats/mime/index.ts';
import { type Mailbox, parseMailbox, type Reply } from '../../formats/smtp/index.ts';
import type { Client, EnvelopeRecipient } from '../../mta/index.ts';
import type { Services } from '../services.ts';
import type { OperatorCommands, SentMessage } from './protocol.ts';

/** @throws Invalid with the reason, when the message could not be delivered to everybody */
export async function sendMessage(
  services: Services,
  args: OperatorCommands['send']['arguments'],
): Promise<SentMessage> {
  const { mta, access, registry } = services;
  const sender = mailbox(args.from ?? (await administratorAddress(services)));
  const to = args.to.map(mailbox);
  if (to.length === 0) throw new Invalid('There is no recipient');
  const account = await access.directory.findAccount(sender.canonical);
  const policy = mta.policy({ kind: 'submission', plainPasswords: true, authenticated: true });
  const client: Client = {
    connection: 'operator',
    listener: 'operator',
    kind: 'submission',
    address: '127.0.0.1',
    helo: 'localhost',
    extended: true,
    secure: true,
    tls: undefined,
    token: account === undefined ? undefined : await access.token(account),
  };
  const recipients: EnvelopeRecipient[] = [];
  for (const one of to) {
    const verdict = await mta.checkRecipient({ client, policy, mailbox: one, size: args.text.length });
    if (!verdict.accepted) throw new Invalid(`${one.canonical}: ${replyText(verdict.reply)}`);
    recipients.push(verdict.recipient);
  }
  const host = registry.singleton('SystemSettings').defaultHostname;
  const messageId = newMessageId(host);
  const bytes = Buffer.from(composed(messageId, sender, to, args));
  const envelope = { client, sender, parameters: {}, recipients };
  const incoming = mta.receive(envelope, policy);
  await incoming.intake.add(bytes);
  const { reply } = await mta.accept(envelope, incoming);
  if (reply.code !== 250) throw new Invalid(replyText(reply));
  emit('operator.sent', { sender: sender.canonical, recipients: recipients.length });
  return { messageId, size: bytes.length };
}

function composed(
  messageId: string,
  sender: Mailbox,
  to: readonly Mailbox[],
  { subject, text }: OperatorCommands['send']['arguments'],
): Uint8Array {
  const addresses = (list: readonly Mailbox[]) =>
    list.map(({ canonical }) => ({ name: null, email: canonical }));
  return buildMessage(
    [
      { name: 'Date', date: { time: now(), offset: 0 } },
      { name: 'From', addresses: addresses([sender]) },
      { name: 'To', addresses: addresses(to) },
      { name: 'Subject', text: subject },
      { name: 'Message-ID', messageIds: [messageId] },
    ],
    { type: 'text/plain', content: text },
  );
}

function mailbox(address: string): Mailbox {
  const found = typeof address === 'string' ? parseMailbox(address) : undefined;
  if (!found) throw new Invalid(`${address} is not an address like ann@example.org`);
  return found;
}

/** The first administrator, or the first account when there is none of that role. */
async function administratorAddress({ registry, access }: Services): Promise<string> {
  for await (const page of registry.scan('Account')) {
    const found = page.find(({ value }) => value.roles['@type'] === 'Admin') ?? page[0];
    const [address] = found ? await access.directory.addressesOf(found.id) : [];
    if (address !== undefined) return address;
  }
  throw new Invalid('There is no account to send from: name a sender');
}

const replyText = ({ code, status, text }: Reply): string =>
  [code, status, typeof text === 'string' ? text : text.join(' ')]
    .filter((part) => part !== undefined)
    .join(' ');
