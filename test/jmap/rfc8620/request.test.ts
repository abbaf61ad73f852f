// RFC 8620 §3 and §4: requests, responses, refusals of both levels, and result references.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Json, JsonObject } from '../../../src/formats/jmap/index.ts';
import { answer, ask, CORE, errorOf, inside, MAIL, mailbox, post } from '../conformance.ts';
import { type Person, SendingWorld } from '../sending-world.ts';

let world: SendingWorld;
let ann: Person;
before(async () => {
  world = await SendingWorld.start();
  ann = await world.person('ann');
});
after(() => world.close());

const ECHO = ['Core/echo', { a: 1 }, 'c'];
const problem = async (body: unknown, contentType?: string) => {
  const { status, type, json } = await post(world, ann, body, contentType);
  assert.equal(type, 'application/problem+json', JSON.stringify(json));
  assert.equal(json['status'], status);
  assert.equal(typeof json['detail'], 'string');
  return [status, (json['type'] as string).replace('urn:ietf:params:jmap:error:', ''), json['limit']];
};

describe('requests', () => {
  test('§3.1: the response is application/json', async () => {
    const { status, type } = await post(world, ann, { using: [CORE], methodCalls: [ECHO] });
    assert.deepEqual([status, type], [200, 'application/json']);
  });

  test('§3.1, §3.6.1: another content type is notJSON; parameters and case of the right one do not matter', async () => {
    const body = { using: [CORE], methodCalls: [ECHO] };
    for (const type of ['text/plain', 'application/jsonp', 'application/json-patch+json'])
      assert.deepEqual(await problem(body, type), [400, 'notJSON', undefined], type);
    for (const type of ['application/json; charset=utf-8', 'Application/JSON'])
      assert.equal((await post(world, ann, body, type)).status, 200, type);
  });

  test('§1.5, §3.6.1: what is no I-JSON is notJSON', async () => {
    const bodies = [
      '',
      '{',
      `{"using":[],"methodCalls":[]`,
      `{"using":[],"using":[],"methodCalls":[]}`,
      `{"using":["${CORE}"],"methodCalls":[["Core/echo",{"a":1,"\\u0061":2},"c"]]}`,
      '{"using":[],"methodCalls":[],"x":"\\ud800"}',
      Buffer.from([0x22, 0xff, 0x22]),
    ];
    for (const body of bodies)
      assert.deepEqual(await problem(body), [400, 'notJSON', undefined], String(body));
  });

  test('§3.6.1: JSON that is no Request object is notRequest', async () => {
    const bodies: Json[] = [
      null,
      [],
      '"x"',
      {},
      { using: [CORE] },
      { methodCalls: [] },
      { using: CORE, methodCalls: [] },
      { using: [1], methodCalls: [] },
      { using: [CORE], methodCalls: {} },
      { using: [CORE], methodCalls: [['Core/echo', {}]] },
      { using: [CORE], methodCalls: [['Core/echo', {}, 'c', 'd']] },
      { using: [CORE], methodCalls: [['Core/echo', [], 'c']] },
      { using: [CORE], methodCalls: [[1, {}, 'c']] },
      { using: [CORE], methodCalls: [['Core/echo', {}, 1]] },
      { using: [CORE], methodCalls: [], createdIds: [] },
      { using: [CORE], methodCalls: [], createdIds: { a: 1 } },
    ];
    for (const body of bodies)
      assert.deepEqual(await problem(body), [400, 'notRequest', undefined], JSON.stringify(body));
  });

  test('§3.6.1: a capability that is not advertised is unknownCapability, even when nothing needs it', async () => {
    for (const urn of ['urn:ietf:params:jmap:nothing', 'https://example.com/apis/foobar', ''])
      assert.deepEqual(await problem({ using: [CORE, urn], methodCalls: [ECHO] }), [
        400,
        'unknownCapability',
        undefined,
      ]);
  });

  test('§3.6.1: a limit is named', async () => {
    const { capabilities } = await ann.client.session();
    const { maxCallsInRequest, maxSizeRequest } = capabilities[CORE] as Record<string, number>;
    const methodCalls = Array.from({ length: (maxCallsInRequest as number) + 1 }, () => ECHO);
    assert.deepEqual(await problem({ using: [CORE], methodCalls }), [400, 'limit', 'maxCallsInRequest']);
    methodCalls.pop();
    assert.equal((await post(world, ann, { using: [CORE], methodCalls })).status, 200);
    const large = { using: [CORE], methodCalls: [], x: ' '.repeat(maxSizeRequest as number) };
    assert.deepEqual(await problem(large), [400, 'limit', 'maxSizeRequest']);
  });

  test('§3.3: members of the request that nobody knows are ignored', async () => {
    const { json } = await post(world, ann, { using: [CORE], methodCalls: [ECHO], more: { a: [] } });
    assert.deepEqual(json['methodResponses'], [ECHO]);
  });

  test('§1.8, §3.3: a method is there only for a request that names its capability', async () => {
    const calls: [string, JsonObject][] = [
      ['Mailbox/get', { ids: [] }],
      ['Email/query', {}],
      ['SearchSnippet/get', { emailIds: [] }],
      ['Identity/get', {}],
      ['EmailSubmission/get', { ids: [] }],
      ['VacationResponse/get', {}],
      ['Quota/get', {}],
    ];
    for (const [name, args] of calls) {
      assert.equal(await errorOf(ann, name, args, [CORE]), 'unknownMethod', name);
      assert.ok(await answer(ann, name, args));
    }
    assert.equal(await errorOf(ann, 'Core/echo', {}, [MAIL]), 'unknownMethod');
    assert.equal(await errorOf(ann, 'PushSubscription/get', {}, [MAIL]), 'unknownMethod');
  });

  test('§1.8: a property of an extension is there only for a request that names it', async () => {
    const ids = { ids: [] };
    const asked = { ...ids, properties: ['emailPush'] };
    const using = [CORE, 'urn:ietf:params:jmap:emailpush'];
    assert.equal(await errorOf(ann, 'PushSubscription/get', asked, [CORE]), 'invalidArguments');
    assert.ok(await answer(ann, 'PushSubscription/get', asked, using));
    const create = { k: { deviceClientId: 'd', url: 'https://push.example.com/x', emailPush: {} } };
    const set = await answer(ann, 'PushSubscription/set', { create }, [CORE]);
    assert.deepEqual(inside(set, 'notCreated', 'k', 'properties'), ['emailPush']);
  });

  test('§3.4: created ids come back when they were given, with what was created since', async () => {
    const methodCalls = [['Mailbox/set', { accountId: ann.id, create: { k: { name: 'ids' } } }, 'c']];
    const using = [CORE, MAIL];
    const { json } = await post(world, ann, { using, methodCalls, createdIds: { old: 'x1' } });
    const id = inside((json['methodResponses'] as Json[][])[0]?.[1], 'created', 'k', 'id');
    assert.deepEqual(json['createdIds'], { old: 'x1', k: id });
    const plain = await post(world, ann, { using, methodCalls: [] });
    assert.equal('createdIds' in plain.json, false);
    const empty = await post(world, ann, { using, methodCalls: [], createdIds: {} });
    assert.deepEqual(empty.json['createdIds'], {});
  });

  test('§3.3: ids given in createdIds can be referred to', async () => {
    const parent = await mailbox(ann, { name: 'parent' });
    const create = { k: { name: 'child', parentId: '#p' } };
    const { json } = await post(world, ann, {
      using: [CORE, MAIL],
      methodCalls: [['Mailbox/set', { accountId: ann.id, create }, 'c']],
      createdIds: { p: parent },
    });
    const id = inside((json['methodResponses'] as Json[][])[0]?.[1], 'created', 'k', 'id') as string;
    const { list } = await answer(ann, 'Mailbox/get', { ids: [id], properties: ['parentId'] });
    assert.deepEqual(list, [{ id, parentId: parent }]);
  });
});

describe('method errors', () => {
  test('§3.6.2, §3.10: an error stands in its place, and the calls behind it run, in order', async () => {
    const responses = await ask(ann, [
      ['Core/echo', { n: 1 }, 'a'],
      ['No/such', {}, 'b'],
      ['Mailbox/get', { ids: 7 }, 'c'],
      ['Mailbox/set', { create: { k: { name: 'in order' } } }, 'd'],
      ['Mailbox/get', { ids: ['#k'], properties: ['name'] }, 'd'],
    ]);
    assert.deepEqual(
      responses.map(([name, args, callId]) => [name, args['type'] ?? null, callId]),
      [
        ['Core/echo', null, 'a'],
        ['error', 'unknownMethod', 'b'],
        ['error', 'invalidArguments', 'c'],
        ['Mailbox/set', null, 'd'],
        ['Mailbox/get', null, 'd'],
      ],
    );
    assert.equal(inside(responses[4]?.[1]['list'] as Json, '0', 'name'), 'in order');
  });

  test('§3.6.2: accounts that are not there are accountNotFound; a missing one is invalidArguments', async () => {
    const bob = await world.person('bob');
    for (const accountId of ['zzzz', 'no such id', '', bob.id])
      assert.equal(await errorOf(ann, 'Mailbox/get', { accountId, ids: null }), 'accountNotFound', accountId);
    for (const accountId of [null, 7, {}])
      assert.equal(await errorOf(ann, 'Mailbox/get', { accountId, ids: null }), 'invalidArguments');
    const { json } = await post(world, ann, {
      using: [CORE, MAIL],
      methodCalls: [['Mailbox/get', { ids: null }, 'c']],
    });
    assert.equal(inside((json['methodResponses'] as Json[][])[0]?.[1], 'type'), 'invalidArguments');
  });

  test('§3.9: unknown arguments, wrong types and missing ones are invalidArguments', async () => {
    const cases: [string, JsonObject][] = [
      ['Mailbox/get', { ids: null, more: 1 }],
      ['Mailbox/get', { ids: 'a' }],
      ['Mailbox/get', { ids: [1] }],
      ['Mailbox/get', { properties: 'name' }],
      ['Mailbox/changes', {}],
      ['Mailbox/changes', { sinceState: 1 }],
      ['Mailbox/set', { create: [] }],
      ['Mailbox/set', { create: { k: null } }],
      ['Mailbox/set', { update: { k: 'x' } }],
      ['Mailbox/set', { destroy: {} }],
      ['Email/query', { position: 'x' }],
      ['Email/query', { position: 1.5 }],
      ['Email/query', { calculateTotal: 1 }],
      ['Email/query', { filter: [] }],
      ['Email/query', { sort: {} }],
      ['Email/queryChanges', {}],
      ['Email/copy', { create: {} }],
      ['Blob/copy', { blobIds: [] }],
      ['PushSubscription/get', { accountId: ann.id }],
      ['PushSubscription/set', { accountId: ann.id }],
      ['PushSubscription/set', { ifInState: 'x' }],
    ];
    for (const [name, args] of cases)
      assert.equal(await errorOf(ann, name, args), 'invalidArguments', `${name} ${JSON.stringify(args)}`);
  });

  test('§3.5: an argument that is left out is the same as its default', async () => {
    const whole = {
      filter: null,
      sort: null,
      position: 0,
      anchor: null,
      anchorOffset: 0,
      limit: null,
      calculateTotal: false,
    };
    assert.deepEqual(await answer(ann, 'Mailbox/query', whole), await answer(ann, 'Mailbox/query', {}));
    const get = await answer(ann, 'Mailbox/get', {});
    assert.deepEqual(await answer(ann, 'Mailbox/get', { ids: null, properties: null }), get);
  });

  test('§4: echo gives back exactly what it got', async () => {
    const args = { s: 'wörld', n: 1.5e3, b: false, z: null, l: [[], {}], o: { '': 0, '~/#': '#' } };
    assert.deepEqual(await answer(ann, 'Core/echo', args, [CORE]), args);
  });
});

describe('result references', () => {
  const echo = {
    list: [
      { id: 'a', ids: ['1', '2'] },
      { id: 'b', ids: ['3'] },
    ],
    'x/y~z': { '': 7 },
    none: [],
  };
  /** What a path selects in the echo, or the type of the error. */
  const select = async (path: Json, more: JsonObject = {}): Promise<Json | undefined> => {
    const reference = { resultOf: 'e', name: 'Core/echo', path, ...more };
    const [, second] = await ask(ann, [
      ['Core/echo', echo, 'e'],
      ['Core/echo', { '#v': reference }, 'f'],
    ]);
    return second?.[0] === 'error' ? second[1]['type'] : second?.[1]['v'];
  };

  test('§3.7: pointers with escapes, indexes, and * that maps and flattens', async () => {
    const cases: [string, Json][] = [
      ['', echo],
      ['/list/1/id', 'b'],
      ['/list/*/id', ['a', 'b']],
      ['/list/*/ids', ['1', '2', '3']],
      ['/list/*/ids/0', ['1', '3']],
      ['/none/*/id', []],
      ['/x~1y~0z/', 7],
    ];
    for (const [path, expected] of cases) assert.deepEqual(await select(path), expected, path);
  });

  test('§3.7: what does not resolve is invalidResultReference', async () => {
    for (const path of [
      '/nothing',
      '/list/2',
      '/list/-',
      '/list/01',
      '/list/*/nothing',
      'list',
      '/list/0/id/x',
      1,
    ])
      assert.equal(await select(path), 'invalidResultReference', String(path));
    assert.equal(await select('/list', { resultOf: 'x' }), 'invalidResultReference');
    assert.equal(await select('/list', { name: 'Mailbox/get' }), 'invalidResultReference');
    assert.equal(await errorOf(ann, 'Core/echo', { '#v': 'x' }), 'invalidResultReference');
  });

  test('§3.7: only the first response of a call id is looked at', async () => {
    const [, , third] = await ask(ann, [
      ['Core/echo', { a: 1 }, 'e'],
      ['Mailbox/get', { ids: [] }, 'e'],
      ['Core/echo', { '#v': { resultOf: 'e', name: 'Mailbox/get', path: '/list' } }, 'f'],
    ]);
    assert.equal(third?.[1]['type'], 'invalidResultReference');
  });

  test('§3.7: a later call cannot be meant, and an error has no arguments', async () => {
    const responses = await ask(ann, [
      ['Core/echo', { '#v': { resultOf: 'l', name: 'Core/echo', path: '/a' } }, 'f'],
      ['Core/echo', { a: 1 }, 'l'],
      ['No/such', {}, 'n'],
      ['Mailbox/get', { '#ids': { resultOf: 'n', name: 'Mailbox/get', path: '/ids' } }, 'm'],
    ]);
    assert.deepEqual(
      responses.map(([, args]) => args['type'] ?? null),
      ['invalidResultReference', null, 'unknownMethod', 'invalidResultReference'],
    );
  });

  test('§3.7: an argument in both forms is invalidArguments', async () => {
    const reference = { resultOf: 'e', name: 'Core/echo', path: '/list' };
    const [, second] = await ask(ann, [
      ['Core/echo', echo, 'e'],
      ['Mailbox/get', { ids: [], '#ids': reference }, 'f'],
    ]);
    assert.equal(second?.[1]['type'], 'invalidArguments');
  });

  test('§3.7: a value of the wrong type is refused like one that was sent', async () => {
    const [, second] = await ask(ann, [
      ['Core/echo', echo, 'e'],
      ['Mailbox/get', { '#ids': { resultOf: 'e', name: 'Core/echo', path: '/list' } }, 'f'],
    ]);
    assert.equal(second?.[1]['type'], 'invalidArguments');
  });
});
