import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { holdClock, utf8 } from '../base/index.ts';
import { keys, openMemory, type Stores } from '../store/index.ts';
import { foldKinds } from './fold.ts';
import {
  type Account,
  type AccountsService,
  createAccounts,
  visibleEntry,
  type AccountWriter,
  Aspect,
  type ChangeKind,
  DataType,
  type LogEntry,
  type StatePosition,
} from './index.ts';

const A = 3;
const ROW = utf8('r');

let stores: Stores;
let accounts: AccountsService;
let account: Account;

beforeEach(() => {
  stores = openMemory();
  accounts = createAccounts(stores);
  account = accounts.get(A);
});
afterEach(async () => {
  accounts.close();
  await stores.close();
});

const write = async (fn: (writer: AccountWriter) => void): Promise<number> =>
  (await account.write(fn)).change;
const at = (change: number, offset = 0): StatePosition => ({ change, offset });
const short = (entries: readonly LogEntry[] | undefined): string | undefined =>
  entries?.map(({ id, kind }) => `${kind} ${id}`).join(', ');
const changes = async (since: StatePosition, limit = 100, type: DataType = DataType.Email) => {
  const found = await account.changes(type, since, limit);
  return found && [short(found.entries), found.newState.change, found.newState.offset, found.hasMore];
};

describe('folding', () => {
  it('is the table of the specification', () => {
    const table: [ChangeKind, ChangeKind, ChangeKind | undefined][] = [
      ['create', 'update', 'create'],
      ['create', 'destroy', undefined],
      ['update', 'update', 'update'],
      ['update', 'destroy', 'destroy'],
      ['destroy', 'create', 'update'],
      ['destroy', 'destroy', 'destroy'],
    ];
    for (const [earlier, later, both] of table) assert.equal(foldKinds(earlier, later), both);
  });

  it('joins aspects and keeps the first containers before and the last after', async () => {
    await write((w) => {
      w.create(DataType.Email, ROW, { after: [10] });
    });
    await write((w) => {
      w.update(DataType.Email, 1, ROW, { aspects: Aspect.Keywords, before: [10], after: [10] });
    });
    await write((w) => {
      w.update(DataType.Email, 1, ROW, { aspects: Aspect.Containers, before: [10], after: [11] });
    });
    const found = await account.changes(DataType.Email, at(1), 10);
    assert.deepEqual(found?.entries, [
      {
        type: DataType.Email,
        id: 1,
        kind: 'update',
        aspects: Aspect.Keywords | Aspect.Containers,
        before: [10],
        after: [11],
      },
    ]);
  });

  it('of one write tells what is seen by what is seen before and after it', async () => {
    const hide = { kind: 'destroy' } as const;
    const show = { kind: 'create' } as const;
    const hidden = { aspects: Aspect.Hidden } as const;
    const log = async (since: number) =>
      (await account.log(since, 1))?.[0]?.entries.map(
        ({ kind, aspects }) => `${(aspects & Aspect.Hidden) !== 0 ? 'hidden ' : ''}${kind}`,
      );
    const steps: [(w: AccountWriter) => void, string[]][] = [
      [(w) => w.create(DataType.Email, ROW), ['create']],
      [(w) => w.update(DataType.Email, 1, ROW, hide), ['destroy']],
      [
        (w) => {
          w.update(DataType.Email, 1, ROW, hidden);
          w.update(DataType.Email, 1, ROW, show);
        },
        ['create'],
      ],
      [
        (w) => {
          w.update(DataType.Email, 1, ROW, hide);
          w.update(DataType.Email, 1, ROW, hidden);
        },
        ['destroy'],
      ],
      [
        (w) => {
          w.update(DataType.Email, 1, ROW, show);
          w.update(DataType.Email, 1, ROW, hide);
        },
        ['hidden update'],
      ],
      [
        (w) => {
          w.update(DataType.Email, 1, ROW, show);
          w.destroy(DataType.Email, 1);
        },
        ['hidden destroy'],
      ],
      [
        (w) => {
          w.create(DataType.Email, ROW);
          w.update(DataType.Email, 2, ROW, hide);
        },
        ['hidden create'],
      ],
    ];
    for (const [since, [step, expected]] of steps.entries()) {
      await write(step);
      assert.deepEqual(await log(since), expected, `step ${since + 1}`);
    }
  });

  it('by what a caller may read turns moves into arrivals and departures', () => {
    const entry = (kind: ChangeKind, before: number[], after: number[]): LogEntry => ({
      type: DataType.Email,
      id: 1,
      kind,
      aspects: 0,
      before,
      after,
    });
    const mayRead = (container: number) => container < 10;
    assert.equal(visibleEntry(entry('update', [10], [1]), mayRead)?.kind, 'create');
    assert.equal(visibleEntry(entry('update', [1], [10]), mayRead)?.kind, 'destroy');
    assert.equal(visibleEntry(entry('update', [1, 10], [1]), mayRead)?.kind, 'update');
    assert.equal(visibleEntry(entry('update', [10], [11]), mayRead), undefined);
    assert.equal(visibleEntry(entry('create', [], [1]), mayRead)?.kind, 'create');
    assert.equal(visibleEntry(entry('destroy', [10], []), mayRead), undefined);
  });
});

describe('changes', () => {
  it('has nothing for a type that did not move, even behind the horizon', async () => {
    await write((w) => {
      w.create(DataType.Email, ROW);
    });
    for (let n = 0; n < 5; n++) await write((w) => w.touch(DataType.Quota));
    assert.deepEqual(await changes(at(3)), ['', 1, 0, false]);
    await accounts.trim(A, 2, Number.MAX_SAFE_INTEGER);
    assert.equal((await account.head()).horizon, 5);
    assert.deepEqual(await changes(at(1)), ['', 1, 0, false]);
    assert.equal(await changes(at(0)), undefined);
    assert.equal(await changes(at(3), 10, DataType.Quota), undefined);
    assert.deepEqual(await changes(at(5), 10, DataType.Quota), ['update 0', 6, 0, false]);
  });

  it('refuses states that were never given out', async () => {
    await write((w) => {
      w.create(DataType.Email, ROW);
    });
    assert.equal(await changes(at(2)), undefined);
    assert.equal(await changes(at(1, 1)), undefined);
    assert.equal(await changes(at(0, 2)), undefined);
  });

  it('stops inside one big write and goes on there', async () => {
    await write((w) => w.touch(DataType.Identity));
    await write((w) => {
      for (let n = 0; n < 5; n++) w.create(DataType.Email, ROW);
      w.touch(DataType.Quota);
    });
    assert.deepEqual(await changes(at(0), 2), ['create 1, create 2', 1, 2, true]);
    assert.deepEqual(await changes(at(1, 2), 2), ['create 3, create 4', 1, 4, true]);
    assert.deepEqual(await changes(at(1, 4), 2), ['create 5', 2, 0, false]);
    assert.deepEqual(await changes(at(1, 4), 1), ['create 5', 2, 0, false]);
  });

  it('never names as created or updated what is gone by now', async () => {
    await write((w) => {
      w.create(DataType.Email, ROW);
      w.create(DataType.Email, ROW);
      w.create(DataType.Email, ROW);
    });
    await write((w) => w.destroy(DataType.Email, 1));
    assert.deepEqual(await changes(at(0), 2), ['create 2', 0, 2, true]);
    assert.deepEqual(await changes(at(0, 2), 2), ['create 3, destroy 1', 2, 0, false]);
    assert.deepEqual(await changes(at(0), 3), ['create 2, create 3', 2, 0, false]);
  });

  it('takes a document that left sight and came back for updated', async () => {
    await write((w) => {
      w.create(DataType.Email, ROW);
    });
    await write((w) => w.update(DataType.Email, 1, ROW, { kind: 'destroy', aspects: Aspect.Deleted }));
    assert.deepEqual(await changes(at(1)), ['destroy 1', 2, 0, false]);
    await write((w) => w.update(DataType.Email, 1, ROW, { kind: 'create', aspects: Aspect.Deleted }));
    assert.deepEqual(await changes(at(1)), ['update 1', 3, 0, false]);
    assert.deepEqual(await changes(at(2)), ['create 1', 3, 0, false]);
    assert.equal((await account.head()).count(DataType.Email), 1);
  });

  it('keeps out what is hidden, and its state where it was', async () => {
    await write((w) => {
      w.create(DataType.Email, ROW, { aspects: Aspect.Hidden });
      w.update(DataType.Mailbox, 9, undefined);
    });
    await write((w) => w.update(DataType.Email, 1, ROW, { aspects: Aspect.Hidden | Aspect.Keywords }));
    const head = await account.head();
    assert.equal(head.state(DataType.Email), 0);
    assert.equal(head.change, 2);
    assert.equal((await account.log(0, 10))?.[1]?.entries.length, 1);
    await write((w) => w.update(DataType.Email, 1, ROW, { kind: 'create', aspects: Aspect.Deleted }));
    assert.deepEqual(await changes(at(0)), ['create 1', 3, 0, false]);
  });
});

describe('log', () => {
  it('tells an empty rest from one that is no longer there', async () => {
    for (let n = 0; n < 6; n++) await write((w) => w.touch(DataType.Quota));
    assert.deepEqual(await account.log(6, 10), []);
    assert.equal(await account.log(7, 10), undefined);
    assert.deepEqual(
      (await account.log(2, 3))?.map(({ change }) => change),
      [3, 4, 5],
    );
    await accounts.trim(A, 2, Number.MAX_SAFE_INTEGER);
    assert.equal(await account.log(2, 10), undefined);
    assert.equal((await account.log(4, 10))?.length, 2);
    await accounts.renew(A);
    const head = await account.head();
    assert.equal(head.change, 6 + 2 ** 32);
    assert.equal(head.epoch, 2);
    assert.equal(await account.log(6, 10), undefined);
    assert.deepEqual(await account.log(head.change, 10), []);
    assert.equal(await write((w) => w.touch(DataType.Quota)), 7 + 2 ** 32);
    assert.equal((await account.log(head.change, 10))?.length, 1);
  });

  it('is shortened by number and age, with the tombstones', async () => {
    let time = 1_000_000;
    const release = holdClock(() => time);
    try {
      for (let change = 1; change <= 2500; change++) {
        time = 1_000_000 + change;
        await write((w) => {
          w.touch(DataType.Quota);
          for (const mailbox of [4, 7]) w.set(keys.tombstoneKey(A, mailbox, w.change, 0), ROW);
        });
      }
      const rows = async () => {
        const log = await stores.data.scan(keys.logRange(A, 0), { keysOnly: true, limit: 5000 });
        const left = await Promise.all(
          [4, 7].map((mailbox) => stores.data.scan(keys.tombstoneRange(A, mailbox, 0), { limit: 5000 })),
        );
        return [log.keys.length, ...left.map((page) => page.keys.length)];
      };
      assert.equal(await accounts.trim(A, 5000, Number.MAX_SAFE_INTEGER), 0);
      assert.deepEqual(await rows(), [2500, 2500, 2500]);
      assert.equal(await accounts.trim(A, 10, 1_000_000 + 1300), 1300);
      assert.deepEqual(await rows(), [1201, 1201, 1201]);
      assert.equal(await accounts.trim(A, 100, Number.MAX_SAFE_INTEGER), 2401);
      assert.deepEqual(await rows(), [100, 100, 100]);
      assert.equal(await accounts.trim(A, 100, Number.MAX_SAFE_INTEGER), 2401);
      assert.equal((await account.head()).change, 2500);
    } finally {
      release();
    }
  });
});

describe('reads that agree', () => {
  it('are repeated while the head moves, and see one moment in the end', async () => {
    const rows = [keys.indexKey(A, 1, utf8('a')), keys.indexKey(A, 1, utf8('b'))] as const;
    let value = 0;
    const setBoth = () =>
      write((w) => {
        value++;
        for (const row of rows) w.set(row, Uint8Array.of(value));
      });
    await setBoth();
    let runs = 0;
    const seen = await account.read(async (reader) => {
      runs++;
      const a = await reader.get(rows[0]);
      if (runs < 3) await setBoth();
      return [a?.[0], (await reader.get(rows[1]))?.[0]];
    });
    assert.equal(runs, 3);
    assert.deepEqual(seen, [3, 3]);
    const always = await account.read(async (reader) => {
      const a = await reader.get(rows[0]);
      await setBoth();
      return [a?.[0], (await reader.get(rows[1]))?.[0]];
    });
    assert.equal(always[0], always[1]);
  });

  it('pass an error on only when the head stood still', async () => {
    let runs = 0;
    const result = await account.read(async () => {
      if (runs++ > 0) return 'whole';
      await write((w) => w.touch(DataType.Quota));
      throw new Error('half of a change');
    });
    assert.equal(result, 'whole');
    await assert.rejects(
      account.read(() => Promise.reject(new Error('no such thing'))),
      /no such thing/,
    );
  });
});

// What a client knows of a document: the value it had when it last asked.
type Model = Map<number, number>;

describe('replay', () => {
  const step = fc.record({
    op: fc.constantFrom('create', 'create', 'update', 'update', 'destroy', 'hide', 'show', 'other'),
    pick: fc.nat(),
    joined: fc.boolean(),
  });

  it('brings a client from any state to any later one, whatever the page', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        async (steps, limit) => {
          const own = accounts.get(++lastAccount);
          const documents = new Map<number, { value: number; visible: boolean }>();
          const moments: Model[] = [new Map()];
          let value = 0;
          for (let from = 0; from < steps.length; ) {
            let to = from + 1;
            while (to < steps.length && steps[to]?.joined) to++;
            const part = steps.slice(from, to);
            from = to;
            await own.write((w) => {
              for (const { op, pick } of part) {
                value++;
                const ids = [...documents.keys()];
                const target = ids[pick % Math.max(1, ids.length)] ?? 0;
                const document = documents.get(target);
                if (op === 'create') {
                  documents.set(w.create(DataType.Email, Uint8Array.of(value)), { value, visible: true });
                } else if (op === 'other') {
                  w.touch(DataType.Quota);
                } else if (document && op === 'update') {
                  const aspects = document.visible ? Aspect.Keywords : Aspect.Keywords | Aspect.Hidden;
                  w.update(DataType.Email, target, Uint8Array.of(value), { aspects });
                  document.value = value;
                } else if (document && op === 'destroy') {
                  w.destroy(DataType.Email, target, { aspects: document.visible ? 0 : Aspect.Hidden });
                  documents.delete(target);
                } else if (document && op === (document.visible ? 'hide' : 'show')) {
                  document.visible = !document.visible;
                  document.value = value;
                  w.update(DataType.Email, target, Uint8Array.of(value), {
                    kind: document.visible ? 'create' : 'destroy',
                  });
                }
              }
            });
            const { change } = await own.head();
            moments[change] = new Map(
              [...documents].filter(([, d]) => d.visible).map(([docId, d]) => [docId, d.value]),
            );
            await replay(own, moments, (part[0]?.pick ?? 0) % moments.length, limit);
          }
          for (let since = 0; since < moments.length; since++) await replay(own, moments, since, limit);
        },
      ),
      {
        numRuns: 120,
        examples: [
          [
            [
              { op: 'create', pick: 0, joined: false },
              { op: 'hide', pick: 0, joined: false },
              { op: 'update', pick: 0, joined: false },
              { op: 'show', pick: 0, joined: true },
            ],
            1,
          ],
        ],
      },
    );
  });
});

/** Takes a client from a state to the present by pages of changes, as it would fetch what they name. */
async function replay(own: Account, moments: readonly Model[], since: number, limit: number): Promise<void> {
  const now = moments.at(-1) as Model;
  const model = new Map(moments[since]);
  let position = at(since);
  for (let pages = 0; ; pages++) {
    assert.ok(pages < 200, 'no progress');
    const found = await own.changes(DataType.Email, position, limit);
    assert.ok(found);
    assert.ok(found.entries.length <= limit);
    assert.equal(new Set(found.entries.map((entry) => entry.id)).size, found.entries.length);
    for (const { id, kind } of found.entries) {
      const current = now.get(id);
      if (kind === 'create') assert.ok(current !== undefined, 'created and not there');
      if (kind === 'destroy' || current === undefined) model.delete(id);
      else model.set(id, current);
    }
    if (!found.hasMore) break;
    assert.notDeepEqual(found.newState, position);
    position = found.newState;
  }
  assert.deepEqual([...model].toSorted(byId), [...now].toSorted(byId));
}

let lastAccount = 100;
const byId = ([a]: [number, number], [b]: [number, number]) => a - b;
