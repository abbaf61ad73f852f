// The audit trail: every change has an entry, no secret is in it, and it says who, from where and with what.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { encodeId, holdClock } from '../../src/base/index.ts';
import type { TrailEntry } from '../../src/registry/index.ts';
import { trimTrail } from '../../src/registry/engine/trail.ts';
import { openRegistryWorld, PASSWORD, type Json, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
before(async () => {
  world = await openRegistryWorld();
});
after(() => world.close());

const latest = async (type: string, id: string): Promise<TrailEntry> => {
  const { entries } = await world.registry.trail({ type, id, limit: 1 });
  assert.ok(entries[0]);
  return entries[0];
};

describe('the audit trail', () => {
  test('says who changed what, with what it said before and after', async () => {
    const id = await world.create('Domain', { name: 'trail.example', description: 'one' });
    const by = encodeId(world.admin.account);
    const created = await latest('Domain', id);
    assert.deepEqual([created.what, created.by, created.client], ['create', by, '127.0.0.1']);
    assert.deepEqual(created.changes['name'], { before: null, after: 'trail.example' });
    await world.update('Domain', id, { description: 'two', 'aliases/a.example': true });
    const updated = await latest('Domain', id);
    assert.deepEqual(updated.changes, {
      aliases: { before: {}, after: { 'a.example': true } },
      description: { before: 'one', after: 'two' },
    });
    await world.destroy('Domain', id);
    const destroyed = await latest('Domain', id);
    assert.equal(destroyed.what, 'destroy');
    assert.deepEqual(destroyed.changes['description'], { before: 'two', after: null });
  });

  test('what is refused, and what changes nothing, leaves no entry', async () => {
    const id = await world.create('Domain', { name: 'quiet.example' });
    const count = async () => (await world.registry.trail({ type: 'Domain', id })).entries.length;
    await world.update('Domain', id, { description: null });
    await world.refusedUpdate('Domain', id, { name: 'a..b' });
    assert.equal(await count(), 1);
  });

  test('secrets never appear, and that one changed does', async () => {
    const id = await world.user('secret');
    await world.update('Account', id, { 'credentials/0/secret': 'an-unguessable-new-one-8' });
    const entry = await latest('Account', id);
    assert.deepEqual(Object.keys(entry.changes), ['credentials']);
    const { entries } = await world.registry.trail({ limit: 1000 });
    const text = JSON.stringify(entries);
    assert.doesNotMatch(text, /an-unguessable|\$argon2|SHA256/);
    assert.match(text, /\*\*\*\*/);
  });

  test('names the credential and whoever acts for another', async () => {
    const id = await world.user('owner');
    const owner = await world.token(id);
    const made = await world.call(owner, 'x:ApiKey/set', { create: { k: { description: 'k' } } });
    const key = (made['created'] as Record<string, { id: string; secret: string }>)['k'];
    assert.ok(key);
    const own = await latest('Account', id);
    assert.deepEqual([own.by, own.credential, Object.keys(own.changes)], [id, 'internal', ['credentials']]);
    const signIn = await world.access.authenticateBearer({
      token: key.secret,
      address: '::1',
      allowApiKey: true,
    });
    assert.ok(signIn.ok);
    await world.update('AccountSettings', 'singleton', { description: 'by key' }, signIn.token);
    assert.equal((await latest('Account', id)).credential, `apiKey ${key.id}`);
    const acting = await world.access.authenticate({ name: 'owner%admin', secret: PASSWORD, address: '::1' });
    assert.ok(acting.ok);
    await world.update('AccountSettings', 'singleton', { description: 'by another' }, acting.token);
    const entry = await latest('Account', id);
    assert.deepEqual([entry.by, entry.actor], [id, encodeId(world.admin.account)]);
  });

  test('is read in pages, newest first, and by account', async () => {
    const seen: TrailEntry[] = [];
    let next: number | undefined;
    do {
      const page = await world.registry.trail({ limit: 7, ...(next === undefined ? {} : { before: next }) });
      seen.push(...page.entries);
      next = page.next;
    } while (next !== undefined);
    const whole = (await world.registry.trail({ limit: 10_000 })).entries;
    assert.deepEqual(seen, whole);
    assert.ok(whole.every((entry, i) => i === 0 || entry.time <= (whole[i - 1]?.time ?? 0)));
    const { entries } = await world.registry.trail({ by: 'server', limit: 1000 });
    assert.ok(entries.length > 10 && entries.every((entry) => entry.by === 'server'));
  });

  test('a long value is counted, not kept', async () => {
    const recipients = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`r${i}@example.com`, true]));
    const id = await world.create('MailingList', { name: 'long', domainId: world.domain, recipients });
    assert.match(
      String((await latest('MailingList', id)).changes['recipients']?.after),
      /^\(\d+ characters\)$/,
    );
  });
});

describe('the log', () => {
  const lines = async (args: Json): Promise<Json[]> => {
    const { ids } = await world.call(world.admin, 'x:Log/query', args);
    return (await world.call(world.admin, 'x:Log/get', { ids }))['list'] as Json[];
  };

  test('tells of every change, newest first, and finds words', async () => {
    const id = await world.create('Domain', { name: 'logged.example' });
    const [line] = await lines({ filter: { text: 'registry changed Domain' }, limit: 1 });
    assert.equal(line?.['event'], 'registry.changed');
    const details = String(line?.['details']);
    assert.match(details, new RegExp(`what = create, type = Domain, id = ${id}, by = `));
    assert.match(details, /"logged\.example"/);
  });

  test('tells of other events of this process between them, each in its moment', async () => {
    await world.access.authenticate({ name: 'nobody', secret: 'x', address: '192.0.2.9' });
    await world.create('Domain', { name: 'after.example' });
    const [first, second] = await lines({ limit: 2 });
    assert.equal(first?.['event'], 'registry.changed');
    assert.equal(second?.['event'], 'access.sign-in-failed');
    assert.match(String(second?.['details']), /client = 192\.0\.2\.9/);
    assert.doesNotMatch(JSON.stringify([first, second]), /secret/);
    const all = await lines({ limit: 500 });
    const times = all.map((one) => String(one['timestamp']));
    assert.deepEqual(times, times.toSorted().reverse());
    const oldest = await lines({ limit: 1, sort: [{ property: 'id', isAscending: true }] });
    assert.equal(oldest[0]?.['id'], all.at(-1)?.['id']);
    const listed = await world.call(world.admin, 'x:Log/get', { ids: null });
    assert.deepEqual((listed['list'] as Json[])[0], all[0]);
  });

  test('is paged to its end', async () => {
    const whole = (await lines({ limit: 500 })).map((one) => one['id']);
    const seen: unknown[] = [];
    let page = await world.call(world.admin, 'x:Log/query', { limit: 9 });
    for (;;) {
      seen.push(...(page['ids'] as string[]));
      if (!('limit' in page)) break;
      page = await world.call(world.admin, 'x:Log/query', { limit: 9, anchor: seen.at(-1), anchorOffset: 1 });
    }
    assert.deepEqual(seen, whole);
  });

  test('is not written to', async () => {
    const [line] = await lines({ limit: 1 });
    assert.equal((await world.refusedCreate('Log', {})).type, 'forbidden');
    assert.equal((await world.refusedDestroy('Log', String(line?.['id']))).type, 'forbidden');
  });
});

describe('the end of the trail', () => {
  test('forgets what is older than a year', async () => {
    const release = holdClock(() => Date.now() + 366 * 86_400_000);
    try {
      while (await trimTrail(world.stores.data));
      assert.deepEqual((await world.registry.trail()).entries, []);
    } finally {
      release();
    }
  });
});
