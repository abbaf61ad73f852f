import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { htmlToText } from './index.ts';

test('text is what a reader sees', () => {
  const cases: [html: string, text: string][] = [
    ['<p>one</p><p>two</p>', 'one\n\ntwo'],
    ['a<br>b<br/>c', 'a\nb\nc'],
    ['<div>a</div><div>b</div>', 'a\nb'],
    ['  many   spaces\n and\tlines ', 'many spaces and lines'],
    ['<b>bo</b><i>ld</i> x', 'bold x'],
    ['a <b> b </b> c', 'a b c'],
    ['&lt;tag&gt; &amp;amp; &eacute;&#8364;&#x1F389;&nbsp;!', '<tag> &amp; é€🎉 !'],
    ['<title>no</title><style>p { }</style><script>if (a < b) "<p>"</script>yes', 'yes'],
    ['<!-- <p>hidden</p> -->seen<!DOCTYPE x>', 'seen'],
    ['<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>', '1 2\n3'],
    ['<ul><li>x<li>y</ul>z', 'x\ny\n\nz'],
    ['<pre>a\n  b</pre>c', 'a\n  b\n\nc'],
    ['<a href="https://example.org/?a=1&b=2">link</a>', 'link'],
    ['unclosed <b', 'unclosed'],
    ['', ''],
    ['<script>never closed', ''],
    ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
  ];
  for (const [html, text] of cases) assert.equal(htmlToText(html), text, html);
});

test('texts of attributes that a reader may be shown come where they stand, when asked for', () => {
  const html =
    '<p title="a &amp; b">see<img alt="red cat" src="cat.png"/>here</p><script title="no"></script><i alt>x</i>';
  assert.equal(htmlToText(html, { attributes: true }), 'a & b see red cat here\n\nx');
  assert.equal(htmlToText(html), 'seehere\n\nx');
});

test('the limits stop the reading', () => {
  assert.equal(htmlToText('abc '.repeat(1000), { maxLength: 10 }).length, 10);
  assert.equal(htmlToText('<i>a</i>'.repeat(1000), { maxNodes: 9 }), 'aaa');
  // Far more tags than are looked at.
  assert.equal(htmlToText(`start${'<div>'.repeat(2_000_000)}end`, { maxNodes: 1000 }), 'start');
});

test('any text gives text without markup limits broken', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '&',
    ';',
    '"',
    "'",
    '/',
    '<p>',
    '<!--',
    '-->',
    '<script>',
    '</script>',
    'a',
    ' ',
    '&#x',
    '\0',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      assert.ok(htmlToText(pieces.join(''), { maxLength: 20 }).length <= 20);
    }),
    { numRuns: 1000 },
  );
});
