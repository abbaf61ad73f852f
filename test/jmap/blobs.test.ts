// Upload and download over real sockets (RFC 8620 §6).
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { AccessToken } from '../../src/access/index.ts';
import { encodeId, toHex } from '../../src/base/index.ts';
import { JmapClient, RequestFailed } from '../../src/client/index.ts';
import { startTestServer, testMemory, type TestServer } from '../../src/http/testing.ts';
import {
  apiRoutes,
  coreMethods,
  DEFAULT_JMAP_SETTINGS,
  downloadRoutes,
  methodTable,
  uploadRoutes,
} from '../../src/jmap/index.ts';
import { blobIdOf } from '../../src/jmap/blob-id.ts';
import { testDirectory, testToken } from '../../src/jmap/testing.ts';
import { FakeMail } from './fake-mail.ts';

const settings = {
  ...DEFAULT_JMAP_SETTINGS,
  maxUploadSize: 2_000_000,
  uploadQuota: 5_000_000,
  maxUploadCount: 12,
  maxConcurrentUploads: 2,
};
const mail = new FakeMail();
let server: TestServer;
let client: JmapClient;
before(async () => {
  const directory = testDirectory([9]);
  const token = testToken(['jmapCoreEcho']);
  server = await startTestServer<AccessToken>({
    routes: [
      ...apiRoutes({ table: methodTable(coreMethods), directory, settings: () => settings }),
      ...downloadRoutes({ directory, blobs: mail.blobAccess() }),
      ...uploadRoutes({
        directory,
        memory: testMemory(),
        settings: () => settings,
        temporary: {
          makeRoom: async () => undefined,
          keep: async (_account, body) => {
            const parts: Uint8Array[] = [];
            for await (const part of body) parts.push(part);
            const bytes = Buffer.concat(parts);
            mail.upload(bytes);
            return { hash: createHash('sha256').update(bytes).digest(), size: bytes.length };
          },
        },
      }),
    ],
    signIn: async () => token,
    exempt: () => false,
  });
  client = new JmapClient({ origin: server.origin, authorization: 'Bearer x' });
});
after(() => server.close());

const refused = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => assert.fail('was accepted'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof RequestFailed, String(error));
  return [error.status, error.problem['limit']].filter(Boolean).join(' ');
};

describe('upload', () => {
  test('random bytes survive; the type is echoed; nothing is something', async () => {
    const bytes = randomBytes(1_000_000);
    const answer = await client.upload(bytes, 'image/png; x=y');
    assert.deepEqual(
      [answer.accountId, answer.type, answer.size],
      [encodeId(7), 'image/png; x=y', bytes.length],
    );
    const back = await client.download(answer.blobId, { type: 'image/png', name: 'ä.png' });
    assert.ok(bytes.equals(Buffer.from(await back.arrayBuffer())));
    assert.equal(back.headers.get('content-type'), 'image/png');
    assert.equal(back.headers.get('content-length'), String(bytes.length));
    assert.match(
      back.headers.get('content-disposition') ?? '',
      /^attachment; .*filename\*=UTF-8''%C3%A4\.png$/,
    );
    assert.equal(back.headers.get('x-content-type-options'), 'nosniff');
    assert.match(back.headers.get('content-security-policy') ?? '', /sandbox/);
    assert.match(back.headers.get('cache-control') ?? '', /^private, immutable/);
    assert.equal((await client.upload('')).size, 0);
  });

  test('limits: size, foreign accounts', async () => {
    assert.equal(await refused(client.upload(new Uint8Array(2_000_001))), '400 maxSizeUpload');
    assert.equal(await refused(client.upload('x', 'text/plain', encodeId(9))), '403');
    assert.equal(await refused(client.upload('x', 'text/plain', 'zzz')), '404');
    assert.equal(await refused(client.upload('x', 'text/plain', 'no id')), '404');
  });

  test('more at once than maxConcurrentUpload is the limit of that name', async () => {
    const { uploadUrl } = await client.session();
    const url = uploadUrl.replace('{accountId}', encodeId(7));
    const headers = { authorization: 'Bearer x', 'content-type': 'text/plain' };
    // These two are never finished while the third one comes.
    const open = await Promise.all(
      [1, 2].map(
        () =>
          new Promise<ClientRequest>((resolve) => {
            const call = request(url, { method: 'POST', headers }, (answer) => answer.resume());
            call.write('begun', () => resolve(call));
          }),
      ),
    );
    const refusals: string[] = [];
    while (refusals.at(-1) !== '400 maxConcurrentUpload') {
      // A request that has been written need not have been read yet.
      refusals.push(
        await client.upload('x').then(
          () => 'taken',
          (error: RequestFailed) => `${error.status} ${error.problem['limit'] as string}`,
        ),
      );
      assert.ok(refusals.length < 40, refusals.join());
    }
    const done = open.map((call) => once(call, 'close'));
    for (const call of open) call.end();
    await Promise.all(done);
    assert.equal((await client.upload('x')).size, 1);
  });

  test('ten times the room in one window ends in 429', async () => {
    const statuses: string[] = [];
    for (let i = 0; i < 12 * 10; i++)
      statuses.push(
        await client.upload(String(i)).then(
          () => 'ok',
          (error: RequestFailed) => String(error.status),
        ),
      );
    assert.ok(statuses.includes('ok'));
    assert.equal(statuses.at(-1), '429');
  });
});

describe('download', () => {
  const bytes = Buffer.from('0123456789');
  const blobId = mail.upload(bytes);
  const get = async (id: string, headers: Record<string, string> = {}) => {
    const answer = await client.download(id, { headers });
    return [answer.status, await answer.text(), answer.headers.get('content-range')];
  };

  test('ranges', async () => {
    assert.deepEqual(await get(blobId), [200, '0123456789', null]);
    assert.deepEqual(await get(blobId, { range: 'bytes=2-4' }), [206, '234', 'bytes 2-4/10']);
    assert.deepEqual(await get(blobId, { range: 'bytes=-3' }), [206, '789', 'bytes 7-9/10']);
    assert.equal(await refused(get(blobId, { range: 'bytes=10-' })), '416');
  });

  test('large blobs stream, also in part', async () => {
    const large = randomBytes(900_000);
    const id = mail.upload(large);
    const whole = await client.download(id);
    assert.ok(large.equals(Buffer.from(await whole.arrayBuffer())));
    const part = await client.download(id, { headers: { range: 'bytes=100-800000' } });
    assert.ok(large.subarray(100, 800_001).equals(Buffer.from(await part.arrayBuffer())));
  });

  test('parts are decoded from their transfer encoding', async () => {
    const text = Buffer.from(`header\r\n\r\n${Buffer.from('hello wörld').toString('base64')}\r\n`);
    const whole = mail.upload(text);
    const hash = createHash('sha256').update(text).digest();
    const id = blobIdOf({ hash, steps: [{ offset: 10, length: 16, encoding: 'base64' }] });
    assert.deepEqual(await get(id), [200, 'hello wörld', null]);
    assert.deepEqual(await get(id, { range: 'bytes=0-4' }), [206, 'hello', 'bytes 0-4/12']);
    const plain = blobIdOf({ hash, steps: [{ offset: 0, length: 6, encoding: '7bit' }] });
    assert.deepEqual(await get(plain), [200, 'header', null]);
    const beyond = blobIdOf({ hash, steps: [{ offset: 1_000_000, length: 5, encoding: '7bit' }] });
    assert.deepEqual(await get(beyond), [200, '', null]);
    assert.ok(whole);
  });

  test('what is not there, is foreign, or is no id at all is 404', async () => {
    const foreign = Buffer.from('secret');
    const id = mail.upload(foreign);
    mail.foreign.add(toHex(createHash('sha256').update(foreign).digest()));
    for (const bad of [id, `b${'A'.repeat(43)}`, 'garbage', '../x'])
      assert.equal(await refused(client.download(bad)), '404', bad);
    assert.equal(await refused(client.download(blobId, { accountId: 'zzz' })), '404');
  });

  test('HEAD has the length, a known ETag is 304', async () => {
    const url = `${server.origin}/jmap/download/${encodeId(7)}/${blobId}/x`;
    const headers = { authorization: 'Bearer x' };
    const head = await fetch(url, { method: 'HEAD', headers });
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, '10']);
    const known = await fetch(url, {
      headers: { ...headers, 'if-none-match': head.headers.get('etag') ?? '' },
    });
    assert.equal(known.status, 304);
  });

  test('an active type is never shown in place', async () => {
    const answer = await client.download(blobId, { type: 'text/html', name: 'x.html' });
    assert.equal(answer.headers.get('content-type'), 'text/html');
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment/);
  });
});
