// Reports of dispositions (RFC 8098), written and read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '../../base/index.ts';
import {
  ACTION_MODES,
  DISPOSITION_TYPES,
  type DispositionReport,
  parseDisposition,
  SENDING_MODES,
  writeDisposition,
} from './disposition.ts';

test('a report of another server is read, whatever its capitals, folds and comments', () => {
  const report = parseDisposition(
    utf8(
      'reporting-ua: joes-pc.cs.example.com; Foomail 97.1\r\n' +
        'MDN-Gateway: dns; gate.example.com\r\n' +
        'Original-Recipient: rfc822;Joe@example.com\r\n' +
        'FINAL-RECIPIENT: rfc822;\r\n Joe_Recipient@example.com\r\n' +
        'Original-Message-ID: <1995@example.org>\r\n' +
        'Disposition: Automatic-Action / MDN-Sent-Automatically; Processed/error\r\n' +
        'Error: one\r\nError: two\r\n' +
        'X-Extra: 5\r\n',
    ),
  );
  assert.deepEqual(report, {
    reportingUA: 'joes-pc.cs.example.com; Foomail 97.1',
    mdnGateway: 'dns; gate.example.com',
    originalRecipient: 'rfc822;Joe@example.com',
    finalRecipient: 'rfc822; Joe_Recipient@example.com',
    originalMessageId: '<1995@example.org>',
    disposition: {
      actionMode: 'automatic-action',
      sendingMode: 'mdn-sent-automatically',
      type: 'processed',
    },
    error: ['one', 'two'],
    extensionFields: { 'X-Extra': '5' },
  });
});

test('what lacks its recipient or disposition is no report', () => {
  for (const text of [
    '',
    'Final-Recipient: rfc822; a@b.test\r\n',
    'Disposition: manual-action/MDN-sent-manually; displayed\r\n',
    'Final-Recipient: rfc822; a@b.test\r\nDisposition: displayed\r\n',
    'Final-Recipient: rfc822; a@b.test\r\nDisposition: manual-action/MDN-sent-manually; eaten\r\n',
  ]) {
    assert.equal(parseDisposition(utf8(text)), undefined, text);
  }
});

const line = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);

test('what was written is read again', () => {
  const reports = fc.record<DispositionReport>(
    {
      reportingUA: fc.option(line),
      mdnGateway: fc.constant(null),
      originalRecipient: fc.option(line),
      finalRecipient: line,
      originalMessageId: fc.option(line),
      disposition: fc.record(
        {
          actionMode: fc.constantFrom(...ACTION_MODES),
          sendingMode: fc.constantFrom(...SENDING_MODES),
          type: fc.constantFrom(...DISPOSITION_TYPES),
        },
        { noNullPrototype: true },
      ),
      error: fc.constant(null),
      extensionFields: fc.constantFrom(null, { 'X-One': '1', 'X-Two': 'two words' }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(reports, (report) => {
      // Encoded words would be read as what they stand for.
      fc.pre(!JSON.stringify(report).includes('=?'));
      assert.deepEqual(parseDisposition(writeDisposition(report)), report);
    }),
  );
});

test('any bytes are read or refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => void parseDisposition(bytes)));
});
