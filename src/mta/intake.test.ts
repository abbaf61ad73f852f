import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import { reply } from '../formats/smtp/index.ts';
import { openMemory } from '../store/index.ts';
import { type Content, Intake, IntakeSpace, type Prepare } from './intake.ts';

const stores = openMemory();
after(() => stores.close());

const MIB = 1024 * 1024;
const FRONT = Buffer.from('X-Front: yes\r\n');
const REFUSED = reply(550, '5.7.7', 'no');

/** Puts a line in front; the header ends at the first empty line, a leading `!` is refused. */
const prepare: Prepare = (head, complete) => {
  if (head[0] === 0x21) return { refusal: REFUSED };
  if (!complete && head.indexOf('\n\n') < 0) return undefined;
  const cut = head.indexOf('CUT\n');
  const kept =
    cut < 0 ? [head] : [head.subarray(0, cut), head.subarray(cut + 4)].filter((one) => one.length > 0);
  return { front: FRONT, kept };
};

async function take(space: IntakeSpace, pieces: readonly Buffer[], maxSize = Infinity): Promise<Intake> {
  const intake = new Intake(space, { maxSize, prepare });
  for (const piece of pieces) await intake.add(piece);
  return intake;
}

async function content(intake: Intake): Promise<Content> {
  const taken = await intake.finish();
  assert.ok(!('code' in taken), 'was refused');
  return taken;
}

test('pieces of any size make the message, with the block in front and what is cut away left out', async () => {
  const space = new IntakeSpace(stores.blobs);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 6000 }), { maxLength: 60 }), async (parts) => {
      const pieces = ['Subject: x\nCUT\n\n', ...parts].map((part) => Buffer.from(part));
      const taken = await content(await take(space, pieces));
      const whole = Buffer.concat(pieces);
      const cut = whole.indexOf('CUT\n');
      assert.ok(
        Buffer.concat([FRONT, whole.subarray(0, cut), whole.subarray(cut + 4)]).equals(
          Buffer.from(taken.bytes),
        ),
      );
      assert.equal(Buffer.from(taken.receivedHash).toString('hex'), hash('sha256', whole));
      assert.equal(taken.stored, undefined);
      taken.release();
    }),
    { numRuns: 60 },
  );
  assert.equal(space.held, 0);
});

test('past 1 MiB it is a file from the first octet on', async () => {
  const space = new IntakeSpace(stores.blobs);
  const pieces = [
    Buffer.from('Subject: x\nCUT\n\n'),
    ...Array.from({ length: 40 }, (_, i) => Buffer.alloc(65_536, i)),
  ];
  const intake = await take(space, pieces);
  assert.equal(space.held, 0);
  const taken = await content(intake);
  const stored = Buffer.concat([FRONT, Buffer.from('Subject: x\n\n'), ...pieces.slice(1)]);
  assert.ok(stored.equals(Buffer.from(taken.bytes)));
  assert.ok(taken.stored);
  const { file } = taken.stored;
  assert.equal(file.size, stored.length);
  assert.equal(Buffer.from(taken.stored.hash).toString('hex'), hash('sha256', stored));
  assert.ok(readFileSync(file.path).equals(stored));
  assert.equal(Buffer.from(taken.receivedHash).toString('hex'), hash('sha256', Buffer.concat(pieces)));
  taken.release();
  await intake.discard();
  assert.throws(() => readFileSync(file.path), { code: 'ENOENT' });
});

test('while much is waiting files begin earlier', async () => {
  const space = new IntakeSpace(stores.blobs);
  space.held = 70 * MIB;
  const intake = await take(space, [Buffer.from('a: b\n\n'), Buffer.alloc(100_000, 1)]);
  assert.equal(space.held, 70 * MIB);
  const taken = await content(intake);
  assert.ok(taken.stored);
  taken.release();
  await intake.discard();
});

test('a header is waited for, up to 1 MiB', async () => {
  const space = new IntakeSpace(stores.blobs);
  space.held = 70 * MIB;
  let looks = 0;
  const counting: Prepare = (head, complete) => {
    looks++;
    return prepare(head, complete);
  };
  const intake = new Intake(space, { maxSize: Infinity, prepare: counting });
  for (let i = 0; i < 200 && intake.refusal === undefined; i++) await intake.add(Buffer.alloc(10_000, 0x78));
  assert.equal(intake.refusal?.code, 552);
  assert.ok(looks < 10, `${looks} looks at a header that has no end`);
  assert.equal(space.held, 70 * MIB);
});

test('what is too large or refused is dropped at once, and its rest thrown away', async () => {
  const space = new IntakeSpace(stores.blobs);
  const large = await take(space, [Buffer.from('a: b\n\n'), Buffer.alloc(90)], 95);
  assert.equal(large.refusal?.code, 552);
  assert.equal(space.held, 0);
  await large.add(Buffer.alloc(10 * MIB));
  assert.equal(space.held, 0);
  assert.deepEqual(await large.finish(), large.refusal);
  const refused = await take(space, [Buffer.from('!'), Buffer.alloc(2 * MIB)]);
  assert.equal(refused.refusal, REFUSED);
  assert.equal(await refused.finish(), REFUSED);
  const late = await take(
    space,
    [Buffer.from('a: b\n\n'), Buffer.alloc(2 * MIB), Buffer.alloc(MIB)],
    3 * MIB,
  );
  assert.equal(late.refusal?.code, 552);
  const small = await take(space, [Buffer.from('!x')]);
  assert.equal(await small.finish(), REFUSED);
  assert.equal(space.held, 0);
});

test('large messages wait for room in memory', async () => {
  const space = new IntakeSpace(stores.blobs);
  const first = await space.room(200 * MIB);
  const order: string[] = [];
  const waiting = async (): Promise<void> => {
    const release = await space.room(100 * MIB);
    order.push('second');
    release();
  };
  const second = waiting();
  await new Promise((resolve) => setImmediate(resolve));
  order.push('first');
  first();
  await second;
  assert.deepEqual(order, ['first', 'second']);
  const alone = await space.room(1000 * MIB);
  alone();
});

test('a file that cannot be written fails, and nothing is left', async () => {
  const writer = {
    write: async () => {
      throw new Error('disk full');
    },
    finish: async () => assert.fail('finished'),
    discarded: 0,
    discard: async () => void writer.discarded++,
  };
  const space = new IntakeSpace({ spool: async () => writer });
  const intake = new Intake(space, { maxSize: Infinity, prepare });
  await intake.add(Buffer.from('a: b\n\n'));
  await assert.rejects(async () => intake.add(Buffer.alloc(2 * MIB)), /disk full/);
  await intake.discard();
  assert.equal(writer.discarded, 1);
  assert.equal(space.held, 0);
});
