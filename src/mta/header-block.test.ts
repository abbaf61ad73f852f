import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { holdClock } from '../base/index.ts';
import { scanHeader } from '../formats/mime/index.ts';
import { fuzz } from './fuzz.ts';
import { headerBlock } from './header-block.ts';
import type { SessionPolicy } from './policy.ts';
import type { Client, Envelope } from './types.ts';

const all = { received: true, authResults: true, returnPath: true, date: true, messageId: true };
const none = { received: false, authResults: false, returnPath: false, date: false, messageId: false };
const client: Client = {
  connection: 'c',
  listener: 'smtp',
  kind: 'smtp',
  address: '192.0.2.1',
  helo: 'client.test',
  extended: true,
  secure: true,
  tls: { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
  token: undefined,
};
const sender = { text: 'A@b.test', local: 'A', domain: 'b.test', canonical: 'a@b.test' };
const envelope: Envelope = { client, sender, parameters: {}, recipients: [] };

function block(add: SessionPolicy['add'], header: string, more: Partial<Envelope> = {}): string {
  const releaseClock = holdClock(() => Date.UTC(2026, 10, 27, 8, 0, 0));
  try {
    const policy = { add, hostname: 'mail.example.org' } as SessionPolicy;
    const bytes = Buffer.from(header);
    const scanned = { bytes, block: scanHeader(bytes, 0, undefined, 100) };
    return headerBlock('0123456789abcdef', { ...envelope, ...more }, policy, scanned).toString('utf8');
  } finally {
    releaseClock();
  }
}

test('the whole block', () => {
  assert.equal(
    block(all, 'Subject: x\r\n\r\n'),
    'Return-Path: <A@b.test>\r\n' +
      'Authentication-Results: mail.example.org; none\r\n' +
      'Received: from client.test (unknown [192.0.2.1])\r\n' +
      '\t(using TLSv1.3 with cipher TLS_AES_128_GCM_SHA256)\r\n' +
      '\tby mail.example.org (Waypost) with ESMTPS id 0123456789abcdef;\r\n' +
      '\tFri, 27 Nov 2026 08:00:00 +0000\r\n' +
      'Date: Fri, 27 Nov 2026 08:00:00 +0000\r\n' +
      `Message-ID: <${hash('sha256', 'Subject: x\r\n\r\n').slice(0, 40)}@mail.example.org>\r\n`,
  );
});

test('what is there is not added, and nothing that is switched off', () => {
  const full = 'DATE: x\r\nmessage-id: <y>\r\n\r\n';
  assert.doesNotMatch(block(all, full), /^(?:Date|Message-ID):/m);
  assert.equal(block(none, 'Subject: x\r\n\r\n'), '');
});

test('an address beyond ASCII is written as it is', () => {
  const utf8 = { text: 'jöhn@b.test', local: 'jöhn', domain: 'b.test', canonical: 'jöhn@b.test' };
  assert.match(
    block(all, 'A: b\r\n\r\n', { sender: utf8, parameters: { smtpUtf8: true } }),
    /<jöhn@b\.test>.* with UTF8SMTPS /s,
  );
});

const field = fc.oneof(
  fc.constantFrom(
    'Authentication-Results: mail.example.org; none\r\n',
    'AUTHENTICATION-RESULTS : MAIL.example.org 1; spf=pass\n',
    'Authentication-Results:\r\n\t(c) mail.example.org;\r\n x=y\r\n',
    'Authentication-Results: other.test; none\r\n',
    'Subject: x\r\n',
    ' folded\r\n',
    '\r\n',
    'Authentication-Results: (',
  ),
  fc.string({ maxLength: 20 }),
);

test('forged fields go, whole, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 12 }), (fields) => fuzz(Buffer.from(fields.join(''), 'latin1'))),
    {
      numRuns: 3000,
    },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fuzz));
});
