import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { DEFAULT_JSON_LIMITS, parseIJson, readRequest, RequestError } from './request.ts';

const bytes = (text: string) => Buffer.from(text);
const refusal = (fn: () => unknown): string => {
  try {
    fn();
  } catch (error) {
    assert.ok(error instanceof RequestError);
    return error.limit ? `${error.type} ${error.limit}` : error.type;
  }
  return 'accepted';
};

describe('I-JSON', () => {
  test('reads what was written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(parseIJson(bytes(text)), JSON.parse(text));
      }),
    );
  });

  test('any object survives a round trip, long and escaped strings included', () => {
    const tricky = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ minLength: 40, maxLength: 200 }),
      fc.constantFrom('\\', '"', '\\"', '\\\\', `${'\\'.repeat(60)}"`),
    );
    fc.assert(
      fc.property(
        fc.dictionary(
          tricky,
          fc.oneof(tricky, fc.array(tricky), fc.double({ noNaN: true, noDefaultInfinity: true })),
        ),
        (object) => {
          const text = JSON.stringify(object);
          if (!text.isWellFormed() || text.includes('\\ud')) return;
          assert.deepEqual(parseIJson(bytes(text)), JSON.parse(text));
        },
      ),
    );
  });

  const refused: [string, string | Uint8Array, string][] = [
    ['nothing', '', 'notJSON'],
    ['open string', '"abc', 'notJSON'],
    ['open escape', `"${'a'.repeat(100)}\\`, 'notJSON'],
    ['trailing comma', '[1,]', 'notJSON'],
    ['a name twice', '{"a":1,"a":2}', 'notJSON'],
    ['a name twice, escaped', '{"a":1,"\\u0061":2}', 'notJSON'],
    ['a name twice, deep', '{"b":[{"a":1,"a":2}]}', 'notJSON'],
    ['unpaired surrogate', '"\\ud800"', 'notJSON'],
    ['unpaired surrogate in a name', '{"\\udc00":1}', 'notJSON'],
    ['broken UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'notJSON'],
    ['deep arrays', '['.repeat(100_000), 'limit maxSizeRequest'],
    ['deep objects', `${'{"a":'.repeat(129)}1${'}'.repeat(129)}`, 'limit maxSizeRequest'],
    ['many values', `[${'0,'.repeat(1_000_001)}0]`, 'limit maxSizeRequest'],
  ];
  for (const [name, text, expected] of refused) {
    test(`refuses ${name}`, () => {
      assert.equal(
        refusal(() => parseIJson(typeof text === 'string' ? bytes(text) : text)),
        expected,
      );
    });
  }

  test('brackets, colons and quotes inside strings count for nothing', () => {
    const text = JSON.stringify({ a: '[{:,"\\'.repeat(200), b: '{"c":1,"c":2}' });
    assert.deepEqual(parseIJson(bytes(text), { maxDepth: 1, maxValues: 3 }), JSON.parse(text));
  });

  test('depth at the limit passes', () => {
    const depth = DEFAULT_JSON_LIMITS.maxDepth;
    assert.ok(Array.isArray(parseIJson(bytes(`${'['.repeat(depth)}${']'.repeat(depth)}`))));
  });

  test('__proto__ is a name like any other', () => {
    const value = parseIJson(bytes('{"__proto__":{"polluted":true}}')) as object;
    assert.equal((value as { polluted?: boolean }).polluted, undefined);
    assert.deepEqual(Object.keys(value), ['__proto__']);
  });
});

describe('Request object', () => {
  const read = (value: unknown) => refusal(() => readRequest(value as never, 2));
  test('accepts the minimum and ignores what it does not know', () => {
    assert.equal(read({ using: [], methodCalls: [], extra: 1 }), 'accepted');
    assert.equal(read({ using: ['a'], methodCalls: [['b', {}, 'c']], createdIds: { k: 'a' } }), 'accepted');
    assert.equal(read({ using: [], methodCalls: [], createdIds: null }), 'accepted');
  });

  const wrong: [string, unknown][] = [
    ['null', null],
    ['an array', []],
    ['a string', 'x'],
    ['no using', { methodCalls: [] }],
    ['using of numbers', { using: [1], methodCalls: [] }],
    ['no methodCalls', { using: [] }],
    ['methodCalls that is an object', { using: [], methodCalls: {} }],
    ['a call of two', { using: [], methodCalls: [['a', {}]] }],
    ['a call with array arguments', { using: [], methodCalls: [['a', [], 'c']] }],
    ['a call with null arguments', { using: [], methodCalls: [['a', null, 'c']] }],
    ['a call with a numeric id', { using: [], methodCalls: [['a', {}, 1]] }],
    ['createdIds of numbers', { using: [], methodCalls: [], createdIds: { a: 1 } }],
    ['createdIds that is an array', { using: [], methodCalls: [], createdIds: [] }],
  ];
  for (const [name, value] of wrong) test(`refuses ${name}`, () => assert.equal(read(value), 'notRequest'));

  test('counts the calls before it looks at them', () => {
    assert.equal(read({ using: [], methodCalls: [1, 2, 3] }), 'limit maxCallsInRequest');
  });

  test('never throws anything else', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void read(value)));
  });
});
