import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { concatBytes, Invalid, LimitExceeded, utf8 } from '../../base/index.ts';
import { encodeMessage, imapTexts, parseMessage } from '../../formats/mime/index.ts';
import { decodeCold, encodeCold } from './cold.ts';
import { addModseqAt, decodeEmail, deletedAt, encodeEmail, keywordAt, mailboxAt, uidAt } from './email.ts';
import { fuzz } from './fuzz.ts';
import {
  areUsual,
  checkKeywords,
  decodeKeywords,
  encodeKeywords,
  FIRST_OWN,
  KeywordTable,
  SEEN,
} from './keywords.ts';
import { decodeMailbox, encodeMailbox } from './mailbox.ts';
import { decodeRanges, encodeRanges, mergeRanges, rangesOf } from './ranges.ts';
import { decodeThread, decodeThreadIndex, encodeThread, encodeThreadIndex } from './thread.ts';

const u32 = fc.nat(0xffff_ffff);
const u53 = fc.maxSafeNat();
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
/** Newer versions append fields, which this one skips. */
const longer = (row: Uint8Array): Uint8Array => concatBytes(row, utf8('later'));
/** Plain objects, as the decoders make them. */
const record = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(fields as never, { noNullPrototype: true }) as fc.Arbitrary<T>;

describe('round trips', () => {
  test('e-mail', () => {
    const emails = record({
      thread: u32,
      size: u32,
      flagModseq: u53,
      receivedAt: fc.integer({ min: -8.64e15, max: 8.64e15 }),
      hasAttachment: fc.boolean(),
      memberships: fc.array(record({ mailbox: u32, uid: u32, addModseq: u53, deleted: fc.boolean() }), {
        maxLength: 5,
      }),
      keywords: fc.array(fc.nat(2000), { maxLength: 40 }),
    });
    fc.assert(
      fc.property(emails, (email) => {
        const row = encodeEmail(email);
        assert.deepEqual(decodeEmail(longer(row)), email);
        for (const [i, membership] of email.memberships.entries()) {
          assert.equal(mailboxAt(row, i), membership.mailbox);
          assert.equal(uidAt(row, i), membership.uid);
          assert.equal(addModseqAt(row, i), membership.addModseq);
          assert.equal(deletedAt(row, i), membership.deleted);
        }
        for (const [i, keyword] of email.keywords.entries()) assert.equal(keywordAt(row, i), keyword);
      }),
    );
  });

  test('mailbox', () => {
    const mailboxes = record({
      name: fc.string({ unit: 'grapheme', maxLength: 300 }),
      parentId: u32,
      role: fc.constantFrom(null, 'inbox', 'sent'),
      sortOrder: u32,
      total: u32,
      unread: u32,
      members: u32,
      subscribers: fc.array(u32),
      uidValidity: u32,
      uidNext: u32,
      highestModseq: u53,
    });
    fc.assert(
      fc.property(mailboxes, (mailbox) =>
        assert.deepEqual(decodeMailbox(longer(encodeMailbox(mailbox))), mailbox),
      ),
    );
  });

  test('thread and thread index', () => {
    const thread = record({
      total: u32,
      visible: u32,
      mailboxes: fc.array(u32),
      orphans: fc.array(bytes(16)),
    });
    fc.assert(fc.property(thread, (one) => assert.deepEqual(decodeThread(longer(encodeThread(one))), one)));
    const index = record({
      threads: fc.array(u32, { maxLength: 64 }),
      arrivals: fc.array(record({ email: u32, time: u32, mark: bytes(12) }), { maxLength: 16 }),
    });
    fc.assert(
      fc.property(index, (one) => assert.deepEqual(decodeThreadIndex(longer(encodeThreadIndex(one))), one)),
    );
  });

  test('UID ranges, out of UIDs in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 })), (uids) => {
        const ranges = decodeRanges(longer(encodeRanges(rangesOf(uids))));
        const all: number[] = [];
        for (let i = 0; i < ranges.length; i += 2) {
          if (i > 0) assert.ok((ranges[i] as number) > (ranges[i - 1] as number) + 1, 'two touch');
          for (let uid = ranges[i] as number; uid <= (ranges[i + 1] as number); uid++) all.push(uid);
        }
        assert.deepEqual(
          all,
          [...new Set(uids)].sort((a, b) => a - b),
        );
        const halves = [uids.slice(0, uids.length / 2), uids.slice(uids.length / 2)].map(rangesOf);
        assert.deepEqual(mergeRanges(halves), ranges);
      }),
    );
  });

  test('cold record, with texts in one form or two', () => {
    for (const subject of ['plain', 'Grüße']) {
      const text = Buffer.from(
        `Subject: ${subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nbody\r\n`,
      );
      const message = parseMessage(text);
      const texts = imapTexts(message, text);
      const cold = decodeCold(
        longer(
          encodeCold({
            hash: new Uint8Array(32).fill(7),
            size: text.length,
            hasAttachment: true,
            threadKeys: [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)],
            texts,
            preview: 'Grüße',
            message: encodeMessage(message),
          }),
        ),
      );
      assert.equal(cold.size, text.length);
      assert.equal(cold.hasAttachment, true);
      assert.equal(cold.preview, 'Grüße');
      assert.equal(cold.threadKeys.length, 2);
      assert.deepEqual(cold.message, message);
      assert.deepEqual(Buffer.from(cold.envelope), Buffer.from(texts.classic.envelope));
      assert.deepEqual(Buffer.from(cold.utf8.envelope), Buffer.from(texts.utf8.envelope));
      assert.equal(cold.utf8 === cold, subject === 'plain');
      assert.ok(cold.body.length < cold.bodyStructure.length);
      assert.deepEqual(Buffer.from(cold.utf8.body), Buffer.from(cold.body));
    }
  });
});

describe('keywords', () => {
  test('are known in any capitals and keep their first spelling', () => {
    const table = new KeywordTable(['Todo']);
    assert.equal(table.number('$SEEN'), SEEN);
    assert.equal(table.number('TODO'), FIRST_OWN);
    assert.equal(table.name(FIRST_OWN), 'Todo');
    assert.equal(table.with(['todo', '$seen']), table);
    const more = table.with(['X', 'x', 'Y']);
    assert.deepEqual(more.own, ['Todo', 'X', 'Y']);
    assert.deepEqual(decodeKeywords(encodeKeywords(more)).own, more.own);
    assert.ok(more.has(FIRST_OWN + 2) && !more.has(FIRST_OWN + 3));
    assert.equal(decodeKeywords(undefined).number('todo'), undefined);
    assert.ok(areUsual(['$Junk', '$seen']) && !areUsual(['todo']));
  });

  test('have limits', () => {
    const full = new KeywordTable(Array.from({ length: 1000 }, (_, i) => `k${i}`));
    assert.throws(() => full.with(['more']), LimitExceeded);
    for (const bad of ['', '$Deleted', 'x'.repeat(256), 'é'.repeat(128)])
      assert.throws(() => checkKeywords([bad]), Invalid);
    checkKeywords(['x'.repeat(255)]);
  });
});

test('rows of any bytes are refused in the one way', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (row, versioned) => {
      if (versioned && row.length > 0) row[0] = 1;
      fuzz(row);
    }),
    { numRuns: 2000 },
  );
});
