// What of messages is read again, and what is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMessage } from '../formats/mime/index.ts';
import type { ColdRecord } from '../mail/index.ts';
import { OctetsCache } from './octets-cache.ts';

const HEADER = 'Subject: one\r\n\r\n';

/** Blobs by their first octet, and what was asked of them. */
class Blobs {
  readonly kept = new Map<number, Uint8Array>();
  readonly asked: string[] = [];

  /** Keeps a message of a size; its record. */
  put(id: number, size: number): ColdRecord {
    const bytes = Buffer.alloc(size, 'x');
    bytes.write(HEADER);
    this.kept.set(id, bytes);
    return { hash: Uint8Array.of(id), size, message: parseMessage(bytes) } as unknown as ColdRecord;
  }

  async read(hash: Uint8Array, range?: { offset: number; length: number }): Promise<Uint8Array | undefined> {
    this.asked.push(`${hash[0]} ${range?.offset}+${range?.length}`);
    const end = range && range.offset + range.length;
    return this.kept.get(hash[0] as number)?.subarray(range?.offset, end);
  }

  async readMany(hashes: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    this.asked.push(hashes.map(([id]) => id).join(','));
    return hashes.map(([id]) => this.kept.get(id as number));
  }
}

const open = (): { blobs: Blobs; cache: OctetsCache } => {
  const blobs = new Blobs();
  return { blobs, cache: new OctetsCache(blobs as unknown as ConstructorParameters<typeof OctetsCache>[0]) };
};
const lengths = (all: readonly (Uint8Array | undefined)[]) => all.map((bytes) => bytes?.length);

test('small messages and headers are read once', async () => {
  const { blobs, cache } = open();
  const colds = [blobs.put(1, 100), blobs.put(2, 200_000)];
  const ids = [11, 12];
  assert.deepEqual(lengths(await cache.headers(5, ids, colds, Infinity)), [HEADER.length, HEADER.length]);
  assert.deepEqual(blobs.asked.splice(0), ['1', `2 0+${HEADER.length}`]);
  assert.ok(!(cache.headers(5, ids, colds, Infinity) instanceof Promise));
  assert.deepEqual(lengths(await cache.messages(5, ids, colds, Infinity)), [100, 200_000]);
  assert.deepEqual(blobs.asked.splice(0), ['1,2']);
  // The large one was not kept.
  assert.deepEqual(lengths(await cache.messages(5, ids, colds, Infinity)), [100, 200_000]);
  assert.deepEqual(blobs.asked.splice(0), ['2']);
});

test('accounts do not see what others have read', async () => {
  const { blobs, cache } = open();
  const colds = [blobs.put(1, 100)];
  await cache.messages(5, [11], colds, Infinity);
  blobs.asked.length = 0;
  await cache.messages(6, [11], colds, Infinity);
  await cache.headers(7, [11], colds, Infinity);
  assert.deepEqual(blobs.asked, ['1', '1']);
});

test('what is too large, or gone, is undefined', async () => {
  const { blobs, cache } = open();
  const colds = [blobs.put(1, 100), blobs.put(2, 3000), undefined, blobs.put(4, 100)];
  blobs.kept.delete(4);
  const ids = [11, 12, 13, 14];
  assert.deepEqual(lengths(await cache.messages(5, ids, colds, 2000)), [
    100,
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual(lengths(await cache.headers(5, ids, colds, 2000)), [
    100,
    HEADER.length,
    undefined,
    undefined,
  ]);
  assert.deepEqual(lengths(await cache.headers(5, ids, colds, 4)), [
    100,
    HEADER.length,
    undefined,
    undefined,
  ]);
});
