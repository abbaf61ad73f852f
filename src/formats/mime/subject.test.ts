import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseSubject, threadSubject } from './index.ts';

test('base subject of RFC 5256 §2.1', () => {
  const cases: [subject: string, base: string][] = [
    ['hello', 'hello'],
    ['Re: hello', 'hello'],
    ['RE: Fwd: FW: hello', 'hello'],
    ['re : hello', 'hello'],
    ['Re[2]: hello', 'hello'],
    ['Re [list] : hello', 'hello'],
    ['[list] hello', 'hello'],
    ['[list] Re: [other] hello', 'hello'],
    ['[only]', '[only]'],
    ['[one] [two]', '[two]'],
    ['Re: [two]', '[two]'],
    ['hello (fwd)', 'hello'],
    ['hello (fwd) (FWD)  ', 'hello'],
    ['[fwd: hello]', 'hello'],
    ['[Fwd: Re: [fwd: hello (fwd)]]', 'hello'],
    ['a  \t b', 'a b'],
    ['Re:', ''],
    ['', ''],
    ['Reply: hello', 'Reply: hello'],
    ['AW: hello', 'AW: hello'],
    ['Re:hello', 'hello'],
    ['[a[b] hello', '[a[b] hello'],
    ['[fwd: hello', '[fwd: hello'],
    ['re [x', 're [x'],
  ];
  for (const [subject, base] of cases) assert.equal(baseSubject(subject), base, subject);
});

test('thread subject knows other languages and ignores case', () => {
  for (const subject of [
    'Plan B',
    'Re: plan b',
    'AW: WG: Plan  B',
    'Antw: Plan B',
    'SV: VS: Plan B',
    'RIF: R: I: Plan B',
    'TR: Plan B',
    'RES: ENC: Plan B',
    'Odp: PD: Plan B',
    'YNT: Plan B',
    'إعادة توجيه: Plan B',
    'Отв: Пересл: Plan B',
    '回复: 转发: Plan B',
    '回覆：Plan B',
    '답장: Plan B',
    'Re[3]: Plan B',
    'Re^2: Plan B',
    'Re (4): Plan B',
    'Re2: Plan B',
    '[team] Re: Plan B (fwd)',
    'ＲＥ： Plan B',
  ]) {
    assert.equal(threadSubject(subject), 'plan b', subject);
  }
  assert.equal(threadSubject('Note: plan b'), 'note: plan b');
  assert.equal(threadSubject(null), '');
  assert.equal(threadSubject('Re: '), '');
});
