import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Worker } from 'node:worker_threads';
import * as keys from '../../keys.ts';
import { newTurns, SharedTurns } from './turns.ts';

const KEY = keys.headKey(7);

it('serves tickets in the order in which they were drawn', async () => {
  const turns = new SharedTurns(newTurns());
  const [first, second, third] = [turns.draw(KEY), turns.draw(KEY), turns.draw(KEY)] as const;
  const served: number[] = [];
  const waits = [third, second].map(async (ticket) => {
    await turns.wait(KEY, ticket);
    served.push(ticket);
  });
  assert.ok(turns.isServed(KEY, first));
  assert.ok(!turns.isServed(KEY, second));
  assert.ok(turns.isWanted(KEY, first));
  turns.pass(KEY, first);
  await waits[1];
  assert.deepEqual(served, [second]);
  turns.pass(KEY, second);
  await Promise.all(waits);
  assert.deepEqual(served, [second, third]);
  assert.ok(!turns.isWanted(KEY, third));
});

it('draws at once only where nobody has the turn', () => {
  const turns = new SharedTurns(newTurns());
  const ticket = turns.tryDraw(KEY);
  assert.notEqual(ticket, undefined);
  assert.equal(turns.tryDraw(KEY), undefined);
  assert.notEqual(turns.tryDraw(keys.headKey(8)), undefined, 'another account');
  turns.pass(KEY, ticket as number);
  assert.notEqual(turns.tryDraw(KEY), undefined);
});

it('passes over a turn that lasts too long, and takes no harm when that turn ends after all', async () => {
  const turns = new SharedTurns(newTurns(), 20);
  const dead = turns.draw(KEY);
  const [second, third] = [turns.draw(KEY), turns.draw(KEY)] as const;
  await turns.wait(KEY, second);
  turns.pass(KEY, dead);
  assert.ok(!turns.isServed(KEY, third), 'the turn of the second goes on');
  turns.pass(KEY, second);
  await turns.wait(KEY, third);
});

it('goes on past the last ticket', async () => {
  const memory = newTurns();
  new Int32Array(memory).fill(0x7fff_ffff);
  const turns = new SharedTurns(memory);
  const tickets = [turns.draw(KEY), turns.draw(KEY)] as const;
  assert.deepEqual(tickets, [0x7fff_ffff, -0x8000_0000]);
  assert.ok(!turns.isServed(KEY, tickets[1]));
  turns.pass(KEY, tickets[0]);
  await turns.wait(KEY, tickets[1]);
  assert.ok(turns.isServed(KEY, tickets[0]));
});

it('wakes a thread that waits', async () => {
  const memory = newTurns();
  const turns = new SharedTurns(memory);
  const ticket = turns.draw(KEY);
  const url = new URL('./turns.ts', import.meta.url).href;
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     import(workerData.url).then(async ({ SharedTurns }) => {
       const turns = new SharedTurns(workerData.memory, 60_000);
       const ticket = turns.draw(workerData.key);
       parentPort.postMessage('waits');
       parentPort.ref();
       await turns.wait(workerData.key, ticket);
       parentPort.postMessage('served');
       parentPort.unref();
     });`,
    { eval: true, workerData: { memory, url, key: KEY } },
  );
  const messages: string[] = [];
  const { promise: served, resolve, reject } = Promise.withResolvers<void>();
  worker.on('error', reject);
  worker.on('message', (message: string) => {
    messages.push(message);
    if (message === 'served') return resolve();
    assert.ok(turns.isWanted(KEY, ticket));
    turns.pass(KEY, ticket);
  });
  await served;
  assert.deepEqual(messages, ['waits', 'served']);
  await worker.terminate();
});
