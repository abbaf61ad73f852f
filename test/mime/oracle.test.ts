// The MIME core against what the generator put in and against two independent parsers of the registry.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AddressObject, type Attachment, simpleParser } from 'mailparser';
import PostalMime, { type Address, type Email } from 'postal-mime';
import {
  addressesForm,
  bodyLists,
  decodePart,
  type EmailAddress,
  headerProperty,
  lastField,
  type Message,
  mediaType,
  parseDate,
  parseHeaderProperty,
  parseMessage,
  parseMessageIds,
  type Part,
  partText,
  textForm,
  valueOctets,
} from '../../src/formats/mime/index.ts';
import { type GeneratedMail, mailGenerator } from '../support/mail-generator.ts';

const COUNT = 400;

function* mails(broken: boolean): Generator<GeneratedMail> {
  const generator = mailGenerator(20_261_124, { bigAttachmentSize: 100_000 });
  for (let made = 0; made < COUNT; made++) {
    const mail = generator.next(broken ? 'broken' : undefined);
    if (mail.isBroken === broken) yield mail;
  }
}

/** What the MIME core finds, in the shape of the generator. */
function found(bytes: Uint8Array) {
  const message = parseMessage(bytes);
  const [root] = message.parts;
  const value = (key: string): string | null => {
    const field = lastField(root.fields, key);
    return field === undefined ? null : valueOctets(bytes, field);
  };
  const lists = bodyLists(message);
  const textOf = (indices: readonly number[], type: string): string | null => {
    const part = indices.map((index) => message.parts[index] as Part).find((p) => mediaType(p) === type);
    return part === undefined ? null : partText(bytes, part).text;
  };
  return {
    message,
    subject: textForm(value('subject') ?? ''),
    from: addressesForm(value('from') ?? ''),
    to: addressesForm(value('to') ?? ''),
    date: parseDate(value('date') ?? '')?.time,
    messageId: parseMessageIds(value('message-id') ?? '')?.[0],
    inReplyTo: parseMessageIds(value('in-reply-to') ?? '')?.[0] ?? null,
    text: textOf(lists.textBody, 'text/plain'),
    html: textOf(lists.htmlBody, 'text/html'),
  };
}

const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && Buffer.compare(a, b) === 0;

/** Leaves and attached messages that have a file name. */
const files = (message: Message): Part[] =>
  message.parts.filter(
    (part) => part.name !== null && (part.type !== 'multipart' || part.children.length === 0),
  );

test('everything that was put into a message is found in it', () => {
  for (const mail of mails(false)) {
    const here = `${mail.shape} ${mail.messageId}`;
    const seen = found(mail.bytes);
    assert.equal(seen.subject, mail.subject, here);
    assert.deepEqual(seen.from, [mail.from], here);
    assert.deepEqual(seen.to, mail.to, here);
    assert.equal(seen.date, mail.date, here);
    assert.equal(seen.messageId, mail.messageId, here);
    assert.equal(seen.inReplyTo, mail.inReplyTo, here);
    assert.equal(trimmed(seen.text), trimmed(mail.text), here);
    assert.equal(trimmed(seen.html), trimmed(mail.html), here);
    const names = files(seen.message);
    for (const { name, type, content } of mail.attachments) {
      const part = names.find(
        (p) => p.name === name && mediaType(p) === type && same(decodePart(mail.bytes, p), content),
      );
      assert.ok(
        part,
        `${here}: ${name} of ${content.length} octets among ${names.map((p) => `${p.name} ${p.size}`).join()}`,
      );
    }
  }
});

const trimmed = (text: string | null | undefined): string | null => (text ?? '').trimEnd() || null;

const addressOf = (address: Address): EmailAddress => ({
  name: address.name || null,
  email: address.address ?? '',
});

test('postal-mime finds the same', async () => {
  for (const mail of mails(false)) {
    const here = `${mail.shape} ${mail.messageId}`;
    const seen = found(mail.bytes);
    const oracle: Email = await PostalMime.parse(mail.bytes);
    assert.equal(seen.subject, oracle.subject?.normalize('NFC'), here);
    assert.deepEqual(seen.from, oracle.from === undefined ? [] : [addressOf(oracle.from)], here);
    assert.deepEqual(seen.to, oracle.to?.map(addressOf), here);
    assert.equal(seen.messageId, oracle.messageId?.replace(/[<>]/g, ''), here);
    assert.deepEqual(
      seen.message.parts[0].fields.map((f) => f.key),
      oracle.headers.map((h) => h.key),
      here,
    );
    for (const { filename, content } of oracle.attachments) {
      if (filename === null || typeof content === 'string') continue;
      const bytes = new Uint8Array(content instanceof ArrayBuffer ? content : content.buffer);
      const named = files(seen.message).filter((p) => p.name === filename);
      // postal-mime gives what is not encoded with other line ends.
      const equal = (p: Part): boolean =>
        (p.encoding === 'base64' ? same : sameText)(decodePart(mail.bytes, p), bytes);
      assert.ok(named.some(equal), `${here}: ${filename}`);
    }
  }
});

const sameText = (a: Uint8Array, b: Uint8Array): boolean => lineFeeds(a) === lineFeeds(b);

const lineFeeds = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n').trimEnd();

test('mailparser finds the same', async () => {
  for (const mail of mails(false)) {
    const here = `${mail.shape} ${mail.messageId}`;
    const seen = found(mail.bytes);
    const oracle = await simpleParser(Buffer.from(mail.bytes), {
      skipTextToHtml: true,
      skipHtmlToText: true,
      skipImageLinks: true,
    });
    assert.equal(seen.subject, oracle.subject, here);
    assert.deepEqual(seen.from, addressesOf(oracle.from), here);
    assert.deepEqual(seen.to, addressesOf(oracle.to), here);
    assert.equal(seen.date, oracle.date?.getTime(), here);
    if (
      mail.shape === 'plain' ||
      mail.shape === 'alternative' ||
      mail.shape === 'charset' ||
      mail.shape === 'eightBit'
    ) {
      assert.equal(trimmed(seen.text), trimmed(oracle.text), here);
    }
    if (mail.html !== null && mail.shape !== 'forwarded')
      assert.equal(trimmed(seen.html), trimmed(oracle.html || null), here);
    for (const { filename, content } of oracle.attachments as Attachment[]) {
      const named = files(seen.message).filter((p) => p.name === (filename ?? null));
      if (filename === undefined) continue;
      assert.ok(
        named.some((p) => same(decodePart(mail.bytes, p), content)),
        `${here}: ${filename}`,
      );
    }
  }
});

function addressesOf(list: AddressObject | AddressObject[] | undefined): EmailAddress[] {
  return [list ?? []]
    .flat()
    .flatMap((object) => object.value)
    .map(({ name, address }) => ({ name: name || null, email: address ?? '' }));
}

test('broken mail still gives its header and some body', () => {
  let texts = 0;
  for (const mail of mails(true)) {
    const seen = found(mail.bytes);
    assert.equal(seen.message.size, mail.bytes.length);
    const subject = parseHeaderProperty('header:Subject:asText');
    assert.ok(subject);
    assert.doesNotThrow(() => headerProperty(mail.bytes, seen.message.parts[0], subject));
    if (seen.text !== null && seen.text !== '') texts++;
  }
  assert.ok(texts > COUNT * 0.8, `only ${texts} of ${COUNT} have text`);
});
