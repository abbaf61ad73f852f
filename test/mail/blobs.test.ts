// Who may read a blob, and uploads that are kept for a while.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { holdClock } from '../../src/base/index.ts';
import { type BlobAccess, createBlobAccess } from '../../src/mail/index.ts';
import { openMemory, type Stores } from '../../src/store/index.ts';
import { delivery, message, openWorld, sha256, type World } from './world.ts';

let stores: Stores;
let world: World;
let access: BlobAccess;
let now = 1_700_000_000_000;
let release: () => void;
beforeEach(() => {
  stores = openMemory();
  world = openWorld({ stores });
  access = createBlobAccess(stores);
  release = holdClock(() => now);
});
afterEach(async () => {
  release();
  await world.close();
});

async function* body(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

test('an e-mail opens its blob to its own account, while it is there', async () => {
  const bytes = message({ Subject: 'x' });
  const [outcome] = await world.mail.deliver(delivery(bytes), [1]);
  assert.ok(outcome && 'value' in outcome);
  const hash = sha256(bytes);
  const other = sha256(Buffer.from('nothing'));
  assert.deepEqual(await access.mayRead(1, [hash, other]), [true, false]);
  assert.deepEqual(await access.mayRead(2, [hash]), [false]);
  assert.deepEqual(await access.mayRead(1, []), []);
  await world.mail.account(1).destroyEmails([outcome.value.id]);
  assert.deepEqual(await access.mayRead(1, [hash]), [false]);
});

test('an upload is open to its account until its time is over', async () => {
  const bytes = Buffer.from('hello world');
  const { hash, size } = await access.keep(1, body(bytes.subarray(0, 5), bytes.subarray(5)), now + 1000);
  assert.equal(size, 11);
  assert.deepEqual(Buffer.from(hash), sha256(bytes));
  assert.deepEqual(await stores.blobs.read(hash), new Uint8Array(bytes));
  assert.deepEqual(await access.mayRead(1, [hash]), [true]);
  assert.deepEqual(await access.mayRead(2, [hash]), [false]);
  // The same again for a shorter time does not shorten it.
  await access.keep(1, body(bytes), now + 10);
  now += 900;
  assert.deepEqual(await access.mayRead(1, [hash]), [true]);
  assert.equal(await access.expire(10), 0);
  now += 200;
  assert.deepEqual(await access.mayRead(1, [hash]), [false]);
  assert.equal(await access.expire(10), 1);
  assert.equal(await access.expire(10), 0);
});

test('what one keeps in an account of several, the others do not read', async () => {
  const bytes = Buffer.from('mine');
  const { hash } = await access.keep(9, body(bytes), now + 1000, 1);
  const read = async () =>
    (await Promise.all([1, 2, 9].map((reader) => access.mayRead(9, [hash], reader)))).flat();
  assert.deepEqual(await read(), [true, false, false]);
  assert.equal(await access.keepStored(9, hash, now + 500, 2), true);
  assert.deepEqual(await read(), [true, true, false]);
  assert.equal(await access.keepStored(9, sha256(Buffer.from('nothing')), now + 500, 2), false);
  await Promise.all([3, 4, 5, 6].map((keeper) => access.keep(9, body(bytes), now + 1000, keeper)));
  for (const keeper of [1, 2, 3, 4, 5, 6]) assert.deepEqual(await access.mayRead(9, [hash], keeper), [true]);
  now += 1100;
  assert.deepEqual(await read(), [false, false, false]);
});

test('an empty upload and one of a megabyte', async () => {
  const empty = await access.keep(1, body(), now + 1000);
  assert.equal(empty.size, 0);
  assert.deepEqual(await stores.blobs.read(empty.hash), new Uint8Array());
  const bytes = Buffer.alloc(1_000_000, 'abcdefg');
  const pieces = Array.from({ length: 10 }, (_, i) => bytes.subarray(i * 100_000, (i + 1) * 100_000));
  const { hash, size } = await access.keep(1, body(...pieces), now + 1000);
  assert.equal(size, 1_000_000);
  assert.deepEqual(Buffer.from((await stores.blobs.read(hash)) ?? []), bytes);
});

test('a body that breaks off leaves nothing', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(400_000);
    throw new Error('gone');
  }
  await assert.rejects(access.keep(1, broken(), now + 1000), /gone/);
  assert.equal(await access.expire(10), 0);
});

test('expiry takes what it is allowed to', async () => {
  for (let i = 0; i < 5; i++) await access.keep(1, body(Buffer.from(`${i}`)), now + 1);
  now += 10;
  assert.equal(await access.expire(2), 2);
  assert.equal(await access.expire(100), 3);
});
