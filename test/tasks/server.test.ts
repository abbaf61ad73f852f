// Background work of a real server with two workers, over a kill -9.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { JmapClient } from '../../src/client/index.ts';
import { ServerProcess } from '../support/server.ts';
import { until } from './world.ts';

type Json = Record<string, unknown>;

async function call(client: JmapClient, name: string, args: Json): Promise<Json> {
  const { methodResponses } = await client.request([[name, args as never, 'c']]);
  return methodResponses[0]?.[1] as Json;
}

const tasksLeft = async (client: JmapClient): Promise<string[]> =>
  (await call(client, 'x:Task/query', { filter: { '@type': 'DestroyAccount' } }))['ids'] as string[];

test('accounts whose removal was acknowledged are removed, whatever happens to the server', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'waypost-tasks-'));
  const env = { WAYPOST_WORKERS: '2' };
  let server = await ServerProcess.start({ folder, env });
  try {
    const ids: string[] = [];
    for (const name of ['ann', 'bob', 'carl']) {
      await server.addAccount(`${name}@waypost.test`);
      const client = server.jmap(`${name}@waypost.test`);
      const { blobId } = await client.upload(`Subject: ${name}\r\n\r\nHello\r\n`);
      const { ids: boxes } = await client.call('Mailbox/query', { filter: { role: 'inbox' } });
      const { created } = await client.call('Email/import', {
        emails: { k: { blobId, mailboxIds: { [boxes[0] as string]: true } } },
      });
      assert.ok(created?.['k']);
      ids.push(await client.account());
    }
    const { destroyed } = await call(server.jmap(), 'x:Account/set', { destroy: ids });
    assert.deepEqual(destroyed, ids);
    await server.kill();
    server = await ServerProcess.start({ folder, env });
    // Their addresses are free: the new accounts have nothing of the old ones.
    await server.addAccount('ann@waypost.test');
    const heir = server.jmap('ann@waypost.test');
    assert.equal((await heir.call('Email/query', {})).ids.length, 0);
    const admin = server.jmap();
    await until(async () => (await tasksLeft(admin)).length === 0);
    const { created } = await call(admin, 'x:Task/set', {
      create: { k: { '@type': 'StoreMaintenance', maintenanceType: 'purgeAccounts' } },
    });
    const task = (created as Record<string, { id: string }>)['k']?.id;
    await until(
      async () => ((await call(admin, 'x:Task/get', { ids: [task] }))['list'] as Json[]).length === 0,
    );
    assert.equal(await server.stop(), 0);
  } finally {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
});
