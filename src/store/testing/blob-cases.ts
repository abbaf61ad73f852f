// What every blob store does: forms and sizes, ranges, spool files, links, leases and collection.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { now, u53Bytes } from './support.ts';
import { BlobCollector } from '../collect.ts';
import { blobKey, blobLeaseKey, blobLinkKey, blobMarkKey, Subspace } from '../keys.ts';
import type { BlobStore, DataStore, Stores } from '../types.ts';
import type { Case } from './data-cases.ts';

const LINK = Uint8Array.of(1);
const KIB = 1024;

/** Around the lengths at which a blob changes its form. */
const SIZES = [0, 1, 5000, 64 * KIB, 256 * KIB - 1, 256 * KIB, 256 * KIB + 1, 512 * KIB, 1300 * KIB];

export const BLOB_CASES: readonly Case[] = [
  {
    name: 'gives back blobs of every size, whole and in part',
    run: async (stores) => {
      const { blobs } = stores;
      for (const [n, size] of SIZES.entries()) {
        for (const make of [text, noise]) {
          const bytes = make(size, n);
          const hash = await deliver(stores, bytes, n);
          assert.equal(await blobs.size(hash), size);
          assert.equal(await blobs.has(hash), true);
          same(await blobs.read(hash), bytes);
          same(await streamed(blobs, hash), bytes);
          const ranges = [
            [0, 10],
            [size - 3, 10],
            [size + 5, 10],
            [256 * KIB - 2, 4],
            [100, 600 * KIB],
            [256 * KIB, 256 * KIB],
          ];
          for (const [offset = 0, length = 0] of ranges) {
            const from = Math.max(0, offset);
            const wanted = bytes.subarray(from, from + length);
            same(await blobs.read(hash, { offset: from, length }), wanted);
            same(await streamed(blobs, hash, { offset: from, length }), wanted);
          }
        }
      }
      const absent = new Uint8Array(32);
      assert.equal(await blobs.read(absent), undefined);
      assert.equal(await blobs.size(absent), undefined);
      assert.equal(await blobs.has(absent), false);
      assert.equal((await streamed(blobs, absent)).length, 0);
      const [a, b] = [noise(10, 900), noise(400 * KIB, 901)];
      const [hashA, hashB] = [await deliver(stores, a, 1), await deliver(stores, b, 2)];
      const many = await blobs.readMany([hashB, absent, hashA]);
      same(many[0], b);
      assert.equal(many[1], undefined);
      same(many[2], a);
    },
  },
  {
    name: 'takes spool files, keeps them when the commit fails, and stores the same body once',
    run: async ({ data, blobs }) => {
      for (const make of [text, noise]) {
        const bytes = make(700 * KIB, 17);
        const writer = await blobs.spool();
        for (let at = 0; at < bytes.length; at += 100_000)
          await writer.write(bytes.subarray(at, at + 100_000));
        const { file, hash, size } = await writer.finish();
        assert.equal(size, bytes.length);
        assert.deepEqual(hash, sha256(bytes));
        same(new Uint8Array(readFileSync(file.path)), bytes);
        const refused = data.newBatch().putBlob(hash, file).assert(blobKey(hash), 'present');
        assert.deepEqual(await data.commit(refused), { ok: false, conflict: blobKey(hash) });
        assert.equal(await blobs.has(hash), false);
        const link = blobLinkKey(hash, 1, 2, 3);
        assert.deepEqual(await data.commit(data.newBatch().putBlob(hash, file).set(link, LINK)), {
          ok: true,
        });
        assert.equal(existsSync(file.path), false);
        same(await blobs.read(hash), bytes);
        // the file went with the first commit; the blob is there, and that is enough
        assert.deepEqual(
          await data.commit(
            data
              .newBatch()
              .putBlob(hash, file)
              .set(blobLinkKey(hash, 1, 2, 4), LINK),
          ),
          {
            ok: true,
          },
        );
        await data.commit(data.newBatch().putBlob(hash, bytes));
        same(await blobs.read(hash), bytes);
      }
      const gone = { path: '/nonexistent/waypost', size: 5 };
      const nowhere = sha256(Uint8Array.of(99));
      assert.deepEqual(await data.commit(data.newBatch().putBlob(nowhere, gone)), {
        ok: false,
        conflict: blobKey(nowhere),
      });
      const discarded = await blobs.spool();
      await discarded.write(Uint8Array.of(1));
      const { file } = await discarded.finish();
      await discarded.discard();
      assert.equal(existsSync(file.path), false);
    },
  },
  {
    name: 'removes blobs without links in two steps, and no others',
    run: async (stores) => {
      const { data, blobs } = stores;
      for (const size of [3000, 600 * KIB]) {
        const [dead, linked, leased, rescued, relinked] = [1, 2, 3, 4, 5].map((n) => noise(size, n)) as [
          Uint8Array,
          Uint8Array,
          Uint8Array,
          Uint8Array,
          Uint8Array,
        ];
        await deliver(stores, linked, 1);
        const lease = blobLeaseKey(1, sha256(leased));
        await data.commit(
          data
            .newBatch()
            .putBlob(sha256(leased), leased)
            .set(lease, u53Bytes(now() + 3_600_000)),
        );
        for (const [n, bytes] of [dead, rescued, relinked].entries()) {
          const hash = await deliver(stores, bytes, n + 10);
          await data.commit(data.newBatch().delete(blobLinkKey(hash, 1, 2, n + 10)));
        }
        assert.equal(await blobs.collect(now() + 1, 100), 0);
        // condemned, and still there
        for (const bytes of [dead, linked, leased, rescued, relinked])
          same(await blobs.read(sha256(bytes)), bytes);
        // the same body arrives again; another document links what is there
        await deliver(stores, rescued, 20);
        await data.commit(data.newBatch().set(blobLinkKey(sha256(relinked), 4, 2, 21), LINK));
        assert.equal(await data.get(blobMarkKey(sha256(rescued))), undefined);
        assert.equal(await data.get(blobMarkKey(sha256(relinked))), undefined);
        assert.equal(await blobs.collect(now() - 3_600_000, 100), 0, 'the grace is not over');
        same(await blobs.read(sha256(dead)), dead);
        assert.equal(await blobs.collect(now() + 1, 0), 0, 'at most `limit`');
        assert.equal(await blobs.collect(now() + 1, 100), 1);
        assert.equal(await blobs.has(sha256(dead)), false);
        assert.equal(await blobs.read(sha256(dead)), undefined);
        for (const bytes of [linked, leased, rescued, relinked]) same(await blobs.read(sha256(bytes)), bytes);
        await deliver(stores, dead, 30);
        same(await blobs.read(sha256(dead)), dead);
        // a lease that has ended holds nothing, and goes
        await data.commit(data.newBatch().set(lease, u53Bytes(now() - 1)));
        await blobs.collect(now() + 1, 100);
        await blobs.collect(now() + 1, 100);
        assert.equal(await blobs.has(sha256(leased)), false);
        assert.equal(await data.get(lease), undefined);
      }
    },
  },
  {
    name: 'collects the blobs of one first byte of the hash alone',
    run: async (stores) => {
      const { blobs, data } = stores;
      const bodies = Array.from({ length: 8 }, (_, n) => noise(300, 700 + n));
      for (const body of bodies) {
        const hash = await deliver(stores, body, 1);
        await data.commit(data.newBatch().delete(blobLinkKey(hash, 1, 2, 1)));
      }
      const first = sha256(bodies[0] as Uint8Array)[0] as number;
      const mine = bodies.filter((body) => sha256(body)[0] === first);
      assert.equal(await blobs.collect(now() + 1, 100, first), 0);
      assert.equal(await blobs.collect(now() + 1, 100, first), mine.length);
      for (const body of bodies) assert.equal(await blobs.has(sha256(body)), !mine.includes(body));
      // the others are not even condemned
      assert.equal(await blobs.collect(now() + 1, 100), 0);
      assert.equal(await blobs.collect(now() + 1, 100), bodies.length - mine.length);
    },
  },
  {
    name: 'never loses a body that arrives again while it is collected',
    run: async (stores) => {
      const { data, blobs } = stores;
      const moves = fc.array(fc.tuple(fc.nat(2), fc.constantFrom('deliver', 'link', 'drop', 'wait')), {
        maxLength: 14,
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(moves, { minLength: 2, maxLength: 3 }),
          fc.constantFrom(800, 300 * KIB),
          async (writers, size) => {
            const bodies = [0, 1, 2].map((n) => noise(size, n));
            const progress = { isDone: false };
            const collect = async (): Promise<void> => {
              while (!progress.isDone) await blobs.collect(now() + 1, 100);
            };
            const write = async (
              steps: readonly (readonly [number, string])[],
              account: number,
            ): Promise<void> => {
              const held = new Set<number>();
              for (const [n, what] of steps) {
                const body = bodies[n] as Uint8Array;
                const hash = sha256(body);
                const link = blobLinkKey(hash, account, 2, 1);
                if (what === 'deliver') {
                  assert.deepEqual(await data.commit(data.newBatch().putBlob(hash, body).set(link, LINK)), {
                    ok: true,
                  });
                  held.add(n);
                } else if (what === 'link') {
                  const result = await data.commit(
                    data.newBatch().assert(blobKey(hash), 'present').set(link, LINK),
                  );
                  if (result.ok) held.add(n);
                } else if (what === 'drop') {
                  await data.commit(data.newBatch().delete(link));
                  held.delete(n);
                } else await new Promise(setImmediate);
                for (const one of held) {
                  const held = bodies[one] as Uint8Array;
                  same(await blobs.read(sha256(held)), held);
                }
              }
              for (const n of [0, 1, 2])
                await data.commit(
                  data.newBatch().delete(blobLinkKey(sha256(bodies[n] as Uint8Array), account, 2, 1)),
                );
            };
            const collecting = collect();
            try {
              await Promise.all(writers.map((steps, account) => write(steps, account)));
            } finally {
              progress.isDone = true;
              await collecting;
            }
            // nothing links them any more: nothing is left, not even a mark
            await blobs.collect(now() + 1, 100);
            await blobs.collect(now() + 1, 100);
            for (const body of bodies) {
              assert.equal(await blobs.has(sha256(body)), false);
              assert.equal(await data.get(blobMarkKey(sha256(body))), undefined);
            }
          },
        ),
        { numRuns: 12 },
      );
    },
  },
  {
    name: 'keeps a body that is linked at any moment of its removal',
    run: (stores) => linkWhileRemoving(stores, 3000),
  },
];

/**
 * Lets a link come between any two steps of the pass that removes a blob: by the same body arriving again, by a
 * document that links what is there, and by a lease.
 * @param files the blob folder, when the bodies are in files
 */
export async function linkWhileRemoving(stores: Stores, size: number, files?: string): Promise<void> {
  const { data, blobs } = stores;
  for (const way of ['body', 'link', 'lease'] as const) {
    for (let moment = 0, isPast = false; !isPast; moment++) {
      const body = noise(size, moment * 3 + way.length);
      const hash = await deliver(stores, body, 1);
      await data.commit(data.newBatch().delete(blobLinkKey(hash, 1, 2, 1)));
      await blobs.collect(now() + 1, 0);
      assert.ok(await data.get(blobMarkKey(hash)), 'it is condemned');
      let step = 0;
      let isLinked = false;
      const arrive = async (): Promise<void> => {
        if (step++ !== moment) return;
        const batch = data.newBatch();
        if (way === 'body') batch.putBlob(hash, body);
        else batch.assert(blobKey(hash), 'present');
        if (way === 'lease') batch.set(blobLeaseKey(1, hash), u53Bytes(now() + 60_000));
        else batch.set(blobLinkKey(hash, 1, 2, 1), LINK);
        isLinked = (await data.commit(batch)).ok;
      };
      const collector = new BlobCollector(beforeEach(data, arrive), files);
      await collector.collect(now() + 1, 100);
      isPast = step <= moment;
      if (isLinked) same(await blobs.read(hash), body);
      else assert.ok(isPast || way !== 'body', 'a body that arrives is always taken');
      await collector.collect(now() + 1, 100);
      if (isLinked) same(await blobs.read(hash), body);
      await data.commit(data.newBatch().deleteRange(ALL_LINKS));
      await blobs.collect(now() + 1, 100);
      await blobs.collect(now() + 1, 100);
      assert.equal(await blobs.has(hash), false);
    }
  }
}

/** The same store; `before` comes before every call. */
function beforeEach(data: DataStore, before: () => Promise<void>): DataStore {
  const then = async <T>(call: () => Promise<T>): Promise<T> => {
    await before();
    return call();
  };
  return {
    get: (key) => then(() => data.get(key)),
    getMany: (wanted) => then(() => data.getMany(wanted)),
    scan: (range, options) => then(() => data.scan(range, options)),
    commit: (batch) => then(() => data.commit(batch)),
    snapshot: (fn, maxMs) => data.snapshot(fn, maxMs),
    newBatch: () => data.newBatch(),
    close: () => data.close(),
  };
}

const ALL_LINKS = { from: Uint8Array.of(Subspace.BlobLink), to: Uint8Array.of(Subspace.BlobLease + 1) };

async function deliver({ data }: Stores, bytes: Uint8Array, document: number): Promise<Uint8Array> {
  const hash = sha256(bytes);
  assert.deepEqual(
    await data.commit(
      data
        .newBatch()
        .putBlob(hash, bytes)
        .set(blobLinkKey(hash, 1, 2, document), LINK),
    ),
    {
      ok: true,
    },
  );
  return hash;
}

async function streamed(
  blobs: BlobStore,
  hash: Uint8Array,
  range?: { offset: number; length: number },
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of blobs.stream(hash, range)) {
    assert.ok(piece.length <= 256 * KIB);
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

/** Bytes that compress. */
function text(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = 97 + ((i * i + seed) % 7);
  return bytes;
}

/** Bytes that do not compress. */
function noise(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed * 2_654_435_761 + 12_345;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** As `deepEqual`, without printing megabytes. */
function same(found: Uint8Array | undefined, wanted: Uint8Array): void {
  assert.equal(found?.length, wanted.length);
  assert.equal(Buffer.compare(found as Uint8Array, wanted), 0, 'the bytes differ');
}
