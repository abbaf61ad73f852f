// Records of submissions and identities are read as they were written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeIdentity, encodeIdentity, type IdentityFields } from '../identity/record.ts';
import { decodeSubmission, encodeSubmission, type SubmissionRecord } from './record.ts';

const own = { noNullPrototype: true };
const number = fc.nat(0xffff_ffff);
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const address = fc.record(
  {
    email: text,
    parameters: fc.option(
      fc.dictionary(fc.stringMatching(/^[A-Z]{1,8}$/), fc.option(text), {
        noNullPrototype: true,
        maxKeys: 3,
      }),
    ),
  },
  own,
);

test('submissions', () => {
  const records = fc
    .tuple(
      fc.array(
        fc.tuple(
          address,
          text,
          fc.constantFrom('queued' as const, 'yes' as const, 'no' as const, 'unknown' as const),
        ),
        { maxLength: 5 },
      ),
      address,
      fc.tuple(number, number, number, number),
      fc.tuple(fc.maxSafeNat(), fc.maxSafeNat(), fc.nat()),
      fc.constantFrom('pending' as const, 'final' as const, 'canceled' as const),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
    )
    .map(
      ([recipients, mailFrom, [identity, email, thread, actor], [sendAt, due, attempts], undoStatus, hash]) =>
        ({
          identity,
          email,
          thread,
          actor,
          envelope: { mailFrom, rcptTo: recipients.map(([recipient]) => recipient) },
          sendAt,
          undoStatus,
          delivery: recipients.map(([, smtpReply, delivered]) => ({ smtpReply, delivered })),
          due,
          attempts,
          hash,
        }) satisfies SubmissionRecord,
    );
  fc.assert(
    fc.property(records, (record) => assert.deepEqual(decodeSubmission(encodeSubmission(record)), record)),
  );
});

test('identities', () => {
  const addresses = fc.option(
    fc.array(fc.record({ name: fc.option(text), email: text }, own), { maxLength: 4 }),
  );
  const records = fc.record<IdentityFields>(
    { name: text, email: text, replyTo: addresses, bcc: addresses, textSignature: text, htmlSignature: text },
    own,
  );
  fc.assert(
    fc.property(records, (record) => assert.deepEqual(decodeIdentity(encodeIdentity(record)), record)),
  );
});

test('records of another version are refused', () => {
  for (const decode of [decodeSubmission, decodeIdentity])
    assert.throws(() => decode(Uint8Array.of(9, 0, 0)), RangeError);
});
