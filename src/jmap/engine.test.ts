import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  AccessDenied,
  Conflict,
  encodeId,
  Invalid,
  LimitExceeded,
  NotFound,
  Slice,
  Unavailable,
} from '../base/index.ts';
import { id, type JmapRequest, type JsonObject, nullable, record, text } from '../formats/jmap/index.ts';
import { coreMethods } from './core.ts';
import { methodTable, runCalls } from './engine.ts';
import { setErrorFor } from './errors.ts';
import { type JmapMethod, method, setPermissions, URN } from './method.ts';
import { JsonText, resultValue, writeResponse } from './result.ts';
import { SetCall } from './set.ts';
import { testContext, testDirectory, testToken } from './testing.ts';

const failing = (name: string, error: unknown): JmapMethod => ({
  name,
  capabilities: [URN.mail],
  account: 'none',
  permission: 'none',
  handle: () => Promise.reject(error as Error),
});

const table = methodTable([
  ...coreMethods,
  method({
    name: 'Thing/get',
    capabilities: [URN.mail],
    account: 'shared',
    permission: 'jmapEmailGet',
    args: record({ accountId: id, filter: nullable(text) }),
    handle: async (call, { filter }) => {
      call.append('Thing/also', { accountId: call.accountText });
      return { accountId: call.accountText, filter, member: call.member, list: [{ id: 'a' }, { id: 'b' }] };
    },
  }),
  {
    name: 'Thing/set',
    capabilities: [URN.mail, URN.registry],
    account: 'member',
    ...setPermissions('jmapEmailCreate', 'jmapEmailUpdate', 'jmapEmailDestroy'),
    handle: async () => ({ done: true }),
  },
  {
    name: 'Thing/text',
    capabilities: [],
    account: 'none',
    permission: 'none',
    handle: async () => new JsonText(['{"list":[{"id":"t1"}', ',{"id":"t2"}]}']),
  },
  {
    name: 'Fail/half',
    capabilities: [],
    account: 'member',
    permission: 'none',
    handle: async (call) => {
      const set = new SetCall(
        call,
        { ifInState: null, create: { k: {} }, update: null, destroy: null },
        'b.a',
      );
      set.created('k', 5, {});
      throw new Unavailable('the store');
    },
  },
  failing('Fail/denied', new AccessDenied('sysDomainGet')),
  failing('Fail/away', new Unavailable('the store')),
  failing('Fail/limit', new LimitExceeded('getMaxResults', 500)),
  failing('Fail/bug', new TypeError('inner detail')),
]);

type CallInput = [string, JsonObject, string];
const run = async (
  calls: CallInput[],
  options: { using?: string[]; token?: ReturnType<typeof testToken>; shared?: number[] } = {},
) => {
  const request: JmapRequest = {
    using: options.using ?? [URN.core, URN.mail],
    methodCalls: calls,
    createdIds: undefined,
  };
  const context = testContext(options.token ?? testToken('*'), testDirectory(options.shared));
  const responses = await runCalls(request, context, table);
  return responses.map(
    ({ name, result, callId }) => [name, resultValue(result), callId] as [string, JsonObject, string],
  );
};
const types = (responses: [string, JsonObject, string][]) =>
  responses.map(([name, args]) => (name === 'error' ? args['type'] : name));
const ANN = encodeId(7);

describe('calls', () => {
  test('echo answers the arguments as they are, in order, with their call ids', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.string().filter((key) => !key.startsWith('#')),
          fc.jsonValue(),
        ),
        async (value) => {
          const args = JSON.parse(JSON.stringify(value)) as JsonObject;
          const responses = await run([
            ['Core/echo', args, 'x'],
            ['Core/echo', args, 'x'],
          ]);
          assert.equal(
            JSON.stringify(responses),
            JSON.stringify([
              ['Core/echo', args, 'x'],
              ['Core/echo', args, 'x'],
            ]),
          );
        },
      ),
    );
  });

  test('unknown methods fail alone; an empty using knows no method', async () => {
    assert.deepEqual(
      types(
        await run([
          ['No/such', {}, 'a'],
          ['Core/echo', {}, 'b'],
        ]),
      ),
      ['unknownMethod', 'Core/echo'],
    );
    assert.deepEqual(
      types(
        await run(
          [
            ['Core/echo', {}, 'a'],
            ['Thing/text', {}, 'b'],
          ],
          { using: [] },
        ),
      ),
      ['unknownMethod', 'Thing/text'],
    );
    assert.deepEqual(types(await run([['Thing/get', { accountId: ANN }, 'a']], { using: [URN.core] })), [
      'unknownMethod',
    ]);
    for (const name of ['constructor', '__proto__', 'error', '']) {
      assert.deepEqual(types(await run([[name, {}, 'a']])), ['unknownMethod']);
    }
  });

  test('implicit responses follow under the same call id', async () => {
    const responses = await run([
      ['Thing/get', { accountId: ANN }, 'a'],
      ['Core/echo', {}, 'b'],
    ]);
    assert.deepEqual(
      responses.map(([name, , callId]) => [name, callId]),
      [
        ['Thing/get', 'a'],
        ['Thing/also', 'a'],
        ['Core/echo', 'b'],
      ],
    );
  });

  test('accounts: missing, malformed, unknown, shared, member-only', async () => {
    const set = (accountId: unknown): CallInput => ['Thing/set', { accountId } as JsonObject, 'a'];
    const get = (accountId: unknown): CallInput => ['Thing/get', { accountId } as JsonObject, 'a'];
    assert.deepEqual(
      types(await run([['Thing/get', {}, 'a'], get(1), get(null), get(''), get('zzz!'), get(encodeId(99))])),
      [
        'invalidArguments',
        'invalidArguments',
        'invalidArguments',
        'accountNotFound',
        'accountNotFound',
        'accountNotFound',
      ],
    );
    const shared = await run([get(encodeId(9)), set(encodeId(9)), set(ANN)], { shared: [9] });
    assert.deepEqual(types(shared), ['Thing/get', 'Thing/also', 'accountNotSupportedByMethod', 'Thing/set']);
    assert.equal(shared[0]?.[1]['member'], false);
  });

  test('arguments are checked before the handler', async () => {
    const [first, second] = await run([
      ['Thing/get', { accountId: ANN, filter: 1 }, 'a'],
      ['Thing/get', { accountId: ANN, odd: 1 }, 'b'],
    ]);
    assert.deepEqual([first?.[1]['type'], first?.[1]['arguments']], ['invalidArguments', ['filter']]);
    assert.deepEqual([second?.[1]['type'], second?.[1]['arguments']], ['invalidArguments', ['odd']]);
  });

  test('errors of the floors below become method errors; bugs tell nothing', async () => {
    const responses = await run(['denied', 'away', 'limit', 'bug'].map((name) => [`Fail/${name}`, {}, name]));
    assert.deepEqual(types(responses), ['forbidden', 'serverUnavailable', 'requestTooLarge', 'serverFail']);
    assert.equal(JSON.stringify(responses).includes('inner detail'), false);
    for (const [, args] of responses) assert.equal(typeof args['description'], 'string');
  });
});

test('a call that fails after it has stored something says so', async () => {
  const responses = await run([['Fail/half', { accountId: ANN }, 'a']]);
  assert.deepEqual(types(responses), ['serverPartialFail']);
});

describe('permissions', () => {
  test('a call without its permission is forbidden, naming it', async () => {
    const [answer] = await run([['Thing/get', { accountId: ANN }, 'a']], {
      token: testToken(['jmapEmailQuery']),
    });
    assert.deepEqual(answer?.[1], {
      type: 'forbidden',
      description: 'You are not authorized to perform this action.',
      permission: 'jmapEmailGet',
    });
  });

  test('a /set needs one of the three, and each for its own section', async () => {
    const set = (args: JsonObject, token: ReturnType<typeof testToken>) =>
      run([['Thing/set', { accountId: ANN, ...args }, 'a']], { token })
        .then(types)
        .then((list) => list[0]);
    const updater = testToken(['jmapEmailUpdate']);
    assert.equal(await set({}, updater), 'Thing/set');
    assert.equal(await set({ create: {}, destroy: [], update: null }, updater), 'Thing/set');
    assert.equal(await set({ update: { a: {} } }, updater), 'Thing/set');
    assert.equal(await set({ create: { a: {} } }, updater), 'forbidden');
    assert.equal(await set({ update: { a: {} }, destroy: ['a'] }, updater), 'forbidden');
    assert.equal(await set({}, testToken(['jmapEmailGet'])), 'forbidden');
    const destroyed: JsonObject = { '#destroy': { resultOf: 'e', name: 'Core/echo', path: '/ids' } };
    const token = testToken(['jmapEmailUpdate', 'jmapCoreEcho']);
    const responses = await run(
      [
        ['Core/echo', { ids: ['a'] }, 'e'],
        ['Thing/set', { accountId: ANN, ...destroyed }, 'a'],
      ],
      { token },
    );
    assert.deepEqual(types(responses), ['Core/echo', 'forbidden']);
  });
});

describe('result references', () => {
  const reference = (resultOf: string, name: string, path: string) => ({ resultOf, name, path });
  test('resolve into any earlier response, text ones included', async () => {
    const responses = await run([
      ['Thing/text', {}, 't'],
      ['Core/echo', { '#ids': reference('t', 'Thing/text', '/list/*/id'), plain: 1 }, 'e'],
      ['Core/echo', { '#first': reference('e', 'Core/echo', '/ids/0') }, 'f'],
      ['Thing/get', { '#accountId': reference('g', 'Core/echo', '/a') }, 'x'],
      ['Core/echo', { a: ANN }, 'g'],
      ['Thing/get', { '#accountId': reference('g', 'Core/echo', '/a') }, 'y'],
    ]);
    assert.deepEqual(responses[1]?.[1], Object.assign(Object.create(null), { ids: ['t1', 't2'], plain: 1 }));
    assert.equal(responses[2]?.[1]['first'], 't1');
    assert.deepEqual(types(responses).slice(3), [
      'invalidResultReference',
      'Core/echo',
      'Thing/get',
      'Thing/also',
    ]);
  });

  test('only the first response of a call id can be meant', async () => {
    const responses = await run([
      ['Thing/get', { accountId: ANN }, 'a'],
      ['Core/echo', { '#x': reference('a', 'Thing/also', '/accountId') }, 'b'],
      ['Core/echo', { '#x': reference('a', 'Thing/get', '/accountId') }, 'c'],
    ]);
    assert.deepEqual(types(responses).slice(2), ['invalidResultReference', 'Core/echo']);
  });

  const bad: [string, JsonObject, string][] = [
    ['unknown call id', { '#x': reference('nope', 'Core/echo', '/a') }, 'invalidResultReference'],
    ['wrong name', { '#x': reference('e', 'Thing/get', '/a') }, 'invalidResultReference'],
    ['error response', { '#x': reference('u', 'error', '/nothing') }, 'invalidResultReference'],
    ['path that does not resolve', { '#x': reference('e', 'Core/echo', '/b') }, 'invalidResultReference'],
    ['no pointer', { '#x': reference('e', 'Core/echo', 'a') }, 'invalidResultReference'],
    ['no reference', { '#x': 'e' }, 'invalidResultReference'],
    ['both forms', { x: 1, '#x': reference('e', 'Core/echo', '/a') }, 'invalidArguments'],
  ];
  for (const [name, args, expected] of bad) {
    test(name, async () => {
      const responses = await run([
        ['Core/echo', { a: 1 }, 'e'],
        ['No/such', {}, 'u'],
        ['Core/echo', args, 'x'],
      ]);
      assert.equal(types(responses)[2], expected);
    });
  }

  test('a chain that multiplies itself ends in an error, not in memory', async () => {
    const calls: CallInput[] = [['Core/echo', { v: Array.from({ length: 100 }, () => 'x') }, 'c0']];
    for (let i = 1; i < 16; i++) {
      const args: JsonObject = {};
      for (let k = 0; k < 100; k++) args[`#a${k}`] = reference(`c${i - 1}`, 'Core/echo', '');
      calls.push(['Core/echo', args, `c${i}`]);
    }
    const responses = await run(calls);
    const written = await writeResponse(
      responses.map(([name, result, callId]) => ({ name, result, callId })),
      {},
      new Slice(),
    );
    const length =
      typeof written === 'string' ? written.length : written.reduce((sum, part) => sum + part.length, 0);
    assert.ok(length < 20_000_000, String(length));
    assert.ok(types(responses).includes('invalidResultReference'));
  });

  test('__proto__ as an argument name changes nothing', async () => {
    const args = JSON.parse('{"#__proto__":{"resultOf":"e","name":"Core/echo","path":""}}') as JsonObject;
    const responses = await run([
      ['Core/echo', { polluted: true }, 'e'],
      ['Core/echo', args, 'x'],
    ]);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    assert.equal(JSON.stringify(responses[1]?.[1]), '{"__proto__":{"polluted":true}}');
  });
});

test('every typed error has its SetError', () => {
  assert.deepEqual(setErrorFor(new Conflict('taken', 'b')), {
    type: 'alreadyExists',
    description: 'taken',
    existingId: 'b',
  });
  assert.equal(setErrorFor(new NotFound('mailbox', 'a')).type, 'notFound');
  assert.equal(setErrorFor(new LimitExceeded('maxDiskQuota', 1)).type, 'overQuota');
  assert.equal(setErrorFor(new LimitExceeded('maxMessageSize', 1)).type, 'tooLarge');
  assert.equal(setErrorFor(new AccessDenied('addItems')).type, 'forbidden');
  assert.deepEqual(setErrorFor(new Invalid([{ property: 'name', reason: 'is empty' }])).properties, ['name']);
  assert.throws(() => setErrorFor(new Unavailable('the store')), Unavailable);
});

test('large answers are written in pieces that join to the same JSON', async () => {
  const parts = [
    '{"list":[',
    ...Array.from({ length: 5000 }, (_, i) => `${i > 0 ? ',' : ''}{"id":"${i}","text":"${'é'.repeat(20)}"}`),
    ']}',
  ];
  const responses = [
    { name: 'A/get', result: new JsonText(parts), callId: '"1"' },
    { name: 'B/get', result: { x: 1 }, callId: '2' },
  ];
  const written = await writeResponse(responses, { sessionState: 's' }, new Slice());
  assert.ok(Array.isArray(written) && written.length > 2);
  const value = JSON.parse(Buffer.concat(written).toString()) as {
    methodResponses: [string, { list?: unknown[] }, string][];
    sessionState: string;
  };
  assert.equal(value.methodResponses[0]?.[1].list?.length, 5000);
  assert.deepEqual(value.methodResponses[1], ['B/get', { x: 1 }, '2']);
  assert.equal(value.sessionState, 's');
  assert.equal(
    await writeResponse([], { sessionState: 's' }, new Slice()),
    '{"methodResponses":[],"sessionState":"s"}',
  );
});
