// The JMAP endpoint over real sockets with the project's own client: session, requests, refusals (RFC 8620 §2, §3).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AccessToken } from '../../src/access/index.ts';
import { basic, CallFailed, JmapClient, ref, RequestFailed } from '../../src/client/index.ts';
import { HttpError } from '../../src/formats/http/index.ts';
import { startTestServer, type TestServer } from '../../src/http/testing.ts';
import {
  apiRoutes,
  coreMethods,
  DEFAULT_JMAP_SETTINGS,
  type JmapMethod,
  methodTable,
} from '../../src/jmap/index.ts';
import { testDirectory, testToken } from '../../src/jmap/testing.ts';

const ANN = testToken(['jmapCoreEcho', 'jmapMailboxGet'], { groups: [9] });
let hold: Promise<void> | undefined;
const waiting: JmapMethod = {
  name: 'Wait/get',
  capabilities: [],
  account: 'none',
  permission: 'none',
  handle: async () => {
    await hold;
    return {};
  },
};
const settings = { ...DEFAULT_JMAP_SETTINGS, maxRequestSize: 100_000 };

let server: TestServer;
let client: JmapClient;
before(async () => {
  server = await startTestServer<AccessToken>({
    routes: apiRoutes({
      table: methodTable([...coreMethods, waiting]),
      directory: testDirectory(),
      settings: () => settings,
    }),
    signIn: async (credentials) => {
      if (credentials.scheme === 'basic' && credentials.secret === 'secret') return ANN;
      throw new HttpError({ status: 401 });
    },
    exempt: () => false,
  });
  client = new JmapClient({ origin: server.origin, authorization: basic('ann', 'secret') });
});
after(() => server.close());

const problem = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => assert.fail('was accepted'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof RequestFailed, String(error));
  const { type, limit } = error.problem as { type: string; limit?: string };
  return `${error.status} ${type.replace('urn:ietf:params:jmap:error:', '')}${limit ? ` ${limit}` : ''}`;
};

describe('session', () => {
  test('has every member, absolute URLs with all variables, and limits of the right types', async () => {
    const session = await client.session();
    assert.equal(session.username, 'ann@example.org');
    assert.equal(session.apiUrl, `${server.origin}/jmap/`);
    for (const name of ['accountId', 'blobId', 'name', 'type'])
      assert.ok(session.downloadUrl.includes(`{${name}}`));
    assert.ok(session.uploadUrl.includes('{accountId}'));
    for (const name of ['types', 'closeafter', 'ping'])
      assert.ok(session.eventSourceUrl.includes(`{${name}}`));
    const core = session.capabilities['urn:ietf:params:jmap:core'] ?? {};
    for (const name of [
      'maxSizeUpload',
      'maxConcurrentUpload',
      'maxSizeRequest',
      'maxConcurrentRequests',
      'maxCallsInRequest',
      'maxObjectsInGet',
      'maxObjectsInSet',
    ]) {
      assert.equal(typeof core[name], 'number', name);
    }
    assert.ok(Array.isArray(core['collationAlgorithms']));
    assert.deepEqual(
      Object.values(session.accounts).map(({ isPersonal, isReadOnly }) => [isPersonal, isReadOnly]),
      [
        [true, false],
        [false, false],
      ],
    );
    assert.equal('urn:ietf:params:jmap:mail' in session.capabilities, false);
    assert.ok(session.state.length > 0);
  });

  test('no credentials and wrong ones are 401', async () => {
    const open = new JmapClient({ origin: server.origin });
    const wrong = new JmapClient({ origin: server.origin, authorization: basic('ann', 'wrong') });
    for (const one of [open, wrong])
      await assert.rejects(one.session(), (error) => error instanceof RequestFailed && error.status === 401);
  });

  test('nothing of it is cached', async () => {
    const answer = await fetch(`${server.origin}/jmap/session`, {
      headers: { authorization: basic('ann', 'secret') },
    });
    assert.equal(answer.headers.get('cache-control'), 'no-cache, no-store, must-revalidate');
    const moved = await fetch(`${server.origin}/.well-known/jmap`, { redirect: 'manual' });
    assert.deepEqual(
      ['location', 'cache-control', 'access-control-allow-origin'].map((name) => moved.headers.get(name)),
      ['/jmap/session', 'no-cache', '*'],
    );
    assert.equal(moved.status, 307);
  });
});

describe('requests', () => {
  test('typed calls, batches and references', async () => {
    assert.deepEqual(await client.call('Core/echo', { hello: 'wörld' }), { hello: 'wörld' });
    const [first, second] = await client.batch(
      ['Core/echo', { list: [{ id: 'a' }] }, 'x'],
      ['Core/echo', { ids: ref('x', 'Core/echo', '/list/*/id') } as never],
    );
    assert.deepEqual([first['list'], second['ids']], [[{ id: 'a' }], ['a']]);
  });

  test('the session state is repeated; created ids only when given', async () => {
    const { state } = await client.session();
    const plain = await client.request([['Core/echo', {}, 'a']]);
    assert.equal(plain.sessionState, state);
    assert.equal('createdIds' in plain, false);
    const answer = await client.post(JSON.stringify({ using: [], methodCalls: [], createdIds: { k: 'x' } }));
    assert.deepEqual(await answer.json(), {
      methodResponses: [],
      createdIds: { k: 'x' },
      sessionState: state,
    });
  });

  test('members of the request that nobody knows are ignored', async () => {
    const body = { using: [], methodCalls: [], extension: { a: 1 }, '@type': 'x' };
    assert.deepEqual(Object.keys((await (await client.post(JSON.stringify(body))).json()) as object), [
      'methodResponses',
      'sessionState',
    ]);
  });

  test('/jmap and /api take the same requests', async () => {
    for (const path of ['/jmap', '/api']) {
      const answer = await fetch(server.origin + path, {
        method: 'POST',
        headers: { authorization: basic('ann', 'secret'), 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({ using: ['urn:ietf:params:jmap:core'], methodCalls: [['Core/echo', {}, 'a']] }),
      });
      assert.equal(answer.status, 200, path);
    }
  });

  test('refusals of whole requests', async () => {
    assert.equal(await problem(client.post('{')), '400 notJSON');
    assert.equal(await problem(client.post('{"using":[],"using":[],"methodCalls":[]}')), '400 notJSON');
    assert.equal(await problem(client.post('{}', 'text/plain')), '400 notJSON');
    assert.equal(await problem(client.post('{}')), '400 notRequest');
    assert.equal(await problem(client.post('{"using":[],"methodCalls":{}}')), '400 notRequest');
    assert.equal(await problem(client.request([], ['urn:example:nothing'])), '400 unknownCapability');
    assert.equal(await problem(client.post(' '.repeat(100_001))), '400 limit maxSizeRequest');
    assert.equal(await problem(client.post('['.repeat(90_000))), '400 limit maxSizeRequest');
    const many = Array.from({ length: 17 }, (_, i) => ['Core/echo', {}, String(i)] as const);
    assert.equal(await problem(client.request(many)), '400 limit maxCallsInRequest');
    assert.equal((await client.request(many.slice(1))).methodResponses.length, 16);
  });

  test('too many requests at once', async () => {
    let release = (): void => undefined;
    hold = new Promise((resolve) => (release = resolve));
    const open = Array.from({ length: 4 }, () => client.request([['Wait/get', {}, 'a']], []));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await problem(client.request([['Core/echo', {}, 'a']])), '400 limit maxConcurrentRequests');
    release();
    await Promise.all(open);
    assert.equal((await client.request([['Core/echo', {}, 'a']])).methodResponses.length, 1);
  });

  test('a failed call is an error with its type', async () => {
    await assert.rejects(client.call('Mailbox/get', { ids: null }), (error) => {
      return error instanceof CallFailed && error.type === 'unknownMethod';
    });
  });
});
