import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { utf8 } from '../../base/index.ts';
import { commandHead, Cursor, ImapSyntaxError, isAtom, literalHead } from './cursor.ts';
import { formatAstring, formatNstring, formatString } from './text.ts';

const throws = (line: string, read: (cursor: Cursor) => unknown): void => {
  assert.throws(() => read(Cursor.of(line)), ImapSyntaxError, line);
};

/** A command from text in which literals stand as on the wire. */
function fromWire(wire: string): Cursor {
  const lines: string[] = [];
  const literals = [];
  let rest = wire;
  for (;;) {
    const end = rest.indexOf('\r\n');
    const line = end < 0 ? rest : rest.slice(0, end);
    lines.push(line);
    const head = end < 0 ? undefined : literalHead(line);
    if (head === undefined) break;
    const content = Buffer.from(rest.slice(end + 2, end + 2 + head.size), 'latin1');
    literals.push({ size: head.size, binary: head.binary, content });
    rest = rest.slice(end + 2 + head.size);
  }
  return new Cursor({ lines, literals });
}

test('tags and command names', () => {
  const cursor = Cursor.of('a.1 uid fetch 1');
  assert.equal(cursor.tag(), 'a.1');
  cursor.space();
  assert.equal(cursor.commandName(), 'UID FETCH');
  throws('+a NOOP', (c) => c.tag());
  throws(`${'x'.repeat(129)} NOOP`, (c) => c.tag());
  throws('ABCDEFGHIJKLMNOP', (c) => c.commandName());
  throws('', (c) => c.commandName());
});

test('the head of a command is found in any line', () => {
  assert.deepEqual(commandHead('a1 login x y'), { tag: 'a1', name: 'LOGIN' });
  assert.deepEqual(commandHead('a1 uid move 1 x'), { tag: 'a1', name: 'UID MOVE' });
  assert.deepEqual(commandHead('a1'), { tag: 'a1', name: '' });
  assert.deepEqual(commandHead('GET / HTTP/1.1').name, '/');
  assert.deepEqual(commandHead('* OK').tag, undefined);
  assert.deepEqual(commandHead(`${'x'.repeat(129)} NOOP`).tag, undefined);
  assert.deepEqual(commandHead('').tag, undefined);
});

test('literal announcements', () => {
  assert.deepEqual(literalHead('a APPEND x {12}'), {
    start: 11,
    size: 12,
    synchronizing: true,
    binary: false,
  });
  assert.deepEqual(literalHead('a x ~{3+}'), { start: 4, size: 3, synchronizing: false, binary: true });
  for (const line of ['{}', '{+}', 'x}', '{1-}', '{1234567890123456}', '{12} ', '12}', '}', '']) {
    assert.equal(literalHead(line), undefined, line);
  }
});

test('strings of every kind', () => {
  assert.equal(Cursor.of('atom').astring(), 'atom');
  assert.equal(Cursor.of('a]b').astring(), 'a]b');
  assert.equal(Cursor.of('NIL').astring(), 'NIL');
  assert.equal(Cursor.of('~foo').astring(), '~foo');
  assert.equal(Cursor.of('"a \\"b\\" \\\\c"').astring(), 'a "b" \\c');
  assert.equal(Cursor.of('""').astring(), '');
  assert.equal(Cursor.of('nil').nstring(), undefined);
  assert.equal(Cursor.of('"NIL"').nstring(), 'NIL');
  assert.equal(fromWire('{5}\r\na\r\nb"').astring(), 'a\r\nb"');
  assert.equal(fromWire('{0}\r\n').astring(), '');
  throws('"abc', (c) => c.astring());
  throws('"a\\nb"', (c) => c.astring());
  throws('"a\0b"', (c) => c.astring());
  throws('NILX', (c) => c.nstring());
  throws(`"${'x'.repeat(8001)}"`, (c) => c.astring());
  throws('x'.repeat(8001), (c) => c.atom());
  throws('{3}', (c) => c.astring());
  assert.throws(() => fromWire('{1}\r\n\0').astring(), ImapSyntaxError);
});

test('literals stand exactly where they are announced', () => {
  const cursor = fromWire('{3}\r\nabc {2}\r\nde (x)');
  assert.equal(cursor.astring(), 'abc');
  cursor.space();
  assert.equal(cursor.atEnd(), false);
  assert.equal(cursor.astring(), 'de');
  cursor.space();
  assert.deepEqual(
    cursor.list(() => cursor.atom(), { empty: false }),
    ['x'],
  );
  cursor.end();
  throws('{3} {4}', (c) => c.astring());
});

test('numbers stay in their range', () => {
  assert.equal(Cursor.of('4294967295').number(), 4294967295);
  throws('4294967296', (c) => c.number());
  assert.equal(Cursor.of('9007199254740991').number64(), Number.MAX_SAFE_INTEGER);
  assert.equal(Cursor.of('9223372036854775807').number64(), Number.MAX_SAFE_INTEGER);
  throws('12345678901234567890', (c) => c.number64());
  throws('0', (c) => c.nzNumber());
  throws('-1', (c) => c.number());
});

test('lists', () => {
  const words = (line: string, empty: boolean): string[] => {
    const cursor = Cursor.of(line);
    const list = cursor.list(() => cursor.atom(), { empty });
    cursor.end();
    return list;
  };
  assert.deepEqual(words('(a b)', false), ['a', 'b']);
  assert.deepEqual(words('()', true), []);
  for (const line of ['()', '(a', '(a  b)', '( a)', 'a', '(a))'])
    assert.throws(() => words(line, false), ImapSyntaxError);
});

test('what is written as a string is read back the same', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = Buffer.from(bytes.map((b) => b || 1)).toString('latin1');
      for (const written of [
        formatString(text),
        formatString(text, { utf8: true }),
        formatAstring(text),
        formatNstring(text),
      ]) {
        const cursor = fromWire(`${written} end`);
        assert.equal(cursor.astring(), text);
        cursor.space();
        assert.equal(cursor.atom(), 'end');
      }
    }),
  );
  assert.equal(formatAstring('nil'), '"nil"');
  assert.equal(formatAstring(''), '""');
  assert.equal(formatNstring(undefined), 'NIL');
});

test('atoms are exactly what the grammar allows', () => {
  assert.ok(isAtom("a-b.c+$!#&',/:;<=>?@[^_`|}~"));
  for (const c of '(){ %*"\\]\x7f\0\r\né') assert.equal(isAtom(`a${c}`), false, c);
  assert.equal(isAtom(''), false);
  assert.ok(isAtom(Buffer.from(utf8('plain')).toString('latin1')));
});
