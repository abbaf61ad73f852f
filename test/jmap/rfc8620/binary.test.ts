// RFC 8620 §6: uploads and downloads.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { JsonObject, Session } from '../../../src/formats/jmap/index.ts';
import { answer, configure, http, inside } from '../conformance.ts';
import { type Person, SendingWorld } from '../sending-world.ts';

let world: SendingWorld;
let ann: Person;
let bob: Person;
let session: Session;
let number = 0;
before(async () => {
  world = await SendingWorld.start();
  [ann, bob] = [await world.person('ann'), await world.person('bob')];
  session = await ann.client.session();
});
after(() => world.close());

const upload = (body: string | Uint8Array, type?: string, accountId = ann.id) =>
  http(world, ann, session.uploadUrl.replace('{accountId}', accountId), {
    method: 'POST',
    body: body as NonNullable<RequestInit['body']>,
    ...(type !== undefined && { headers: { 'Content-Type': type } }),
  });
const uploaded = async (body: string | Uint8Array, type = 'text/plain') =>
  (await (await upload(body, type)).json()) as { blobId: string; size: number; type: string };
const url = (values: Record<string, string>) =>
  session.downloadUrl.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
const download = (blobId: string, more: Record<string, string> = {}, person = ann) =>
  http(world, person, url({ accountId: ann.id, blobId, name: 'x', type: 'text/plain', ...more }));
const problem = async (reply: Response) => {
  assert.match(reply.headers.get('content-type') ?? '', /^application\/problem\+json/);
  const { status, type, limit } = (await reply.json()) as JsonObject;
  assert.equal(status, reply.status);
  return [reply.status, type, limit];
};

test('§6.1: an upload is answered with account, blob, type and size', async () => {
  const reply = await upload('hello', 'text/x-test; charset=utf-8');
  assert.ok([200, 201].includes(reply.status));
  assert.match(reply.headers.get('content-type') ?? '', /^application\/json/);
  const { blobId, ...rest } = (await reply.json()) as JsonObject;
  assert.match(blobId as string, /^[A-Za-z0-9_-]{1,255}$/);
  assert.deepEqual(rest, { accountId: ann.id, type: 'text/x-test; charset=utf-8', size: 5 });
});

test('§6: a blob id means the same bytes for ever, whatever type it was uploaded with', async () => {
  const first = await uploaded('the same', 'text/plain');
  const second = await uploaded('the same', 'image/png');
  const other = await uploaded('not the same');
  assert.notEqual(other.blobId, first.blobId);
  for (const { blobId } of [first, second]) assert.equal(await (await download(blobId)).text(), 'the same');
});

test('§6: nothing, and bytes of every value, survive', async () => {
  const all = Uint8Array.from({ length: 70_000 }, (_, i) => i & 255);
  const { blobId, size } = await uploaded(all, 'application/octet-stream');
  assert.equal(size, all.length);
  assert.deepEqual(new Uint8Array(await (await download(blobId)).arrayBuffer()), all);
  assert.equal((await uploaded('')).size, 0);
});

test('§6: an uploaded blob can be used in an object, and is still there afterwards', async () => {
  const { blobId } = await uploaded('attached');
  const { created, notCreated } = await answer(ann, 'Email/set', {
    create: {
      k: {
        mailboxIds: { [await world.box(ann, 'drafts')]: true },
        subject: 'with an attachment',
        attachments: [{ blobId, type: 'text/plain', name: 'a.txt', disposition: 'attachment' }],
      },
    },
  });
  assert.equal(notCreated, null, JSON.stringify(notCreated));
  const id = inside(created, 'k', 'id') as string;
  const { list } = await answer(ann, 'Email/get', { ids: [id], properties: ['attachments', 'blobId'] });
  const part = inside(list, '0', 'attachments', '0', 'blobId') as string;
  for (const one of [part, blobId]) assert.equal(await (await download(one)).text(), 'attached');
  // A blob of an object can be used again without being uploaded.
  const again = await answer(ann, 'Email/set', {
    create: {
      k: {
        mailboxIds: { [await world.box(ann, 'drafts')]: true },
        attachments: [{ blobId: inside(list, '0', 'blobId') as string, type: 'message/rfc822' }],
      },
    },
    destroy: [id],
  });
  assert.ok(inside(again, 'created', 'k', 'id'), JSON.stringify(again['notCreated']));
  assert.deepEqual(again['destroyed'], [id]);
});

test('§6.1: nobody but the one who uploaded it sees a blob that nothing refers to', async () => {
  const { blobId } = await uploaded('private');
  assert.equal((await download(blobId, {}, bob)).status, 404);
  assert.equal((await download(blobId, { accountId: bob.id }, bob)).status, 404);
});

test('§6.1, §6.2: errors are problem documents', async () => {
  assert.deepEqual(await problem(await upload('x', 'text/plain', 'zzzz')), [404, 'about:blank', undefined]);
  assert.deepEqual(await problem(await upload('x', 'text/plain', bob.id)), [404, 'about:blank', undefined]);
  for (const more of [{ blobId: 'nothing' }, { accountId: 'zzzz' }, { accountId: bob.id }])
    assert.deepEqual(await problem(await download('bnothing', more)), [404, 'about:blank', undefined]);
});

test('§2, §3.6.1: an upload over maxSizeUpload is the limit of that name', async () => {
  await configure(world, { maxUploadSize: 1000 });
  const limit = 'urn:ietf:params:jmap:error:limit';
  assert.deepEqual(await problem(await upload('x'.repeat(1001))), [400, limit, 'maxSizeUpload']);
  assert.equal((await upload('x'.repeat(1000))).ok, true);
  await configure(world, { maxUploadSize: 50_000_000 });
});

test('§6.2: the type and the name of a download are the ones of the URL', async () => {
  const { blobId } = await uploaded('<p>', 'text/plain');
  const cases: [name: string, disposition: RegExp][] = [
    ['plain.html', /^attachment; filename="plain\.html"$/],
    ['ä b".txt', /filename\*=UTF-8''%C3%A4%20b%22\.txt$/],
    ['100%.txt', /filename="100%\.txt"/],
  ];
  for (const [name, disposition] of cases) {
    const reply = await download(blobId, { name, type: 'text/html' });
    assert.equal(reply.headers.get('content-type'), 'text/html');
    assert.match(reply.headers.get('content-disposition') ?? '', disposition);
    assert.equal(await reply.text(), '<p>');
  }
});

test('§6.2: a download may be cached for long, by the client alone', async () => {
  const { blobId } = await uploaded('cached');
  const { headers } = await download(blobId);
  assert.equal(headers.get('cache-control'), 'private, immutable, max-age=31536000');
});

describe('too many uploads', () => {
  // Each test has an account of its own: what came in is counted by account.
  let who: Person;
  beforeEach(async () => {
    who = await world.person(`many${number++}`);
  });
  after(() => configure(world, { uploadQuota: 50_000_000, maxUploadCount: 1000 }));
  const put = async (size: number) => {
    const { blobId } = await who.client.upload(
      `Subject: ${number++}\r\n\r\n`.padEnd(size, '.'),
      'text/plain',
    );
    return blobId;
  };
  /** Which of the blobs are there. */
  const there = async (...blobs: string[]) => {
    const statuses = await Promise.all(
      blobs.map((blobId) => download(blobId, { accountId: who.id }, who).then(({ status }) => status)),
    );
    return statuses.map((status) => status === 200);
  };

  test('§6: over the quota the oldest go, until the new one has room', async () => {
    await configure(world, { uploadQuota: 1000, maxUploadCount: 100 });
    const [a, b, c] = [await put(600), await put(300), await put(90)];
    assert.deepEqual(await there(a, b, c), [true, true, true]);
    const d = await put(400);
    assert.deepEqual(await there(a, b, c, d), [false, true, true, true]);
    const whole = await put(1000);
    assert.deepEqual(await there(b, c, d, whole), [false, false, false, true]);
  });

  test('§6: the same by number', async () => {
    await configure(world, { uploadQuota: 1_000_000, maxUploadCount: 2 });
    const [a, b] = [await put(30), await put(30)];
    // Uploaded again it is the newest.
    await who.client.upload(await (await download(a, { accountId: who.id }, who)).text(), 'text/plain');
    const c = await put(30);
    assert.deepEqual(await there(a, b, c), [true, false, true]);
  });

  test('§6: a blob that an object uses stays, and takes no room', async () => {
    await configure(world, { uploadQuota: 1000, maxUploadCount: 100 });
    const waiting = await put(500);
    const used = await put(900);
    assert.deepEqual(await there(waiting, used), [false, true]);
    const emails = { k: { blobId: used, mailboxIds: { [await world.box(who, 'drafts')]: true } } };
    const { notCreated } = await answer(who, 'Email/import', { emails });
    assert.equal(notCreated, null, JSON.stringify(notCreated));
    const [next, last] = [await put(500), await put(500)];
    assert.deepEqual(await there(used, next, last), [true, true, true]);
  });

  test('§6: a blob that somebody else keeps as well stays for that one', async () => {
    await configure(world, { uploadQuota: 1000, maxUploadCount: 100 });
    const a = await put(900);
    const other = who;
    who = await world.person(`many${number++}`);
    await who.client.upload(await (await download(a, { accountId: other.id }, other)).text(), 'text/plain');
    await put(900);
    assert.deepEqual(await there(a), [false]);
    who = other;
    assert.deepEqual(await there(a), [true]);
  });

  test('§8.5: whoever fills the room again and again is told to wait', async () => {
    await configure(world, { uploadQuota: 1000, maxUploadCount: 100 });
    for (let i = 0; i < 10; i++) await put(1000);
    const reply = await http(world, who, session.uploadUrl.replace('{accountId}', who.id), {
      method: 'POST',
      body: 'x',
    });
    assert.match(reply.headers.get('retry-after') ?? '', /^\d+$/);
    assert.deepEqual(await problem(reply), [429, 'about:blank', undefined]);
    const create = { k: { data: [{ 'data:asText': 'x' }] } };
    const { notCreated } = await answer(who, 'Blob/upload', { create });
    assert.equal(inside(notCreated, 'k', 'type'), 'rateLimit');
  });
});
