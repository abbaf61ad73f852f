import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { decodeXtext, encodeXtext, formatReply, isHostName, reply } from './index.ts';

test('every line has the code and the status', () => {
  assert.equal(formatReply(reply(250, '2.1.5', 'Fine')), '250 2.1.5 Fine\r\n');
  assert.equal(
    formatReply({ code: 250, text: ['mail.example.org', 'SIZE 10', '8BITMIME'] }),
    '250-mail.example.org\r\n250-SIZE 10\r\n250 8BITMIME\r\n',
  );
  assert.equal(formatReply(reply(550, '5.1.1', ['a', 'b'])), '550-5.1.1 a\r\n550 5.1.1 b\r\n');
});

test('text of a peer cannot end the line or outgrow it', () => {
  const wire = formatReply(reply(550, '5.1.2', `no such\r\n250 OK${'x'.repeat(1000)}`));
  assert.equal(wire.length, 512);
  assert.equal(wire.indexOf('\r\n'), 510);
  assert.ok(wire.startsWith('550 5.1.2 no such??250 OK'));
  assert.ok(Buffer.byteLength(formatReply(reply(550, '5.1.2', 'ü'.repeat(600)))) <= 512);
});

test('xtext survives the round trip', () => {
  assert.equal(encodeXtext('a+b=c d'), 'a+2Bb+3Dc+20d');
  assert.equal(encodeXtext('ü'), '+C3+BC');
  for (const bad of ['a b', 'a=b', '+4', '+4g', 'ü', '+C3', '+00', 'a\x7f']) {
    assert.equal(decodeXtext(bad), undefined, bad);
  }
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const encoded = encodeXtext(text);
      assert.match(encoded, /^[\x21-\x7e]*$/);
      assert.equal(decodeXtext(encoded), /[\0-\x1f\x7f-\x9f]/.test(text) ? undefined : text);
    }),
  );
});

test('names of hosts', () => {
  for (const name of [
    'mail.example.org',
    'a.b.',
    'x_y.example',
    '[192.0.2.1]',
    '[IPv6:::1]',
    'bücher.example',
  ]) {
    assert.ok(isHostName(name), name);
  }
  for (const name of [
    '',
    'host',
    'localhost',
    '192.0.2.1',
    'a..b',
    '-a.b',
    '[1.2.3]',
    '[::1]',
    '.a.b',
    'a b.c',
  ]) {
    assert.ok(!isHostName(name), name);
  }
});
