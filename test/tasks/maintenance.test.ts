// What the server does by itself: trash and junk, change logs, blobs, quotas, numbers, expired records.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeId, holdClock, now, utf8 } from '../../src/base/index.ts';
import type { MailAccount } from '../../src/mail/index.ts';
import { DECLARATIONS, SERVER_CONTEXT, SINGLETON } from '../../src/registry/index.ts';
import { keys } from '../../src/store/index.ts';
import type { NewTask, TaskSubject } from '../../src/tasks/index.ts';
import { startWorld, type World } from '../support/world.ts';
import { until } from './world.ts';

const DAY = 86_400_000;

interface Upkeep {
  readonly world: World;
  /** Days go by. */
  readonly pass: (days: number) => void;
  /** Runs tasks, and those that they order, to their end. */
  readonly run: (...subjects: TaskSubject[]) => Promise<void>;
}

async function upkeep(
  work: (it: Upkeep) => Promise<void>,
  { schedules = false }: { readonly schedules?: boolean } = {},
): Promise<void> {
  let ahead = 0;
  const release = holdClock(() => Date.now() + ahead);
  const world = await startWorld();
  const { tasks } = world.services;
  if (!schedules) {
    await tasks.stop();
    tasks.start({ schedules: false });
  }
  const waiting = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const page of tasks.queue.scan())
      for (const { record } of page) {
        if (record.failedAt > 0) assert.fail(`${JSON.stringify(record.subject)}: ${record.reason}`);
        if (record.due <= now() + DAY) names.push(record.subject['@type']);
      }
    return names;
  };
  try {
    await work({
      world,
      pass: (days) => void (ahead += days * DAY),
      run: async (...subjects) => {
        await tasks.add(...subjects.map((subject): NewTask => ({ subject })));
        await until(async () => {
          if ((await waiting()).length === 0) return true;
          // what is spread over some minutes need not be waited for
          ahead += 60_000;
          tasks.queue.wake();
          return false;
        });
      },
    });
  } finally {
    await world.close();
    release();
  }
}

const purge = (accountId: number): TaskSubject => ({
  '@type': 'AccountMaintenance',
  accountId,
  maintenanceType: 'purge',
});
const account = (
  accountId: number,
  maintenanceType: Extract<TaskSubject, { '@type': 'AccountMaintenance' }>['maintenanceType'],
): TaskSubject => ({ '@type': 'AccountMaintenance', accountId, maintenanceType });
const stores = (
  maintenanceType: Extract<TaskSubject, { '@type': 'StoreMaintenance' }>['maintenanceType'],
): TaskSubject => ({ '@type': 'StoreMaintenance', maintenanceType, shardIndex: null });

const set = (world: World, patch: Record<string, unknown>) =>
  world.services.registry.write.update(DECLARATIONS.DataRetention, SINGLETON, patch, SERVER_CONTEXT);

const box = async (mail: MailAccount, role: string): Promise<number> =>
  [...(await mail.view()).mailboxes.values()].find((one) => one.role === role)?.id as number;

let serial = 0;
async function put(mail: MailAccount, ...roles: string[]): Promise<number> {
  const mailboxIds = await Promise.all(roles.map((role) => box(mail, role)));
  const [stored] = await mail.appendAll([
    {
      bytes: utf8(`Message-ID: <${++serial}@x>\r\nSubject: s${serial}\r\n\r\nHello\r\n`),
      mailboxIds,
      keywords: [],
      receivedAt: 1_000_000_000_000,
    },
  ]);
  return stored?.id as number;
}

const present = async (mail: MailAccount): Promise<number[]> => Array.from((await mail.view()).ids);

describe('trash and junk', () => {
  test('lose what was not touched there for thirty days, and nothing else', async () => {
    await upkeep(async ({ world, pass, run }) => {
      const ann = await world.addAccount('ann');
      const mail = world.services.mail.account(ann);
      const [trashed, junk, kept, both, flagged, inbox] = [
        await put(mail, 'trash'),
        await put(mail, 'junk'),
        await put(mail, 'sent'),
        await put(mail, 'trash', 'sent'),
        await put(mail, 'trash'),
        await put(mail, 'inbox'),
      ];
      pass(20);
      const young = await put(mail, 'trash');
      await mail.updateEmails([{ id: flagged, keywords: { add: ['$flagged'], remove: [] } }]);
      // long received, but only now in the trash
      const trash = await box(mail, 'trash');
      await mail.updateEmails([{ id: inbox, mailboxes: { replace: [trash] } }]);
      await run(purge(ann));
      assert.equal((await present(mail)).length, 7);
      pass(11);
      await run(purge(ann));
      assert.deepEqual(
        await present(mail),
        [kept, both, flagged, inbox, young].sort((a, b) => a - b),
      );
      const view = await mail.view();
      assert.deepEqual([...view.mailboxesOf(view.row(both))], [await box(mail, 'sent')]);
      pass(20);
      await run(purge(ann));
      assert.deepEqual(
        await present(mail),
        [kept, both].sort((a, b) => a - b),
      );
      assert.ok(trashed && junk);
    });
  });

  test('lose nothing while the setting is null', async () => {
    await upkeep(async ({ world, pass, run }) => {
      const ann = await world.addAccount('ann');
      const mail = world.services.mail.account(ann);
      await put(mail, 'trash');
      await set(world, { expungeTrashAfter: null });
      pass(1000);
      await run(purge(ann));
      assert.equal((await present(mail)).length, 1);
    });
  });

  test('keep the right time when the change log no longer reaches back', async () => {
    await upkeep(async ({ world, pass, run }) => {
      const ann = await world.addAccount('ann');
      const mail = world.services.mail.account(ann);
      await set(world, { maxChangesHistory: 1 });
      const old = await put(mail, 'trash');
      pass(15);
      await put(mail, 'inbox');
      await run(purge(ann));
      const young = await put(mail, 'trash');
      for (const wait of [8, 3]) {
        pass(wait);
        await put(mail, 'inbox');
        await run(purge(ann));
      }
      const { horizon } = await world.services.accounts.get(ann).head();
      assert.ok(horizon > 4, 'the log is short');
      // the old one is 26 days old, the young one 11
      assert.ok((await present(mail)).includes(old) && (await present(mail)).includes(young));
      pass(10);
      await run(purge(ann));
      assert.ok(!(await present(mail)).includes(old), '36 days');
      assert.ok((await present(mail)).includes(young), '21 days');
      pass(20);
      await run(purge(ann));
      assert.ok(!(await present(mail)).includes(young), '41 days');
    });
  });
});

test('change logs are cut to what is kept, but for the last week', async () => {
  await upkeep(async ({ world, pass, run }) => {
    const { accounts, mail } = world.services;
    const ann = await world.addAccount('ann');
    for (let i = 0; i < 20; i++) await put(mail.account(ann), 'inbox');
    await set(world, { maxChangesHistory: 5 });
    await run(purge(ann));
    const { change } = await accounts.get(ann).head();
    assert.equal((await accounts.get(ann).log(0, 1000))?.length, change, 'younger than a week');
    pass(8);
    await run(purge(ann));
    assert.equal(await accounts.get(ann).log(0, 1000), undefined);
    assert.equal((await accounts.get(ann).log(change - 5, 1000))?.length, 5);
  });
});

test('the clean-up of all accounts reaches each once', async () => {
  await upkeep(async ({ world, pass, run }) => {
    const ids = [];
    for (const name of ['a', 'b', 'c', 'd']) ids.push(await world.addAccount(name));
    const mails = ids.map((id) => world.services.mail.account(id));
    for (const mail of mails) await put(mail, 'trash');
    pass(31);
    await run(stores('purgeAccounts'));
    for (const mail of mails) assert.deepEqual(await present(mail), []);
  });
});

test('an upload goes when its time is over and a day has passed; mail stays', async () => {
  await upkeep(async ({ world, pass, run }) => {
    const { stores: own, blobs, mail } = world.services;
    const ann = await world.addAccount('ann');
    const upload = await blobs.keep(ann, bytes('an upload'), now() + 3_600_000);
    const id = await put(mail.account(ann), 'inbox');
    const [cold] = await mail.account(ann).cold([id]);
    const there = async () => [
      await own.blobs.has(upload.hash),
      await own.blobs.has(cold?.hash as Uint8Array),
    ];
    await run(stores('purgeBlob'));
    assert.deepEqual(await there(), [true, true]);
    for (let day = 0; day < 3; day++) {
      pass(1.01);
      await run(stores('purgeBlob'));
    }
    assert.deepEqual(await there(), [false, true]);
  });
});

test('a wrong count against the quota is corrected', async () => {
  await upkeep(async ({ world, run }) => {
    const { accounts, mail } = world.services;
    const ann = await world.addAccount('ann');
    await put(mail.account(ann), 'inbox');
    await put(mail.account(ann), 'trash');
    const { usedBytes } = await accounts.get(ann).head();
    assert.ok(usedBytes > 0);
    await accounts.get(ann).write((w) => w.addUsedBytes(12_345));
    await run(account(ann, 'recalculateQuota'));
    assert.equal((await accounts.get(ann).head()).usedBytes, usedBytes);
    await accounts.get(ann).write((w) => w.addUsedBytes(-10));
    await run(stores('resetUserQuotas'));
    assert.equal((await accounts.get(ann).head()).usedBytes, usedBytes);
    const { change } = await accounts.get(ann).head();
    await run(account(ann, 'recalculateQuota'));
    assert.equal((await accounts.get(ann).head()).change, change, 'what is right is left alone');
  });
});

test('the quotas of the accounts of a tenant are corrected, and no others', async () => {
  await upkeep(async ({ world, run }) => {
    const { accounts, registry } = world.services;
    const { id: tenantId } = await registry.write.create(DECLARATIONS.Tenant, { name: 't' }, SERVER_CONTEXT);
    const memberTenantId = encodeId(tenantId);
    const { id: domainId } = await registry.write.create(
      DECLARATIONS.Domain,
      { name: 'tenant.test', memberTenantId },
      SERVER_CONTEXT,
    );
    const { id: member } = await registry.write.create(
      DECLARATIONS.Account,
      { '@type': 'User', name: 'member', domainId: encodeId(domainId), memberTenantId },
      SERVER_CONTEXT,
    );
    const other = await world.addAccount('other');
    for (const id of [member, other]) await accounts.get(id).write((w) => w.addUsedBytes(77));
    const ofTenant = async (): Promise<unknown> => {
      const args = { ids: [memberTenantId], properties: ['usedDiskQuota'] };
      const { methodResponses } = await world.jmap().request([['x:Tenant/get', args, 'c']]);
      const list = methodResponses[0]?.[1]['list'] as Record<string, unknown>[] | undefined;
      return list?.[0]?.['usedDiskQuota'];
    };
    assert.equal(await ofTenant(), 77);
    await run({ '@type': 'TenantMaintenance', tenantId, maintenanceType: 'recalculateQuota' });
    assert.equal((await accounts.get(member).head()).usedBytes, 0);
    assert.equal(await ofTenant(), 0);
    assert.equal((await accounts.get(other).head()).usedBytes, 77);
    await run(stores('resetTenantQuotas'));
    assert.equal((await accounts.get(other).head()).usedBytes, 77);
  });
});

test('mailboxes are numbered anew in the order of arrival', async () => {
  await upkeep(async ({ world, run }) => {
    const ann = await world.addAccount('ann');
    const mail = world.services.mail.account(ann);
    const inbox = await box(mail, 'inbox');
    const times = [5, 3, 9, 1].map((n) => n * 1_000_000);
    const ids = [];
    for (const receivedAt of times) {
      const bytes = utf8(`Message-ID: <${receivedAt}@x>\r\n\r\nHello\r\n`);
      const [stored] = await mail.appendAll([
        { bytes, mailboxIds: [inbox], keywords: ['$seen'], receivedAt },
      ]);
      ids.push(stored?.id as number);
    }
    const before = (await mail.view()).members(inbox);
    await run(account(ann, 'recalculateImapUid'));
    const view = await mail.view();
    const members = view.members(inbox);
    assert.ok(before && members);
    assert.deepEqual(
      Array.from(members.rows, (row) => view.received[row]),
      times.toSorted((a, b) => a - b),
    );
    assert.ok(members.mailbox.uidValidity > before.mailbox.uidValidity);
    assert.ok((members.uids[0] as number) >= before.mailbox.uidNext);
    assert.equal(members.mailbox.total, 4);
    assert.equal(members.mailbox.unread, 0);
    assert.equal(members.mailbox.uidNext, (members.uids[3] as number) + 1);
  });
});

test('records whose time is over go, others stay', async () => {
  await upkeep(async ({ world, pass, run }) => {
    const { registry } = world.services;
    const create = (type: 'BlockedIp' | 'AllowedIp', address: string, expiresAt: string | null) =>
      registry.write.create(DECLARATIONS[type], { address, expiresAt }, SERVER_CONTEXT);
    const soon = new Date(now() + DAY).toISOString().replace(/\.\d+Z/, 'Z');
    await create('BlockedIp', '192.0.2.1', soon);
    const block = await create('BlockedIp', '192.0.2.2', null);
    await create('AllowedIp', '192.0.2.3', soon);
    const ann = await world.addAccount('ann');
    const credential = (description: string, expiresAt: string | null) => ({
      '@type': 'AppPassword',
      description,
      expiresAt,
      secret: '{SHA256}AAAA',
    });
    await registry.write.update(
      DECLARATIONS.Account,
      ann,
      {
        'credentials/7': credential('ends', soon),
        'credentials/8': credential('stays', null),
      },
      SERVER_CONTEXT,
    );
    const credentials = async (): Promise<string[]> => {
      const user = await registry.object('Account', ann);
      assert.ok(user?.['@type'] === 'User');
      return user.credentials.map((one) => ('description' in one ? one.description : one['@type'])).sort();
    };
    await run(stores('purgeData'));
    assert.equal((await registry.all('BlockedIp')).length, 2);
    pass(2);
    await run(stores('purgeData'));
    assert.deepEqual(
      (await registry.all('BlockedIp')).map(({ id }) => id),
      [block.id],
    );
    assert.deepEqual(await registry.all('AllowedIp'), []);
    assert.deepEqual(await credentials(), ['Password', 'ends', 'stays'], 'it can still be prolonged');
    pass(30);
    await run(stores('purgeData'));
    assert.deepEqual(await credentials(), ['Password', 'stays']);
  });
});

test('counters of rates and of uploads are forgotten, each by its own task', async () => {
  await upkeep(async ({ world, run }) => {
    const { memory } = world.services.stores;
    await memory.incr('http.rate.x', 1, 1e9);
    await memory.incr('jmap.upload.x', 1, 1e9);
    await memory.incr('other', 1, 1e9);
    await run(stores('resetRateLimiters'));
    assert.deepEqual(
      [await memory.get('http.rate.x'), await memory.get('jmap.upload.x')],
      [undefined, utf8('1')],
    );
    await run(stores('resetBlobQuotas'));
    assert.deepEqual([await memory.get('jmap.upload.x'), await memory.get('other')], [undefined, utf8('1')]);
  });
});

test('tasks are taken out of the hands of their workers', async () => {
  await upkeep(async ({ world, run }) => {
    const { tasks } = world.services;
    const entered = Promise.withResolvers<void>();
    let attempts = 0;
    tasks.handle('DnsManagement', async ({ signal }) => {
      if (++attempts > 1) return;
      entered.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      signal.throwIfAborted();
    });
    await tasks.add({
      subject: { '@type': 'DnsManagement', domainId: 1, onSuccessRenewCertificate: false, updateRecords: [] },
    });
    await entered.promise;
    await tasks.add({ subject: stores('removeLockTask') });
    await until(() => attempts === 2);
    await run();
  });
});

test('the schedules order the work of their times', async () => {
  await upkeep(
    async ({ world, pass, run }) => {
      const ann = await world.addAccount('ann');
      const mail = world.services.mail.account(ann);
      await put(mail, 'trash');
      // the first look of the server took the present time
      await run();
      pass(32);
      await until(async () => {
        pass(1 / 1440);
        world.services.tasks.queue.wake();
        return (await present(mail)).length === 0;
      });
      const slots = await world.services.stores.data.scan(
        keys.prefixRange(keys.otherKey(keys.Subspace.Task, 'c')),
        { keysOnly: true },
      );
      assert.equal(slots.keys.length, 3);
      await run();
    },
    { schedules: true },
  );
});

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield utf8(text);
}
