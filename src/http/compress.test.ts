import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Caller, Reply, Route } from '../formats/http/index.ts';
import { acceptedCoding, encodeReply } from './compress.ts';
import { startTestServer, type TestServer } from './testing.ts';

describe('the coding a client takes', () => {
  const cases: readonly (readonly [string | undefined, string | undefined])[] = [
    [undefined, undefined],
    ['', undefined],
    ['gzip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip, deflate, br, zstd', 'zstd'],
    ['gzip;q=1, br;q=0.9', 'gzip'],
    ['br;q=0.5, gzip;q=0.5', 'br'],
    ['GZIP ; Q=0.3', 'gzip'],
    ['zstd;q=0, *', 'br'],
    ['*;q=0', undefined],
    ['identity', undefined],
    ['identity;q=1, gzip;q=0.5', undefined],
    ['identity;q=0.5, gzip;q=1', 'gzip'],
    ['deflate, compress', undefined],
    ['gzip;q=2', undefined],
    ['gzip;q=0.1234', undefined],
    ['gzip;q=x, br', 'br'],
    [`br${','.repeat(2000)}`, undefined],
  ];
  for (const [header, coding] of cases) {
    test(String(header).slice(0, 40), () => assert.equal(acceptedCoding(header), coding));
  }
});

const TEXT = JSON.stringify(Array.from({ length: 5000 }, (_, i) => ({ number: i, text: `line ${i}` })));
const decoders: Record<string, (bytes: Uint8Array) => Buffer> = {
  zstd: zstdDecompressSync,
  br: brotliDecompressSync,
  gzip: gunzipSync,
};
const json = { 'Content-Type': 'application/json' };
const pieces = (): Uint8Array[] =>
  Array.from({ length: 20 }, (_, i) =>
    Buffer.from(TEXT.slice((i * TEXT.length) / 20, ((i + 1) * TEXT.length) / 20)),
  );
async function* generated(): AsyncGenerator<Uint8Array> {
  yield* pieces();
}
async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(TEXT);
  throw new Error('the source broke');
}
const replies: Record<string, () => Reply> = {
  text: () => ({ status: 200, headers: json, body: TEXT }),
  bytes: () => ({
    status: 200,
    headers: { ...json, ETag: '"v1"', 'Accept-Ranges': 'bytes' },
    body: Buffer.from(TEXT),
  }),
  middle: () => ({ status: 200, headers: json, body: TEXT.slice(0, 4000) }),
  pieces: () => ({ status: 200, headers: { ...json, Vary: 'Origin' }, body: pieces() }),
  stream: () => ({
    status: 200,
    headers: { ...json, 'Content-Length': String(TEXT.length) },
    body: generated(),
  }),
  failing: () => ({ status: 200, headers: json, body: failing() }),
  small: () => ({ status: 200, headers: json, body: TEXT.slice(0, 500) }),
  image: () => ({ status: 200, headers: { 'Content-Type': 'image/png' }, body: TEXT }),
  coded: () => ({ status: 200, headers: { ...json, 'Content-Encoding': 'br' }, body: TEXT }),
  part: () => ({ status: 206, headers: { ...json, 'Content-Range': 'bytes 0-4/9' }, body: TEXT }),
  kept: () => ({ status: 200, headers: { ...json, 'Cache-Control': 'no-transform' }, body: TEXT }),
  events: () => ({
    status: 200,
    headers: { 'Content-Type': 'text/event-stream' },
    stream: async (writer) => writer.write(`data: ${TEXT}\n\n`),
  }),
};

let server: TestServer;
before(async () => {
  server = await startTestServer<Caller>({
    routes: Object.entries(replies).map(
      ([name, handle]): Route => ({ method: 'GET', path: `/${name}`, signIn: 'none', handle }),
    ),
    signIn: async () => ({ account: 1 }),
  });
});
after(() => server.close());

interface Answer {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A request whose answer is not decoded on the way. */
const ask = (path: string, encoding: string | undefined, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = encoding === undefined ? {} : { 'accept-encoding': encoding };
    request(`${server.origin}/${path}`, { method, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(parts) }));
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });

describe('answers', () => {
  for (const path of ['text', 'bytes', 'pieces', 'stream', 'middle']) {
    for (const coding of ['zstd', 'br', 'gzip']) {
      test(`${path} as ${coding}`, async () => {
        const { headers, body } = await ask(path, coding);
        const whole = path === 'middle' ? TEXT.slice(0, 4000) : TEXT;
        assert.equal(headers['content-encoding'], coding);
        assert.equal(decoders[coding]?.(body).toString(), whole);
        assert.ok(body.length < whole.length / 2);
        assert.match(String(headers['vary']), /Accept-Encoding/);
      });
    }
  }

  test('a client that takes none gets the bytes, and caches are told', async () => {
    for (const path of ['text', 'bytes', 'pieces', 'stream']) {
      const { headers, body } = await ask(path, undefined);
      assert.equal(body.toString(), TEXT);
      assert.equal(headers['content-encoding'], undefined);
      assert.equal(headers['content-length'], String(TEXT.length));
      assert.match(String(headers['vary']), /Accept-Encoding/);
    }
  });

  test('Vary is extended, not replaced', async () => {
    assert.equal((await ask('pieces', 'gzip')).headers['vary'], 'Origin, Accept-Encoding');
  });

  test('the ETag of coded bytes is weak, and ranges are not offered', async () => {
    const coded = await ask('bytes', 'gzip');
    assert.deepEqual([coded.headers['etag'], coded.headers['accept-ranges']], ['W/"v1"', undefined]);
    const plain = await ask('bytes', undefined);
    assert.deepEqual([plain.headers['etag'], plain.headers['accept-ranges']], ['"v1"', 'bytes']);
  });

  test('small, packed, coded, partial and protected bodies and event streams stay as they are', async () => {
    for (const path of ['small', 'image', 'part', 'kept', 'events']) {
      const { headers } = await ask(path, 'gzip, br, zstd');
      assert.equal(headers['content-encoding'], undefined, path);
    }
    assert.equal((await ask('coded', 'gzip')).headers['content-encoding'], 'br');
    assert.match(String((await ask('small', 'gzip')).headers['vary']), /Accept-Encoding/);
    assert.equal((await ask('image', 'gzip')).headers['vary'], undefined);
  });

  test('HEAD tells the coding and no length', async () => {
    const { headers, body } = await ask('text', 'br', 'HEAD');
    assert.deepEqual(
      [headers['content-encoding'], headers['content-length'], body.length],
      ['br', undefined, 0],
    );
  });

  test('a body that breaks off cuts the connection', async () => {
    await assert.rejects(ask('failing', 'gzip'));
  });

  test('a reader that goes away ends the source', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.from(TEXT);
      } finally {
        resolve();
      }
    }
    const { body } = await encodeReply({ status: 200, headers: json, body: endless() }, 'zstd', 'GET');
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      assert.ok(piece.length > 0);
      break;
    }
    await promise;
  });
});
