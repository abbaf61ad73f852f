import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Slice } from '../../base/index.ts';
import type { EmailColumns } from './columns.ts';
import { evaluate, type Mask } from './evaluate.ts';
import type { EmailFilter, EmailTest } from './filter.ts';
import { collapse, orderRows, rowsOf } from './order.ts';
import type { EmailSort } from './sort.ts';

interface Row {
  received: number;
  size: number;
  thread: number;
  mailboxes: number[];
  keywords: string[];
  attachment: boolean;
}

function columnsOf(rows: readonly Row[]): EmailColumns {
  const byReceived = rows
    .map((_, row) => row)
    .sort((a, b) => (rows[a] as Row).received - (rows[b] as Row).received || a - b);
  return {
    count: rows.length,
    ids: rows.map((_, row) => row * 3 + 1),
    received: rows.map((row) => row.received),
    sizes: rows.map((row) => row.size),
    threads: rows.map((row) => row.thread),
    byReceived,
    row: (id) => (id % 3 === 1 && id / 3 < rows.length ? (id - 1) / 3 : -1),
    mailboxRows: (mailbox) =>
      mailbox > 4 ? undefined : rows.flatMap((row, at) => (row.mailboxes.includes(mailbox) ? [at] : [])),
    mailboxIds: () => [1, 2, 3, 4],
    keywordTest: (keyword) => {
      if (!rows.some((row) => row.keywords.includes(keyword))) return undefined;
      return (row) => rows[row]?.keywords.includes(keyword) === true;
    },
    attachmentTest: () => (row) => rows[row]?.attachment === true,
  };
}

const anyRow: fc.Arbitrary<Row> = fc.record({
  received: fc.integer({ min: 0, max: 20 }),
  size: fc.integer({ min: 0, max: 20 }),
  thread: fc.integer({ min: 100, max: 106 }),
  mailboxes: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
  keywords: fc.uniqueArray(fc.constantFrom('$seen', '$flagged', 'a')),
  attachment: fc.boolean(),
});
const range = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }));
const keyword = fc.constantFrom('$seen', '$flagged', 'a', 'none');
const anyTest: fc.Arbitrary<EmailTest> = fc.oneof(
  fc.record({ kind: fc.constant('inMailbox' as const), mailbox: fc.constantFrom(1, 2, 3, 4, 9, undefined) }),
  fc.record({
    kind: fc.constant('inMailboxOtherThan' as const),
    mailboxes: fc.uniqueArray(fc.integer({ min: 1, max: 5 })).map((list) => new Set(list)),
  }),
  fc.record({ kind: fc.constant('inThread' as const), thread: fc.constantFrom(100, 101, 999, undefined) }),
  fc.record({
    kind: fc.constant('id' as const),
    ids: fc.uniqueArray(fc.integer({ min: 0, max: 40 })).map((list) => new Set(list)),
  }),
  range.map(([from, to]) => ({ kind: 'received' as const, from, to })),
  range.map(([from, to]) => ({ kind: 'size' as const, from, to })),
  fc.record({ kind: fc.constant('keyword' as const), keyword, has: fc.boolean() }),
  fc.record({
    kind: fc.constant('threadKeyword' as const),
    keyword,
    quantity: fc.constantFrom('all' as const, 'some' as const, 'none' as const),
  }),
  fc.record({ kind: fc.constant('attachment' as const), has: fc.boolean() }),
);
const { filter: anyFilter } = fc.letrec<{ filter: EmailFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    fc.record({ condition: fc.array(anyTest, { maxLength: 3 }) }),
    fc.record({
      operator: fc.constantFrom('AND' as const, 'OR' as const, 'NOT' as const),
      conditions: fc.array(tie('filter'), { maxLength: 3 }),
    }),
  ),
}));

/** The same, said plainly. */
function matches(filter: EmailFilter | null, at: number, rows: readonly Row[]): boolean {
  if (!filter) return true;
  if ('condition' in filter) return filter.condition.every((test) => holds(test, at, rows));
  const results = filter.conditions.map((inner) => matches(inner, at, rows));
  if (filter.operator === 'AND') return results.every(Boolean);
  return results.some(Boolean) === (filter.operator === 'OR');
}

function holds(test: EmailTest, at: number, rows: readonly Row[]): boolean {
  const row = rows[at] as Row;
  const thread = rows.filter((other) => other.thread === row.thread);
  switch (test.kind) {
    case 'inMailbox':
      return row.mailboxes.includes(test.mailbox ?? 0);
    case 'inMailboxOtherThan':
      return row.mailboxes.some((mailbox) => !test.mailboxes.has(mailbox));
    case 'inThread':
      return row.thread === test.thread;
    case 'id':
      return test.ids.has(at * 3 + 1);
    case 'received':
      return row.received >= test.from && row.received < test.to;
    case 'size':
      return row.size >= test.from && row.size < test.to;
    case 'keyword':
      return row.keywords.includes(test.keyword) === test.has;
    case 'threadKeyword': {
      const having = thread.filter((other) => other.keywords.includes(test.keyword)).length;
      if (test.quantity === 'all') return having === thread.length;
      return test.quantity === 'some' ? having > 0 : having === 0;
    }
    case 'attachment':
      return row.attachment === test.has;
    default:
      throw new Error(test.kind);
  }
}

const rowsAndFilter = [fc.array(anyRow, { maxLength: 14 }), fc.option(anyFilter)] as const;

test('filters match what their words say', async () => {
  await fc.assert(
    fc.asyncProperty(...rowsAndFilter, async (rows, filter) => {
      const mask = await evaluate(filter, columnsOf(rows), new Map(), new Slice());
      assert.deepEqual(
        [...rowsOf(mask)],
        rows.flatMap((_, at) => (matches(filter, at, rows) ? [at] : [])),
      );
    }),
    { numRuns: 500 },
  );
});

test('cold answers stand in for tests that columns cannot answer', async () => {
  const rows = fc.sample(anyRow, 5);
  const text: EmailTest = { kind: 'text', field: 'text', value: 'x' };
  const answers = new Map<EmailTest, Mask>([[text, Uint8Array.of(1, 0, 1, 0, 0)]]);
  const filter: EmailFilter = { operator: 'NOT', conditions: [{ condition: [text] }] };
  const mask = await evaluate(filter, columnsOf(rows), answers, new Slice());
  assert.deepEqual([...rowsOf(mask)], [1, 3, 4]);
});

const anySort: fc.Arbitrary<EmailSort> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('received' as const, 'size' as const),
    property: fc.constant('p'),
    ascending: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('keyword' as const),
    keyword,
    property: fc.constant('p'),
    ascending: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('threadKeyword' as const),
    keyword,
    quantity: fc.constantFrom('all' as const, 'some' as const),
    property: fc.constant('p'),
    ascending: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('subject' as const),
    collation: fc.constant('i;unicode-casemap' as const),
    property: fc.constant('p'),
    ascending: fc.boolean(),
  }),
);

test('sorts order by each key in turn, then by id', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyRow, { maxLength: 14 }),
      fc.array(anySort, { minLength: 1, maxLength: 3 }),
      async (rows, sort) => {
        const columns = columnsOf(rows);
        const subjects = rows.map((row) => String(row.size % 5));
        const cold = new Map(
          sort.filter((key) => key.kind === 'subject').map((key) => [key, subjects] as const),
        );
        const mask = new Uint8Array(rows.length).fill(1);
        const ordered = [...(await orderRows(mask, sort, columns, cold, new Slice()))];
        const value = (key: EmailSort, at: number): number | string => {
          const row = rows[at] as Row;
          if (key.kind === 'received') return row.received;
          if (key.kind === 'size') return row.size;
          if (key.kind === 'keyword') return Number(holds({ ...key, has: true }, at, rows));
          if (key.kind === 'threadKeyword') return Number(holds(key, at, rows));
          return subjects[at] as string;
        };
        const compare = (a: number, b: number): number => {
          for (const key of sort) {
            const [left, right] = [value(key, a), value(key, b)];
            if (left !== right) return left < right === key.ascending ? -1 : 1;
          }
          return sort.at(-1)?.ascending === false ? b - a : a - b;
        };
        assert.deepEqual(ordered, rows.map((_, at) => at).sort(compare));
      },
    ),
    { numRuns: 500 },
  );
});

test('a long merge is right too', async () => {
  const count = 20_000;
  const sizes = Uint32Array.from({ length: count }, (_, i) => (i * 7919) % 5003);
  const columns = { ...columnsOf([]), count, sizes };
  const sort: EmailSort[] = [{ kind: 'size', property: 'size', ascending: true }];
  const ordered = await orderRows(new Uint8Array(count).fill(1), sort, columns, new Map(), new Slice());
  const expected = Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => (sizes[a] as number) - (sizes[b] as number) || a - b,
  );
  assert.deepEqual([...ordered], expected);
});

test('collapsing keeps the first of each thread', () => {
  const columns = { ...columnsOf([]), threads: [1, 2, 1, 3, 2] };
  assert.deepEqual([...collapse(Uint32Array.of(4, 2, 0, 1, 3), columns)], [4, 2, 3]);
});
