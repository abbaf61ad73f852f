// Where a text stops being JSON.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonFault } from './json-fault.ts';

const at = (text: string) => jsonFault(text)?.at;

test('names the first character that cannot stand there', () => {
  assert.equal(at('{"a": }'), 6);
  assert.equal(at('{"a": 1,}'), 8);
  assert.equal(at('{"a" 1}'), 5);
  assert.equal(at('{a: 1}'), 1);
  assert.equal(at('[1, 2'), 5);
  assert.equal(at('[01]'), 1);
  assert.equal(at('"a\nb"'), 0);
  assert.equal(at('{} {}'), 3);
  assert.equal(at(''), 0);
  assert.match(jsonFault('{"a":')?.reason ?? '', /the text ends/);
  assert.match(jsonFault('['.repeat(200))?.reason ?? '', /too deep/);
});

test('agrees with the runtime on what is JSON', () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '}', '"', 'x', '\\', '1'),
      (json, place, extra) => {
        const cut = place % (json.length + 1);
        for (const text of [json, json.slice(0, cut), json.slice(0, cut) + extra + json.slice(cut)]) {
          let fine = true;
          try {
            JSON.parse(text);
          } catch {
            fine = false;
          }
          assert.equal(jsonFault(text) === undefined, fine, text);
        }
      },
    ),
  );
});
