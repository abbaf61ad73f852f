// Requests that no honest client sends: wrong types in every argument and property, taken from the declarations
// themselves, references that multiply, deep and huge JSON. Each has an answer of the protocol, and the next request
// works.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { AccessToken } from '../../src/access/index.ts';
import { addSink, encodeId } from '../../src/base/index.ts';
import { type JmapClient, RequestFailed } from '../../src/client/index.ts';
import * as formats from '../../src/formats/jmap/index.ts';
import type { Json, JsonObject } from '../../src/formats/jmap/index.ts';
import { runCalls } from '../../src/jmap/engine.ts';
import type { MethodTable } from '../../src/jmap/index.ts';
import { resultValue } from '../../src/jmap/result.ts';
import { testContext } from '../../src/jmap/testing.ts';
import { accountDirectory } from '../../src/server/account-directory.ts';
import { jmapBlobs, jmapTable } from '../../src/server/jmap-table.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
let client: JmapClient;
let token: AccessToken;
let table: MethodTable;
let accountId: string;
/** Errors that the server did not expect. */
const unexpected: unknown[] = [];
const removeSink = addSink((name, _level, fields) => {
  if (name === 'server.unexpected-error') unexpected.push(fields['error']);
});
before(async () => {
  world = await startWorld();
  const account = await world.addAccount('ann');
  client = world.jmap('ann');
  token = (await world.services.access.token(account)) as AccessToken;
  table = jmapTable(world.services, jmapBlobs(world.services));
  accountId = encodeId(account);
  await client.call('Mailbox/query', {});
});
after(async () => {
  removeSink();
  await world.close();
});

const USING = [
  'core',
  'mail',
  'blob',
  'quota',
  'submission',
  'vacationresponse',
  'principals',
  'mdn',
  'sieve',
].map((name) => `urn:ietf:params:jmap:${name}`);

/** What a method answers: its error type, or nothing. */
async function run(name: string, args: JsonObject): Promise<string> {
  const context = testContext(token, accountDirectory(world.services));
  const request = { using: USING, methodCalls: [[name, args, 'c']] as const, createdIds: undefined };
  const [response] = await runCalls(request, context, table);
  assert.ok(response);
  const value = resultValue(response.result) as JsonObject;
  // What is answered has to be JSON.
  JSON.stringify(value);
  return response.name === 'error' ? (value['type'] as string) : '';
}

/** The declaration of a method's arguments, by its name: `Email/get` has `emailGetArgs`. */
function declared(name: string): Readonly<Record<string, unknown>> | undefined {
  const [type = '', verb = ''] = name.split('/');
  const key = `${type.charAt(0).toLowerCase()}${type.slice(1)}${verb.charAt(0).toUpperCase()}${verb.slice(1)}Args`;
  const shape = (formats as Readonly<Record<string, unknown>>)[key] as
    | { fields?: Readonly<Record<string, unknown>> }
    | undefined;
  return shape?.fields;
}

const WRONG: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  '',
  '#x',
  'a',
  '\u0000',
  'x'.repeat(100_000),
  [],
  [null],
  [[]],
  ['a', 5],
  {},
  { a: null },
  { a: 5 },
  { a: {} },
  { '': '' },
  JSON.parse('{"__proto__": {"a": 1}, "constructor": 5, "toString": []}') as Json,
  { operator: 'AND' },
  { operator: 'AND', conditions: [null] },
  [{ property: 5 }],
  [{ property: 'toString', isAscending: 'x', collation: 5 }],
  Array.from({ length: 2000 }, (_, i) => `id${i}`),
  Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${i}`, {}])),
];

/** Arguments with which the method does something, as far as they can be guessed. */
const LIKELY: Readonly<Record<string, Json>> = {
  ids: ['a'],
  blobIds: ['a'],
  sinceState: 'b.a',
  sinceQueryState: 'b.a:x',
  create: {},
  emails: {},
  typeNames: [],
  fromAccountId: 'zz',
  emailIds: [],
};

describe('wrong arguments', () => {
  test('every argument of every method', async () => {
    const methods = [...table.keys()].filter((name) => !name.startsWith('x:') && name !== 'Core/echo');
    assert.ok(methods.length >= 20);
    for (const name of methods) {
      const fields = declared(name);
      assert.ok(fields, `the arguments of ${name} are declared nowhere`);
      const likely: JsonObject = { accountId };
      for (const field of Object.keys(fields)) if (field in LIKELY) likely[field] = LIKELY[field] as Json;
      if (!('accountId' in fields)) delete likely['accountId'];
      for (const field of Object.keys(fields)) {
        for (const value of WRONG) {
          const type = await run(name, { ...likely, [field]: value });
          assert.notEqual(type, 'serverFail', `${name} ${field} ${JSON.stringify(value).slice(0, 100)}`);
          assert.notEqual(type, 'unknownMethod', name);
        }
      }
      assert.equal(await run(name, { ...likely, surplus: 1 }), 'invalidArguments', name);
    }
    assert.deepEqual(unexpected, []);
  });

  /** Properties that a client may set, by type. */
  const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
    Mailbox: ['name', 'parentId', 'role', 'sortOrder', 'isSubscribed', 'shareWith', 'myRights', 'id'],
    Email: [
      'mailboxIds',
      'keywords',
      'receivedAt',
      'from',
      'to',
      'subject',
      'sentAt',
      'messageId',
      'bodyStructure',
      'bodyValues',
      'textBody',
      'htmlBody',
      'attachments',
      'headers',
      'header:X-A',
      'header:X-A:asDate',
      'header:To:asGroupedAddresses',
      'header:',
      'id',
    ],
    PushSubscription: ['deviceClientId', 'url', 'keys', 'expires', 'types', 'emailPush', 'verificationCode'],
    Identity: ['name', 'email', 'replyTo', 'bcc', 'textSignature', 'htmlSignature', 'mayDelete'],
    EmailSubmission: ['identityId', 'emailId', 'envelope', 'undoStatus', 'sendAt', 'deliveryStatus'],
    VacationResponse: ['isEnabled', 'fromDate', 'toDate', 'subject', 'textBody', 'htmlBody'],
  };

  test('every property of every object, made and changed', async () => {
    const { ids } = await client.call('Mailbox/query', {});
    const [inbox] = ids as [string];
    const base: Readonly<Record<string, JsonObject>> = {
      Email: { mailboxIds: { [inbox]: true }, subject: 'x' },
      Mailbox: { name: 'box' },
      PushSubscription: { deviceClientId: 'd', url: 'https://push.example/' },
    };
    for (const [type, properties] of Object.entries(PROPERTIES)) {
      if (!table.has(`${type}/set`)) continue;
      const account: JsonObject = type === 'PushSubscription' ? {} : { accountId };
      const target = type === 'Mailbox' ? inbox : 'a';
      for (const property of properties) {
        for (const value of WRONG) {
          const at = `${type} ${property} ${JSON.stringify(value).slice(0, 100)}`;
          const create = { k: { ...base[type], [property]: value } };
          assert.equal(await run(`${type}/set`, { ...account, create }), '', at);
          const patches: JsonObject[] = [{ [property]: value }, { [`${property}/a/b`]: value }];
          for (const patch of patches)
            assert.equal(await run(`${type}/set`, { ...account, update: { [target]: patch } }), '', at);
        }
      }
    }
    assert.deepEqual(unexpected, []);
  });

  test('sources of blobs', async () => {
    for (const name of ['data:asText', 'data:asBase64', 'blobId', 'offset', 'length']) {
      for (const value of WRONG) {
        const create = { k: { data: [{ 'data:asText': 'x', [name]: value }] } };
        assert.equal(await run('Blob/upload', { accountId, create }), '', name);
      }
    }
    assert.deepEqual(unexpected, []);
  });

  test('arguments of any shape', async () => {
    const names = [...table.keys()].filter((name) => !name.startsWith('x:'));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
        fc.jsonValue({ maxDepth: 4 }),
        fc.nat(),
        async (name, more, value, which) => {
          const fields = Object.keys(declared(name) ?? { value: 0 });
          const args = { accountId, ...more, [fields[which % fields.length] as string]: value } as JsonObject;
          assert.notEqual(await run(name, args), 'serverFail');
        },
      ),
      { numRuns: 500 },
    );
    assert.deepEqual(unexpected, []);
  });
});

/** The problem that a whole request is refused with. */
const refused = async (body: string): Promise<string> => {
  const error = await client.post(body).then(
    (answer) => answer.text().then((text) => assert.fail(`was answered: ${text.slice(0, 200)}`)),
    (failed: unknown) => failed,
  );
  assert.ok(error instanceof RequestFailed, String(error));
  const { type, limit } = error.problem as { type: string; limit?: string };
  return `${error.status} ${type.split(':').at(-1)} ${limit ?? ''}`.trim();
};
const request = (methodCalls: readonly unknown[]): string =>
  JSON.stringify({ using: ['urn:ietf:params:jmap:core'], methodCalls });
const works = async (): Promise<void> => {
  assert.deepEqual(await client.call('Core/echo', { a: 1 }), { a: 1 });
};

describe('references that multiply', () => {
  const echo = (args: JsonObject, id: string) => ['Core/echo', args, id] as const;
  const of = (resultOf: string, path: string) => ({ resultOf, name: 'Core/echo', path });

  test('a chain that doubles with each call ends when the budget is spent', async () => {
    const calls: (readonly [string, JsonObject, string])[] = [
      echo({ a: Array.from({ length: 1000 }, (_, i) => i) }, 'c0'),
    ];
    for (let i = 1; i < 16; i++) {
      const last = of(`c${i - 1}`, '');
      calls.push(echo(Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`#${name}`, last])), `c${i}`));
    }
    const { methodResponses } = await client.request(calls);
    assert.equal(methodResponses.length, 16);
    assert.deepEqual(methodResponses.at(-1)?.[1]['type'], 'invalidResultReference');
    await works();
  });

  test('stars within stars, over a large array', async () => {
    const rows = Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => [1, 2, 3]));
    const calls = [
      echo({ rows }, 'c0'),
      ...Array.from({ length: 15 }, (_, i) => echo({ '#x': of('c0', '/rows/*/*/*') }, `c${i + 1}`)),
    ];
    const { methodResponses } = await client.request(calls);
    assert.ok(methodResponses.some(([name]) => name === 'error'));
    await works();
  });

  test('paths of any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (path) => {
        const { methodResponses } = await client.request([
          echo({ a: [{ b: 1 }] }, 'c0'),
          echo({ '#x': of('c0', path) }, 'c1'),
        ]);
        const [name, value] = methodResponses[1] ?? [];
        assert.ok(name === 'Core/echo' || value?.['type'] === 'invalidResultReference');
      }),
      { numRuns: 50 },
    );
  });
});

describe('JSON that is too much', () => {
  test('nested deeply, in every place', async () => {
    const deep = '['.repeat(5000) + ']'.repeat(5000);
    const objects = '{"a":'.repeat(5000) + '1' + '}'.repeat(5000);
    for (const value of [deep, objects]) {
      assert.equal(await refused(value), '400 limit maxSizeRequest');
      assert.equal(await refused(`{"using":${value},"methodCalls":[]}`), '400 limit maxSizeRequest');
      assert.equal(
        await refused(`{"using":[],"methodCalls":[["Core/echo",{"a":${value}},"c"]]}`),
        '400 limit maxSizeRequest',
      );
    }
    assert.equal(await refused('['.repeat(1_000_000)), '400 limit maxSizeRequest');
    await works();
  });

  test('of many values, many calls, many bytes', async () => {
    const zeros = `[${'0,'.repeat(1_500_000)}0]`;
    assert.equal(await refused(`{"using":[],"methodCalls":[],"x":${zeros}}`), '400 limit maxSizeRequest');
    const calls = Array.from({ length: 10_000 }, () => ['Core/echo', {}, 'c']);
    assert.equal(await refused(request(calls)), '400 limit maxCallsInRequest');
    assert.equal(
      await refused(request([['Core/echo', { a: 'x'.repeat(10_000_001) }, 'c']])),
      '400 limit maxSizeRequest',
    );
    await works();
  });

  test('that is no I-JSON', async () => {
    for (const body of [
      '',
      '{',
      '{"using":[],"methodCalls":[]',
      '{"a":1,"a":2}',
      '"\\ud800"',
      '\u0000',
      "{'a':1}",
      '{"a":NaN}',
      '[1,]',
    ])
      assert.equal(await refused(body), '400 notJSON', body);
    await works();
  });

  test('of names that are special to the language', async () => {
    const body = `{"using":["urn:ietf:params:jmap:core"],"methodCalls":[["Core/echo",{"__proto__":{"x":1},"constructor":1},"__proto__"]],"createdIds":{"__proto__":"a"}}`;
    const answer = await (await client.post(body)).text();
    assert.ok(answer.includes('"__proto__":{"x":1}'));
    assert.equal(({} as { x?: number }).x, undefined);
    assert.equal(await run('__proto__', {}), 'unknownMethod');
    assert.equal(await run('constructor', {}), 'unknownMethod');
  });
});
