import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { contentType, disposition, requestedRange } from './download.ts';

test('ranges', () => {
  assert.deepEqual(requestedRange('bytes=0-9', 100), { from: 0, to: 10 });
  assert.deepEqual(requestedRange('bytes=90-', 100), { from: 90, to: 100 });
  assert.deepEqual(requestedRange('bytes=90-500', 100), { from: 90, to: 100 });
  assert.deepEqual(requestedRange('bytes=-10', 100), { from: 90, to: 100 });
  assert.deepEqual(requestedRange('bytes=-500', 100), { from: 0, to: 100 });
  assert.equal(requestedRange('bytes=100-', 100), 'unsatisfiable');
  assert.equal(requestedRange('bytes=-0', 100), 'unsatisfiable');
  assert.equal(requestedRange('bytes=0-', 0), 'unsatisfiable');
  for (const other of [
    undefined,
    '',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=0-1,3-4',
    'items=0-1',
    'bytes=a-b',
  ]) {
    assert.equal(requestedRange(other, 100), undefined, String(other));
  }
});

test('a range that is answered lies inside', () => {
  fc.assert(
    fc.property(fc.option(fc.nat()), fc.option(fc.nat()), fc.nat(), (first, last, size) => {
      const range = requestedRange(`bytes=${first ?? ''}-${last ?? ''}`, size);
      if (typeof range !== 'object') return;
      assert.ok(range.from >= 0 && range.from < range.to && range.to <= size);
    }),
  );
});

test('names', () => {
  assert.equal(disposition('a.pdf'), 'attachment; filename="a.pdf"');
  assert.equal(
    disposition('Grüße "1".txt'),
    `attachment; filename="Gr__e '1'.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%221%22.txt`,
  );
  assert.equal(disposition('../../etc/passwd'), 'attachment; filename=".._.._etc_passwd"');
  assert.equal(disposition(''), 'attachment');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      assert.match(disposition(name), /^[\x20-\x7e]*$/);
    }),
  );
});

test('types', () => {
  for (const fine of ['image/png', 'text/html; charset=utf-8', 'application/vnd.a+b'])
    assert.equal(contentType(fine), fine);
  for (const odd of [null, '', 'text', 'text/html\r\nX: y', 'a/b/c', 'text/html; \u00e9', ' text/html']) {
    assert.equal(contentType(odd), 'application/octet-stream', String(odd));
  }
});
