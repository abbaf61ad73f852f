// x:Task over a whole server: what clients may order, see, move and cancel, and what they are told.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { encodeId } from '../../src/base/index.ts';
import type { JmapClient } from '../../src/client/index.ts';
import type { TaskSubject } from '../../src/tasks/index.ts';
import { startWorld, type World } from '../support/world.ts';
import { until } from './world.ts';

type Json = Record<string, unknown>;

let world: World;
let admin: JmapClient;
let annId: string;
before(async () => {
  world = await startWorld();
  annId = encodeId(await world.addAccount('ann'));
  admin = world.jmap();
});
after(() => world.close());

const far = '2096-01-01T00:00:00Z';

async function call(name: string, args: Json, client = admin): Promise<Json> {
  const { methodResponses } = await client.request([[name, args as never, 'c']]);
  return methodResponses[0]?.[1] as Json;
}

async function create(json: Json, client = admin): Promise<{ id?: string; error?: Json }> {
  const { created, notCreated } = await call('x:Task/set', { create: { k: json } }, client);
  const id = (created as Record<string, { id: string }> | undefined)?.['k']?.id;
  const error = (notCreated as Record<string, Json> | undefined)?.['k'];
  return { ...(id !== undefined && { id }), ...(error && { error }) };
}

async function get(id: string): Promise<Json | undefined> {
  return ((await call('x:Task/get', { ids: [id] }))['list'] as Json[])[0];
}

const update = async (id: string, patch: Json): Promise<Json | undefined> =>
  (
    (await call('x:Task/set', { update: { [id]: patch } }))['notUpdated'] as Record<string, Json> | undefined
  )?.[id];

const destroy = async (id: string): Promise<Json | undefined> =>
  ((await call('x:Task/set', { destroy: [id] }))['notDestroyed'] as Record<string, Json> | undefined)?.[id];

const waiting = (accountId = annId, due = far): Json => ({
  '@type': 'AccountMaintenance',
  accountId,
  maintenanceType: 'recalculateQuota',
  status: { '@type': 'Pending', due },
});

/** What became of a task: undefined when it is done, else the reason for which it was given up. */
async function outcome(id: string): Promise<string | undefined> {
  let reason: string | undefined;
  await until(async () => {
    const task = await get(id);
    const status = task?.['status'] as Json | undefined;
    reason = status?.['failureReason'] as string | undefined;
    return task === undefined || status?.['@type'] === 'Failed';
  });
  return reason;
}

describe('a task', () => {
  test('that waits is shown with its time, moved, and cancelled', async () => {
    const { id = '' } = await create(waiting());
    const task = await get(id);
    assert.equal(task?.['@type'], 'AccountMaintenance');
    assert.equal(task['accountId'], annId);
    assert.equal(task['due'], far);
    const status = task['status'] as Json;
    assert.deepEqual([status['@type'], status['due']], ['Pending', far]);
    assert.match(status['createdAt'] as string, /^20\d\d-/);
    assert.equal(task['progress'], undefined);
    assert.equal(await update(id, { 'status/due': '2097-01-01T00:00:00Z' }), undefined);
    assert.equal((await get(id))?.['due'], '2097-01-01T00:00:00Z');
    assert.equal(
      await update(id, { status: { '@type': 'Pending', due: '2098-01-01T00:00:00Z' } }),
      undefined,
    );
    assert.equal((await get(id))?.['due'], '2098-01-01T00:00:00Z');
    assert.equal(await destroy(id), undefined);
    assert.equal(await get(id), undefined);
    assert.equal((await destroy(id))?.['type'], 'notFound');
  });

  test('without a time runs at once, and vanishes when it is done', async () => {
    const { id = '' } = await create({
      '@type': 'AccountMaintenance',
      accountId: annId,
      maintenanceType: 'recalculateQuota',
    });
    assert.equal(await outcome(id), undefined);
  });

  test('is made to run by another time', async () => {
    const { id = '' } = await create(waiting());
    await update(id, { 'status/due': '2020-01-01T00:00:00Z' });
    assert.equal(await outcome(id), undefined);
  });

  test('changes in nothing but its status', async () => {
    const { id = '' } = await create(waiting());
    const shown = (await get(id)) as Json;
    const { id: _id, ...same } = shown;
    assert.equal(await update(id, same), undefined, 'what was read may be sent back');
    assert.equal((await update(id, { maintenanceType: 'reindex' }))?.['type'], 'invalidPatch');
    assert.equal((await update(id, { '@type': 'AcmeRenewal' }))?.['type'], 'invalidProperties');
    for (const status of [
      { '@type': 'Failed', failedAt: far, failureReason: 'I say so' },
      { '@type': 'Retry', due: far, failureReason: 'I say so', attemptNumber: 2 },
    ]) {
      const refused = await update(id, { status });
      assert.deepEqual([refused?.['type'], refused?.['properties']], ['invalidProperties', ['status']]);
    }
    const shard = await create({
      '@type': 'StoreMaintenance',
      maintenanceType: 'purgeBlob',
      shardIndex: 3,
      status: { '@type': 'Pending', due: far },
    });
    const refused = await update(shard.id ?? '', { shardIndex: 4 });
    assert.deepEqual([refused?.['type'], refused?.['properties']], ['invalidProperties', ['shardIndex']]);
  });

  test('that was given up stays with its reason, is revived, and can be dropped', async () => {
    const { id = '' } = await create({
      '@type': 'SpamFilterMaintenance',
      maintenanceType: 'train',
    });
    assert.match((await outcome(id)) ?? '', /^not configured on this server: the spam filter/);
    const task = await get(id);
    assert.equal(task?.['due'], undefined);
    const status = task?.['status'] as Json | undefined;
    assert.equal(status?.['failedAttemptNumber'], 1);
    const failed = await call('x:Task/query', { filter: { status: 'Failed' } });
    assert.ok((failed['ids'] as string[]).includes(id));
    assert.equal(await update(id, { status: { '@type': 'Pending', due: far } }), undefined);
    assert.equal((await get(id))?.['due'], far);
    assert.equal(await destroy(id), undefined);
  });

  test('that is running cannot be moved, and stops when it is cancelled', async () => {
    const { tasks } = world.services;
    const entered = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<unknown>();
    tasks.handle('RestoreArchivedItem', async (run) => {
      await run.checkpoint({ done: 3, total: 10, cursor: null });
      entered.resolve();
      await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
      stopped.resolve(run.signal.reason);
    });
    const subject = {
      '@type': 'RestoreArchivedItem',
      accountId: 1,
      archivedItemType: 'Email',
      archivedUntil: 5,
      blobId: 'x',
      createdAt: 6,
    } as unknown as TaskSubject;
    const [number] = await tasks.add({ subject });
    const id = encodeId(number as number);
    await entered.promise;
    const progress = (await get(id))?.['progress'] as Json;
    assert.deepEqual([progress['done'], progress['total']], [3, 10]);
    assert.match(progress['startedAt'] as string, /^20\d\d-/);
    const refused = await update(id, { 'status/due': far });
    assert.deepEqual(
      [refused?.['type'], refused?.['description']],
      ['forbidden', 'The task is running at this moment.'],
    );
    assert.equal(await destroy(id), undefined);
    assert.match(String(await stopped.promise), /cancelled/);
    assert.equal(await get(id), undefined);
  });
});

test('the audit trail tells who ordered, moved and cancelled a task', async () => {
  const { id = '' } = await create(waiting());
  await update(id, { 'status/due': '2097-01-01T00:00:00Z' });
  await destroy(id);
  const { entries } = await world.services.registry.trail({ type: 'Task', id });
  assert.deepEqual(
    entries.map(({ what }) => what),
    ['destroy', 'update', 'create'],
  );
  const [, moved, made] = entries;
  assert.deepEqual(Object.keys(moved?.changes ?? {}), ['status']);
  assert.equal(made?.by, await admin.account());
  assert.equal(made?.changes['maintenanceType']?.after, 'recalculateQuota');
});

describe('ordering', () => {
  const internal = [
    'CalendarAlarmEmail',
    'CalendarAlarmNotification',
    'CalendarItipMessage',
    'MergeThreads',
    'DmarcReport',
    'TlsReport',
    'RestoreArchivedItem',
    'DestroyAccount',
  ];
  for (const type of internal) {
    test(`${type} is for the server alone`, async () => {
      const extra: Json = ['CalendarAlarmEmail', 'CalendarAlarmNotification', 'CalendarItipMessage'].includes(
        type,
      )
        ? { accountId: annId, documentId: 'b' }
        : type === 'DestroyAccount'
          ? { accountName: 'x', accountDomainId: 'b' }
          : {};
      const { error } = await create({ '@type': type, ...extra });
      assert.equal(error?.['type'], 'forbidden');
      assert.match(error['description'] as string, /The server alone/);
    });
  }

  test('asks for what exists', async () => {
    const { error } = await create(waiting('zzz'));
    assert.deepEqual([error?.['type'], error?.['properties']], ['invalidForeignKey', ['accountId']]);
    const tenant = await create({
      '@type': 'TenantMaintenance',
      tenantId: 'zzz',
      maintenanceType: 'recalculateQuota',
    });
    assert.equal(tenant.error?.['type'], 'invalidForeignKey');
    const domain = await create({ '@type': 'AcmeRenewal', domainId: 'zzz' });
    assert.equal(domain.error?.['type'], 'invalidForeignKey');
    const document = await create({
      '@type': 'IndexDocument',
      accountId: annId,
      documentType: 'email',
      documentId: '!',
    });
    assert.deepEqual(
      [document.error?.['type'], document.error?.['properties']],
      ['invalidProperties', ['documentId']],
    );
  });

  test('begins with Pending', async () => {
    const { error } = await create({
      ...waiting(),
      status: { '@type': 'Failed', failedAt: far, failureReason: 'x' },
    });
    assert.deepEqual([error?.['type'], error?.['properties']], ['invalidProperties', ['status']]);
  });

  test('needs a permission of its own for each type, and one for each operation', async () => {
    await world.addAccount('bob');
    const { id = '' } = await create(waiting());
    const bob = world.jmap('bob');
    for (const [method, args] of [
      ['x:Task/get', { ids: [id] }],
      ['x:Task/query', {}],
      ['x:Task/set', { create: { k: waiting() } }],
      ['x:Task/set', { destroy: [id] }],
    ] as const) {
      assert.equal((await call(method, args, bob))['type'], 'forbidden', method);
    }
    const bobId = encodeId((await world.services.access.directory.findAccount('bob@waypost.test')) as number);
    const permissions = {
      '@type': 'Merge',
      enabledPermissions: {
        sysTaskGet: true,
        sysTaskCreate: true,
        sysTaskUpdate: true,
        sysTaskDestroy: true,
        taskAcmeRenewal: true,
      },
    };
    const granted = await call('x:Account/set', { update: { [bobId]: { permissions } } });
    assert.ok(granted['updated'], JSON.stringify(granted));
    const { error } = await create(waiting(), bob);
    assert.match(error?.['description'] as string, /not authorized to use the variant AccountMaintenance/);
    const moved = await call('x:Task/set', { update: { [id]: { 'status/due': far } } }, bob);
    assert.equal((moved['notUpdated'] as Record<string, Json>)[id]?.['type'], 'forbidden');
    const cancelled = await call('x:Task/set', { destroy: [id] }, bob);
    assert.equal((cancelled['notDestroyed'] as Record<string, Json>)[id]?.['type'], 'forbidden');
    assert.ok(await get(id));
  });
});

test('tasks are found by type, state and time, in the order of either', async () => {
  const [a, b, c] = await Promise.all([
    create(waiting(annId, '2095-03-01T00:00:00Z')),
    create(waiting(annId, '2095-01-01T00:00:00Z')),
    create({
      '@type': 'StoreMaintenance',
      maintenanceType: 'purgeData',
      status: { '@type': 'Pending', due: '2095-02-01T00:00:00Z' },
    }),
  ]);
  const query = async (args: Json) => (await call('x:Task/query', args))['ids'] as string[];
  const within = { dueIsGreaterThanOrEqual: '2095-01-01T00:00:00Z', dueIsLessThan: '2096-01-01T00:00:00Z' };
  assert.deepEqual(await query({ filter: within, sort: [{ property: 'due' }] }), [b.id, c.id, a.id]);
  assert.deepEqual(await query({ filter: within, sort: [{ property: 'due', isAscending: false }] }), [
    a.id,
    c.id,
    b.id,
  ]);
  assert.deepEqual(await query({ filter: { ...within, '@type': 'StoreMaintenance' } }), [c.id]);
  assert.deepEqual(await query({ filter: { ...within, status: 'Failed' } }), []);
  assert.deepEqual(await query({ filter: within, sort: [{ property: 'due' }], position: 1, limit: 1 }), [
    c.id,
  ]);
  const all = await query({ filter: { ...within, status: 'Pending' } });
  assert.deepEqual(new Set(all), new Set([a.id, b.id, c.id]));
  assert.deepEqual(await query({ filter: within, anchor: all[1] as string, limit: 1 }), [all[1]]);
  assert.equal(
    (await call('x:Task/query', { sort: [{ property: 'maintenanceType' }] }))['type'],
    'unsupportedSort',
  );
  const listed = (await call('x:Task/get', { ids: null }))['list'] as Json[];
  assert.ok([a, b, c].every(({ id }) => listed.some((one) => one['id'] === id)));
});

describe('what is not configured says so', () => {
  const tasks: Json[] = [
    { '@type': 'AcmeRenewal', domainId: 'b' },
    { '@type': 'DkimManagement', domainId: 'b' },
    { '@type': 'DnsManagement', domainId: 'b' },
    { '@type': 'IndexTrace', traceId: 'b' },
    { '@type': 'IndexDocument', documentType: 'email', documentId: 'b' },
    ...['train', 'retrain', 'abort', 'reset', 'updateRules'].map((maintenanceType) => ({
      '@type': 'SpamFilterMaintenance',
      maintenanceType,
    })),
    ...[
      'reindexTelemetry',
      'removeAuthTokens',
      'removeLockQueueMessage',
      'removeLockDav',
      'removeSieveId',
      'removeGreylist',
    ].map((maintenanceType) => ({ '@type': 'StoreMaintenance', maintenanceType })),
  ];
  for (const task of tasks) {
    test([task['@type'], task['maintenanceType']].filter(Boolean).join(' '), async () => {
      const json = task['@type'] === 'IndexDocument' ? { ...task, accountId: annId } : task;
      const { id = '', error } = await create(json);
      assert.equal(error, undefined);
      assert.match((await outcome(id)) ?? '', /^not configured on this server: /);
    });
  }

  for (const action of [
    'ReloadLookupStores',
    'UpdateApps',
    'PauseMtaQueue',
    'ResumeMtaQueue',
    'TroubleshootDmarc',
    'ClassifySpam',
  ]) {
    test(action, async () => {
      const extra: Json =
        action === 'TroubleshootDmarc'
          ? {
              remoteIp: '192.0.2.1',
              ehloDomain: 'a.test',
              mailFrom: 'a@a.test',
              spfEhloDomain: 'a.test',
              spfMailFromDomain: 'a.test',
            }
          : action === 'ClassifySpam'
            ? { message: 'x', remoteIp: '192.0.2.1', ehloDomain: 'a.test', envFrom: 'a@a.test' }
            : {};
      const { notCreated } = await call('x:Action/set', { create: { k: { '@type': action, ...extra } } });
      const error = (notCreated as Record<string, Json>)['k'];
      assert.equal(error?.['type'], 'forbidden', JSON.stringify(error));
      assert.match(error['description'] as string, /^Not configured on this server: /);
    });
  }
});

test('actions that work do so', async () => {
  for (const action of [
    'ReloadSettings',
    'ReloadTlsCertificates',
    'ReloadBlockedIps',
    'InvalidateCaches',
    'InvalidateNegativeCaches',
  ]) {
    const { created } = await call('x:Action/set', { create: { k: { '@type': action } } });
    assert.ok((created as Json)['k'], action);
  }
});
