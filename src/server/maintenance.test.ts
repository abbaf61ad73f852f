// The clean-up of a node: what may go goes, and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DECLARATIONS, SERVER_CONTEXT, SINGLETON } from '../registry/index.ts';
import { holdClock, utf8 } from '../base/index.ts';
import { startWorld } from '../../test/support/world.ts';
import { cleanBlobs, shortenLogs } from './maintenance.ts';

const DAY = 86_400_000;

test('an upload goes when its time is over and a day has passed; mail stays', async () => {
  const world = await startWorld();
  const release: (() => void)[] = [];
  try {
    const { stores, blobs, mail } = world.services;
    const account = await world.addAccount('ann');
    const start = Date.now();
    const upload = await blobs.keep(account, bytes('an upload'), start + 3_600_000);
    const [inbox] = (await mail.account(account).view()).mailboxIds();
    const [stored] = await mail.account(account).appendAll([
      {
        bytes: utf8('Subject: x\r\n\r\nHello\r\n'),
        mailboxIds: [inbox as number],
        keywords: [],
        receivedAt: start,
      },
    ]);
    assert.ok(stored);
    const there = async () => [await stores.blobs.has(upload.hash), await stores.blobs.has(stored.hash)];
    await cleanBlobs(world.services);
    assert.deepEqual(await there(), [true, true]);
    for (const days of [1, 2, 3]) {
      release.push(holdClock(() => start + days * DAY + 1000));
      await cleanBlobs(world.services);
    }
    assert.deepEqual(await there(), [false, true]);
  } finally {
    for (const one of release.reverse()) one();
    await world.close();
  }
});

test('change logs are cut to what is kept', async () => {
  const world = await startWorld();
  try {
    const { accounts, mail, registry } = world.services;
    const account = await world.addAccount('ann');
    for (let i = 0; i < 20; i++) {
      await mail
        .account(account)
        .createMailbox({ name: `m${i}`, parentId: 0, role: null, sortOrder: 0, subscriber: undefined });
    }
    await shortenLogs(world.services);
    const { change } = await accounts.get(account).head();
    assert.equal((await accounts.get(account).log(0, 1000))?.length, change);
    await registry.write.update(
      DECLARATIONS.DataRetention,
      SINGLETON,
      { maxChangesHistory: 5 },
      SERVER_CONTEXT,
    );
    await shortenLogs(world.services);
    assert.equal(await accounts.get(account).log(0, 1000), undefined);
    assert.equal((await accounts.get(account).log(change - 5, 1000))?.length, 5);
  } finally {
    await world.close();
  }
});

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield utf8(text);
}
