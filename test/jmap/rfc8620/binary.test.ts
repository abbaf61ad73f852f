// RFC 8620 §6: uploads and downloads.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject, Session } from '../../../src/formats/jmap/index.ts';
import { answer, configure, http, inside } from '../conformance.ts';
import { type Person, SendingWorld } from '../sending-world.ts';

let world: SendingWorld;
let ann: Person;
let bob: Person;
let session: Session;
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
