// The stored ENVELOPE read back, against the header fields it was made of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addressesForm,
  imapTexts,
  lastField,
  parseMessage,
  textForm,
  valueOctets,
} from '../../formats/mime/index.ts';
import { generateMail } from '../../../test/support/mail-generator.ts';
import { Envelope } from './envelope.ts';

const envelopeOf = (text: string): Envelope => {
  const bytes = Buffer.from(text, 'latin1');
  return new Envelope(imapTexts(parseMessage(bytes), bytes).classic.envelope);
};

test('names, groups, escapes and literals', () => {
  const long = 'x'.repeat(1500);
  const envelope = envelopeOf(
    `From: "Quote \\" and \\\\ slash" <a@b.example>\r\nTo: Team: c@d.example, "E" <e@f.example>;, g@h.example\r\n` +
      `Subject: =?utf-8?Q?=C3=BC?= ${long}\r\nDate: Fri, 27 Nov 2026 08:00:00 +0100\r\nMessage-ID: <m@x>\r\n` +
      `In-Reply-To: <r@x>\r\n\r\n`,
  );
  assert.equal(envelope.addressText('from'), 'Quote " and \\ slash <a@b.example>');
  assert.equal(envelope.addressText('to'), 'Team:, c@d.example, E <e@f.example>, g@h.example');
  assert.equal(envelope.addressText('cc'), undefined);
  assert.equal(envelope.subject, `ü ${long}`);
  assert.deepEqual(envelope.date, { time: Date.UTC(2026, 10, 27, 7), offset: 60 });
  assert.equal(envelope.messageId, '<m@x>');
  assert.equal(envelope.inReplyTo, '<r@x>');
});

test('an envelope with nothing in it', () => {
  const envelope = envelopeOf('\r\n');
  assert.equal(envelope.subject, undefined);
  assert.equal(envelope.date, null);
  assert.equal(envelope.messageId, undefined);
  for (const field of ['from', 'sender', 'replyTo', 'to', 'cc', 'bcc'] as const) {
    assert.deepEqual(envelope.addresses(field), []);
  }
});

test('generated messages', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const { bytes } = generateMail(seed);
    const message = parseMessage(bytes);
    const envelope = new Envelope(imapTexts(message, bytes).classic.envelope);
    const value = (key: string): string | undefined => {
      const field = lastField(message.parts[0].fields, key);
      return field && valueOctets(bytes, field);
    };
    const subject = value('subject');
    assert.equal(envelope.subject, subject === undefined ? undefined : textForm(subject), `seed ${seed}`);
    const from = addressesForm(value('from') ?? '');
    const told = envelope.addresses('from').filter(({ host }) => host !== undefined);
    assert.equal(told.length, from.length, `seed ${seed}`);
    for (const [i, { name }] of from.entries()) {
      const text = told[i]?.name;
      assert.equal(text === undefined ? null : textForm(text) || null, name, `seed ${seed}`);
    }
  }
});
