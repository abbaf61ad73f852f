// The mail floor over the embedded store, on one thread and on two.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { type EmbeddedStores, openEmbedded } from '../../src/store/index.ts';
import { contentOf, KINDS, Player, type Step } from './player.ts';
import { StoreThread } from '../support/store-thread.ts';
import type { Order } from './thread.ts';
import { delivery, message, openWorld, sha256, type World } from './world.ts';

let folder: string;
let stores: EmbeddedStores;
let world: World;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'waypost-mail-'));
  stores = await openEmbedded({ folder });
  world = openWorld({ stores });
});
after(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

test('random operations leave what the model says', async () => {
  let account = 1000;
  const steps = fc.array(
    fc.record<Step>({
      kind: fc.constantFrom(...KINDS),
      a: fc.nat(255),
      b: fc.nat(255),
      c: fc.nat(255),
    }),
    { maxLength: 25, minLength: 10 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const player = new Player(world, ++account);
      await player.begin();
      for (const step of list) await player.play(step);
      await player.end();
    }),
    { numRuns: 10, endOnFailure: true },
  );
});

const newThread = () => new StoreThread<Order>(stores, new URL('./thread.ts', import.meta.url));

test('what one thread was told is done, the next look on any thread shows', async () => {
  const threads = [newThread(), newThread()] as const;
  await Promise.all(threads.map((thread) => thread.ready));
  try {
    const [one, two] = threads;
    for (let i = 0; i < 20; i++) {
      const [writer, reader] = i % 2 === 0 ? [one, two] : [two, one];
      const [id] = await writer.ask<number[]>({ deliver: [`turn ${i}`], account: 7 });
      const seen = JSON.parse(await reader.ask<string>({ look: 7 })) as [number, unknown, [number][]];
      assert.equal(seen[2].at(-1)?.[0], id);
    }
    // All at once: every copy has its own UID, and all threads see the same.
    const subjects = (name: string): string[] => Array.from({ length: 40 }, (_, i) => `${name} ${i}`);
    const ids = await Promise.all([
      one.ask<number[]>({ deliver: subjects('one'), account: 7 }),
      two.ask<number[]>({ deliver: subjects('two'), account: 7 }),
      ...subjects('main').map(async (subject) => {
        const [outcome] = await world.mail.deliver(delivery(message({ Subject: subject })), [7]);
        assert.ok(outcome && 'value' in outcome);
        return [outcome.value.id];
      }),
    ]);
    assert.equal(new Set(ids.flat()).size, 120);
    const view = await world.mail.account(7).view();
    const inbox = [...view.mailboxes.keys()][0] as number;
    assert.deepEqual(
      Array.from(view.members(inbox)?.uids ?? []),
      Array.from({ length: 140 }, (_, i) => i + 1),
    );
    const mine = contentOf(view);
    for (const thread of threads) assert.equal(await thread.ask<string>({ look: 7 }), mine);
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
  }
});

test('a large message that came as a file is one blob for more accounts than one commit takes', async () => {
  const bytes = message({ Subject: 'large' }, 'x'.repeat(3_000_000));
  const spool = await stores.blobs.spool();
  await spool.write(bytes);
  const { file, hash } = await spool.finish();
  const ids = Array.from({ length: 60 }, (_, i) => 2000 + i);
  const outcomes = await world.mail.deliver(delivery(bytes, { file, hash }), ids);
  assert.ok(outcomes.every((outcome) => 'value' in outcome));
  assert.deepEqual(Buffer.from(hash), sha256(bytes));
  const [cold] = await world.mail.account(2059).cold([(outcomes[59] as { value: { id: number } }).value.id]);
  assert.equal(cold?.size, bytes.length);
  assert.deepEqual(Buffer.from((await stores.blobs.read(hash)) ?? []), Buffer.from(bytes));
});
