// What records have to do with each other: unique names, references, quotas of tenants, and racing writes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DECLARATIONS, Refusal, SERVER_CONTEXT } from '../../src/registry/index.ts';
import { openRegistryWorld, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
before(async () => {
  world = await openRegistryWorld();
});
after(() => world.close());

describe('unique names', () => {
  test('addresses of accounts, groups, lists and aliases are one name space', async () => {
    const taken = await world.user('taken', { aliases: { '0': { name: 'also', domainId: world.domain } } });
    const clash = { object: 'Account', id: taken };
    for (const name of ['taken', 'also']) {
      const domainId = world.domain;
      for (const [type, json] of [
        ['Account', { '@type': 'User', name, domainId }],
        ['Account', { '@type': 'Group', name, domainId }],
        ['MailingList', { name, domainId }],
      ] as const) {
        const error = await world.refusedCreate(type, json);
        assert.deepEqual(
          [error.type, error.properties, error.objectId],
          ['primaryKeyViolation', ['name'], clash],
        );
      }
      const alias = await world.refusedCreate('MailingList', {
        name: 'free',
        domainId,
        aliases: { '0': { name, domainId } },
      });
      assert.deepEqual([alias.type, alias.properties], ['primaryKeyViolation', ['aliases']]);
    }
    const other = await world.create('Domain', { name: 'elsewhere.example' });
    await world.create('Account', { '@type': 'User', name: 'taken', domainId: other });
  });

  test('a name is free again when its holder lets go of it', async () => {
    const id = await world.user('leaving', { aliases: { '0': { name: 'gone', domainId: world.domain } } });
    await world.update('Account', id, { aliases: {}, name: 'left' });
    const next = await world.user('leaving', { aliases: { '0': { name: 'gone', domainId: world.domain } } });
    await world.destroy('Account', next);
    await world.user('gone');
  });

  test('a record may not hold one name twice', async () => {
    const error = await world.refusedCreate('Account', {
      '@type': 'User',
      name: 'twice',
      domainId: world.domain,
      aliases: { '0': { name: 'TWICE', domainId: world.domain } },
    });
    assert.equal(error.type, 'primaryKeyViolation');
  });

  test('domain names and their other names collide, also in Unicode form', async () => {
    await world.create('Domain', { name: 'bücher.example', aliases: { 'books.example': true } });
    for (const json of [
      { name: 'xn--bcher-kva.example' },
      { name: 'Books.Example' },
      { name: 'fine.example', aliases: { 'BÜCHER.example': true } },
    ]) {
      assert.equal(
        (await world.refusedCreate('Domain', json)).type,
        'primaryKeyViolation',
        JSON.stringify(json),
      );
    }
  });

  test('of many racing creates of one name one succeeds', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => world.create('Domain', { name: 'race.example' })),
    );
    assert.equal(results.filter((one) => one.status === 'fulfilled').length, 1);
    const reasons = results.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    assert.ok(reasons.every((reason) => reason.includes('primaryKeyViolation')));
  });
});

describe('references', () => {
  test('to nothing, or to the wrong variant, are refused', async () => {
    const missing = await world.refusedCreate('Account', { '@type': 'User', name: 'x', domainId: 'zzz' });
    assert.deepEqual(
      [missing.type, missing.objectId],
      ['invalidForeignKey', { object: 'Domain', id: 'zzz' }],
    );
    const user = await world.user('notagroup');
    const variant = await world.refusedCreate('Account', {
      '@type': 'User',
      name: 'y',
      domainId: world.domain,
      memberGroupIds: { [user]: true },
    });
    assert.deepEqual(
      [variant.type, variant.objectId],
      ['invalidForeignKey', { object: 'Account', id: user }],
    );
  });

  test('what is referred to stays, and the refusal lists who refers to it', async () => {
    const domain = await world.create('Domain', { name: 'linked.example' });
    const account = await world.create('Account', { '@type': 'User', name: 'a', domainId: domain });
    const list = await world.create('MailingList', {
      name: 'b',
      domainId: world.domain,
      aliases: { '0': { name: 'b', domainId: domain } },
    });
    const error = await world.refusedDestroy('Domain', domain);
    assert.equal(error.type, 'objectIsLinked');
    assert.deepEqual(error.objectId, { object: 'Domain', id: domain });
    assert.deepEqual(
      error.linkedObjects?.map((one) => `${String(one['object'])}/${String(one['id'])}`).toSorted(),
      [`Account/${account}`, `MailingList/${list}`],
    );
    await world.destroy('Account', account);
    await world.update('MailingList', list, { aliases: {} });
    await world.destroy('Domain', domain);
  });

  test('a nested role stays while it is part of another', async () => {
    const inner = await world.create('Role', { description: 'inner' });
    const outer = await world.create('Role', { description: 'outer', roleIds: { [inner]: true } });
    assert.deepEqual((await world.refusedDestroy('Role', inner)).linkedObjects, [
      { object: 'Role', id: outer },
    ]);
    await world.update('Role', outer, { [`roleIds/${inner}`]: null });
    await world.destroy('Role', inner);
  });

  test('a record that is destroyed while another begins to refer to it: never a dangling reference', async () => {
    for (let i = 0; i < 20; i++) {
      const domain = await world.create('Domain', { name: `brief${i}.example` });
      const [created, destroyed] = await Promise.allSettled([
        world.create('Account', { '@type': 'User', name: 'r', domainId: domain }),
        world.destroy('Domain', domain),
      ]);
      assert.notEqual(created.status, destroyed.status);
    }
  });
});

describe('writes that race', () => {
  test('patches of one record made at the same time all count', async () => {
    const id = await world.create('Domain', { name: 'busy.example' });
    await Promise.all(
      Array.from({ length: 8 }, (_, i) => world.update('Domain', id, { [`aliases/a${i}.example`]: true })),
    );
    assert.equal(Object.keys((await world.get('Domain', id))['aliases'] as object).length, 8);
  });

  test('the server creates a record under the number it wants, once', async () => {
    const json = { '@type': 'User', name: 'wanted', domainId: world.domain };
    const { id } = await world.registry.write.create(DECLARATIONS.Account, json, SERVER_CONTEXT, 500);
    assert.equal(id, 500);
    await assert.rejects(
      world.registry.write.create(DECLARATIONS.Account, { ...json, name: 'again' }, SERVER_CONTEXT, 500),
      (error) => error instanceof Refusal,
    );
    const next = await world.user('after');
    assert.ok((await world.access.directory.findAccount('after@example.org')) === 501, next);
  });
});
