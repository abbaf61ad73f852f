// Every method refuses, in JMAP's words, a caller who lacks its permission: walked from the table itself.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { permissionsOf, type PermissionName } from '../../src/access/index.ts';
import { ADMIN_OPERATIONS, type AdminServices } from '../../src/admin/index.ts';
import { encodeId } from '../../src/base/index.ts';
import type { JsonObject } from '../../src/formats/jmap/index.ts';
import { PERMISSION_NAMES } from '../../src/registry/index.ts';
import {
  blobMethods,
  coreMethods,
  mailMethods,
  methodTable,
  pushSubscriptionMethods,
  quotaMethods,
  registryMethods,
  sendingMethods,
} from '../../src/jmap/index.ts';
import { runCalls } from '../../src/jmap/engine.ts';
import { resultValue } from '../../src/jmap/result.ts';
import { testContext, testToken } from '../../src/jmap/testing.ts';
import { adminMethods } from '../../src/server/admin-methods.ts';
import { jmapBlobs, jmapTable } from '../../src/server/jmap-table.ts';
import { startWorld } from '../support/world.ts';

/** Nothing below may be reached. */
const unreachable = <T>(): T =>
  new Proxy({} as object, {
    get: () => {
      throw new Error('a handler ran without permission');
    },
  }) as T;

const methods = [
  ...coreMethods,
  ...mailMethods(unreachable()),
  ...blobMethods(unreachable()),
  ...quotaMethods(unreachable()),
  ...sendingMethods(unreachable()),
  ...pushSubscriptionMethods(unreachable()),
  ...registryMethods(unreachable()),
];
/** These check for themselves. */
const services: AdminServices = { access: unreachable(), registry: unreachable() };
const table = methodTable([...methods, ...adminMethods(services)]);
const SECTIONS: readonly JsonObject[] = [
  { create: { k: {} } },
  { update: { b: {} } },
  { destroy: ['b'] },
  {},
];

const CAPABILITIES = ['core', 'mail', 'blob', 'quota', 'submission', 'vacationresponse', 'mdn', 'principals'];

async function answer(
  name: string,
  args: JsonObject,
  permissions: readonly PermissionName[],
): Promise<JsonObject> {
  const using = CAPABILITIES.map((urn) => `urn:ietf:params:jmap:${urn}`);
  const methodCalls = [[name, { accountId: encodeId(7), ...args }, 'c']] as const;
  const responses = await runCalls(
    { using, methodCalls, createdIds: undefined },
    testContext(testToken(permissions)),
    table,
  );
  return resultValue(responses[0]?.result ?? {}) as JsonObject;
}

describe('without its permission', () => {
  for (const method of methods) {
    test(method.name, async () => {
      const needed = permissionsOf(method);
      assert.ok(needed.length > 0, 'a method without a permission');
      for (const permission of needed) {
        const others = PERMISSION_NAMES.filter((name) => name !== permission);
        const answers = await Promise.all(SECTIONS.map((args) => answer(method.name, args, others)));
        const refusals = answers.filter(
          ({ type, permission: named }) => type === 'forbidden' && named === permission,
        );
        assert.ok(refusals.length > 0, `nothing of ${method.name} is refused without ${permission}`);
      }
      for (const args of SECTIONS) {
        assert.equal((await answer(method.name, args, ['authenticate']))['type'], 'forbidden');
      }
    });
  }
});

describe('about access, without a permission it asks for', () => {
  const args = { account: 'zz', first: 'zz', second: 'zz', permission: 'authenticate', changes: [] };
  for (const operation of ADMIN_OPERATIONS) {
    for (const permission of permissionsOf(operation)) {
      test(`${operation.name} without ${permission}`, async () => {
        const others = PERMISSION_NAMES.filter((name) => name !== permission);
        const { account: _, ...ofAll } = args;
        const answers = await Promise.all(
          [args, ofAll].map((given) => answer(operation.name, given, others).catch(() => undefined)),
        );
        assert.ok(
          answers.some((one) => one?.['type'] === 'forbidden' && JSON.stringify(one).includes(permission)),
          JSON.stringify(answers),
        );
      });
    }
  }
});

test('every method that is mounted is tried here', async () => {
  const world = await startWorld();
  try {
    const mounted = [...jmapTable(world.services, jmapBlobs(world.services)).keys()];
    assert.deepEqual(
      mounted.filter((name) => !table.has(name)),
      [],
    );
  } finally {
    await world.close();
  }
});

test('the table holds the methods it should', () => {
  for (const name of [
    'Core/echo',
    'Mailbox/set',
    'Thread/get',
    'Email/query',
    'Email/import',
    'Blob/copy',
    'Quota/queryChanges',
    'x:Domain/query',
    'x:Http/set',
  ]) {
    assert.ok(table.has(name), name);
  }
  assert.equal(table.has('x:Http/query'), false);
});
