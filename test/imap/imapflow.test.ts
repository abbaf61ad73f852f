// A whole session of a real client.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ImapFlow } from 'imapflow';
import { type ImapWorld, message, openImapWorld, PASSWORD } from './world.ts';

let world: ImapWorld;
let flow: ImapFlow;
before(async () => {
  world = await openImapWorld();
  await world.user('ann');
  flow = new ImapFlow({
    host: '127.0.0.1',
    port: world.port,
    secure: false,
    auth: { user: 'ann@example.org', pass: PASSWORD },
    logger: false,
  });
  await flow.connect();
});
after(async () => {
  await flow.logout();
  await world.close();
});

test('mailboxes', async () => {
  await flow.mailboxCreate(['Projects', 'Ünïcode & more']);
  await flow.mailboxSubscribe('Projects');
  const all = await flow.list({ statusQuery: { messages: true, unseen: true } });
  assert.ok(all.some(({ path }) => path === 'Projects/Ünïcode & more'));
  assert.equal(all.find(({ specialUse }) => specialUse === '\\Sent')?.path, 'Sent Items');
  await flow.mailboxRename('Projects', 'Work');
  const status = await flow.status('Work', { messages: true, uidNext: true });
  assert.ok(status !== false);
  assert.equal(status.uidNext, 1);
});

test('messages', async () => {
  const lock = await flow.getMailboxLock('INBOX');
  try {
    for (const subject of ['one', 'two', 'three']) {
      const appended = await flow.append(
        'INBOX',
        message(subject),
        ['$Label1'],
        new Date(Date.UTC(2026, 0, 1)),
      );
      assert.ok(appended !== false && typeof appended.uid === 'number');
    }
    const seen: string[] = [];
    for await (const one of flow.fetch('1:*', {
      uid: true,
      flags: true,
      envelope: true,
      bodyStructure: true,
      internalDate: true,
      size: true,
      threadId: true,
      headers: ['subject'],
    })) {
      seen.push(one.envelope?.subject as string);
      assert.ok(one.flags?.has('$Label1'));
      assert.equal(one.bodyStructure?.type, 'text/plain');
      assert.match(one.headers?.toString() ?? '', /Subject: /);
      assert.match(one.emailId as string, /^[a-z0-9]+$/);
    }
    assert.deepEqual(seen, ['one', 'two', 'three']);
    assert.deepEqual(await flow.search({ subject: 'two' }, { uid: true }), [2]);
    await flow.messageFlagsAdd('2', ['\\Flagged'], { uid: true });
    assert.deepEqual(await flow.search({ flagged: true }), [2]);
    const { content } = await flow.download('1', undefined, { uid: true });
    let text = '';
    assert.ok(content);
    for await (const piece of content) text += String(piece);
    assert.match(text, /Subject: one/);
    const moved = await flow.messageMove('3', 'Work', { uid: true });
    assert.ok(moved !== false);
    assert.equal(moved.uidMap?.get(3), 1);
    await flow.messageDelete('1', { uid: true });
    assert.deepEqual(await flow.search({ all: true }, { uid: true }), [2]);
  } finally {
    lock.release();
  }
});

test('arrivals while idling', async () => {
  const lock = await flow.getMailboxLock('INBOX');
  lock.release();
  const arrived = new Promise<number>((resolve) =>
    flow.once('exists', ({ count }: { count: number }) => resolve(count)),
  );
  const idling = flow.idle();
  const other = await world.login('ann');
  await other.append('INBOX', message('new'));
  assert.equal(await arrived, 2);
  await flow.noop();
  await idling;
  other.close();
});
