// A whole server in one process: sign-in and the registry over real sockets.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { RequestFailed } from '../../src/client/index.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

test('the administrator signs in and sees the objects of the server', async () => {
  const client = world.jmap();
  const session = await client.session();
  assert.equal(session.username, 'admin@waypost.test');
  const { methodResponses } = await client.request(
    [['x:Domain/get', { accountId: await client.account(), ids: null }, 'c']],
    ['urn:ietf:params:jmap:core', 'urn:stalwart:jmap'],
  );
  const [[name, result] = []] = methodResponses;
  assert.equal(name, 'x:Domain/get');
  assert.deepEqual(
    (result as { list: { name: string }[] }).list.map((domain) => domain.name),
    ['waypost.test'],
  );
});

test('a new account signs in; a wrong password does not', async () => {
  await world.addAccount('ann');
  assert.equal((await world.jmap('ann').session()).username, 'ann@waypost.test');
  await assert.rejects(
    world.jmap('ann', 'wrong').session(),
    (error) => error instanceof RequestFailed && error.status === 401,
  );
});

test('health says what is checked', async () => {
  const answer = await fetch(`http://127.0.0.1:${world.port('http')}/healthz/ready?verbose`);
  assert.equal(answer.status, 200);
  const { checks } = (await answer.json()) as { checks: Record<string, string> };
  assert.deepEqual(checks, { serving: 'ok', dataStore: 'ok' });
});

test('a browser finds out what this is', async () => {
  const answer = await fetch(`http://127.0.0.1:${world.port('http')}/`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
  assert.match(await answer.text(), /Waypost is running/);
});
