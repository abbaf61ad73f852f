// Threads that die are started again on the same ports, with everything that they share; five deaths in a minute
// are too many.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { selfSigned } from '../../src/net/index.ts';
import { SPOKEN } from '../../src/server/faces.ts';
import { planListeners } from '../../src/server/listeners.ts';
import { openServices } from '../../src/server/services.ts';
import { prepareThread, Supervisor } from '../../src/server/supervisor.ts';
import { newTicketKeys } from '../../src/server/ticket-keys.ts';
import { openEmbedded } from '../../src/store/index.ts';
import { DEFAULT_LISTENERS } from '../../src/access/index.ts';
import { RawClient } from '../support/raw-client.ts';

test('a thread that dies is replaced on its ports; too many deaths are reported', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'waypost-supervisor-'));
  const stores = await openEmbedded({ folder });
  const services = await openServices(stores, { recoveryAdmin: undefined });
  await services.access.bootstrap({
    domain: 'waypost.test',
    hostname: 'mail.waypost.test',
    listeners: { bind: '127.0.0.1' },
    password: 'correct horse battery staple',
  });
  const overrides = {
    bind: undefined,
    standardPorts: false,
    ports: new Map(DEFAULT_LISTENERS.map(([name]) => [name.toUpperCase(), 0])),
  };
  const plans = await planListeners(services.registry, overrides, SPOKEN);
  const threads: Worker[] = [];
  const fatal = Promise.withResolvers<unknown>();
  const supervisor = await Supervisor.start({
    workers: 2,
    firstWaitMs: 1,
    spawn: () => {
      const thread = prepareThread('error');
      threads.push(thread);
      return thread;
    },
    start: {
      recoveryAdmin: undefined,
      publicUrl: undefined,
      plans,
      certificate: await selfSigned(['mail.waypost.test']),
    },
    share: () => {
      const { handle, transfer } = stores.share();
      return { stores: handle, search: undefined, ticketKeys: newTicketKeys(), transfer };
    },
    onFatal: fatal.resolve,
  });
  try {
    assert.equal(supervisor.count, 2);
    const port = supervisor.open.find(({ name }) => name === 'smtp')?.addresses[0]?.port ?? 0;
    assert.equal(await greeting(port), '220');
    // Both of the first threads go, one after the other: whoever answers then is new.
    for (const thread of threads.slice(0, 2)) {
      await thread.terminate();
      await until(() => supervisor.count === 2);
    }
    assert.equal(threads.length, 4);
    assert.equal(await greeting(port), '220');
    for (let deaths = 2; deaths < 5; deaths++) {
      await until(() => supervisor.count === 2);
      await threads.at(-1)?.terminate();
    }
    assert.ok((await fatal.promise) instanceof Error);
  } finally {
    await supervisor.drain(100);
    for (const thread of threads) await thread.terminate();
    await services.close();
    await stores.close();
    rmSync(folder, { recursive: true });
  }
});

async function greeting(port: number): Promise<string> {
  const client = await RawClient.connect(port);
  const line = await client.line();
  client.close();
  return line.slice(0, 3);
}

async function until(condition: () => boolean): Promise<void> {
  for (let left = 1000; left > 0 && !condition(); left--) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.ok(condition(), 'waited for too long');
}
