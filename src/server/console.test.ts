// The console log: one line an event, levels, and nothing that is named like a secret.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emit, holdClock } from '../base/index.ts';
import { eventLine, logToConsole } from './console.ts';
import './events.ts';

test('an event is one line, whatever is in it', () => {
  const release = holdClock(() => Date.UTC(2026, 10, 27, 7, 40));
  const line = eventLine('net.tls-failed', 'warn', {
    listener: 'imaps',
    reason: 'no shared\r\ncipher "x"',
    left: undefined,
    times: 3,
    parts: { a: 1n, list: ['b'] },
  });
  release();
  assert.equal(
    line,
    '2026-11-27T07:40:00.000Z warn net.tls-failed listener=imaps reason="no shared\\r\\ncipher \\"x\\"" times=3 parts="{\\"a\\":\\"1\\",\\"list\\":[\\"b\\"]}"\n',
  );
});

test('fields named like a secret are masked, at any depth', () => {
  const line = eventLine('x', 'info', { password: 'hunter2', more: { accessToken: 'abc' }, name: 'ann' });
  assert.ok(!line.includes('hunter2') && !line.includes('abc'), line);
  assert.ok(line.includes('name=ann'));
});

test('long values are cut, and what cannot be written as JSON does not throw', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const line = eventLine('x', 'info', { long: 'y'.repeat(10_000), circle });
  assert.ok(line.length < 700, String(line.length));
});

test('only events of the level and above are written', () => {
  const lines: string[] = [];
  const end = logToConsole('warn', (line) => lines.push(line));
  emit('server.started', { version: '1', ms: 1 });
  emit('server.listener-failed', { listener: 'smtp', reason: 'in use' }, 'error');
  end();
  emit('server.listener-failed', { listener: 'smtp', reason: 'in use' }, 'error');
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', / error server\.listener-failed listener=smtp reason="in use"\n$/);
});
