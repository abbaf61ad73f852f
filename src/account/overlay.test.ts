import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import {
  type Batch,
  type Key,
  openMemory,
  type Page,
  type ReadView,
  type ScanOptions,
} from '../store/index.ts';
import { getManyOver, getOver, Overlay, scanOver } from './overlay.ts';

const key = fc
  .tuple(fc.constantFrom(0x22, 0x23), fc.nat({ max: 30 }))
  .map(([subspace, n]) => Uint8Array.of(subspace, n));
const change = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('set' as const), key, value: fc.nat({ max: 255 }) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('deleteRange' as const), from: key, to: key }) },
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function apply(to: Overlay | Batch, changes: readonly Change[]): void {
  for (const one of changes) {
    if (one.op === 'set') to.set(one.key, Uint8Array.of(one.value));
    else if (one.op === 'delete') to.delete(one.key);
    else if (Buffer.compare(one.from, one.to) < 0) to.deleteRange({ from: one.from, to: one.to });
  }
}

async function allPages(
  scan: (options: ScanOptions) => Promise<Page>,
  options: ScanOptions,
): Promise<{ keys: Key[]; values: Uint8Array[]; sizes: number[] }> {
  const all = { keys: [] as Key[], values: [] as Uint8Array[], sizes: [] as number[] };
  let after: Key | undefined;
  do {
    const page = await scan({ ...options, ...(after && { after }) });
    all.keys.push(...page.keys);
    all.values.push(...page.values);
    all.sizes.push(page.keys.length);
    after = page.next;
  } while (after);
  return all;
}

it('reads and scans through layers give what the store gives once they are committed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 40 }),
      fc.array(fc.array(change, { maxLength: 25 }), { minLength: 1, maxLength: 3 }),
      key,
      key,
      fc.record({ reverse: fc.boolean(), limit: fc.integer({ min: 1, max: 12 }), keysOnly: fc.boolean() }),
      async (stored, layered, one, other, options) => {
        const stores = openMemory();
        const { data } = stores;
        const first = data.newBatch();
        apply(first, stored);
        await data.commit(first);
        const layers = layered.map((changes) => {
          const layer = new Overlay();
          apply(layer, changes);
          return layer;
        });
        const [from, to] = [one, other].sort((a, b) => Buffer.compare(a, b)) as [Key, Key];
        const keys = [one, other, Uint8Array.of(0x22, 5), Uint8Array.of(0x23, 7)];
        const topFirst = layers.toReversed();
        const read = async (view: ReadView, over: readonly Overlay[]) => ({
          pages: await allPages((more) => scanOver(view, over, { from, to }, more), options),
          many: await getManyOver(view, over, keys),
          each: await Promise.all(keys.map((k) => getOver(view, over, k))),
        });
        const before = await read(data, topFirst);
        const absorbed = new Overlay();
        for (const layer of layers) absorbed.absorb(layer);
        assert.deepEqual(await read(data, [absorbed]), before);
        const batch = data.newBatch();
        absorbed.writeTo(batch);
        await data.commit(batch);
        assert.deepEqual(await read(data, []), before);
        await stores.close();
      },
    ),
    { numRuns: 300 },
  );
});
