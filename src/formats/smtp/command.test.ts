import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fuzz } from './fuzz.ts';
import { type CommandOf, CommandError, type Mailbox, parseCommand } from './index.ts';

const parse = (line: string) => parseCommand(Buffer.from(line, 'utf8'));

/** Code and status of the refusal. */
function refusal(line: string | Uint8Array): string {
  try {
    const { verb } = typeof line === 'string' ? parse(line) : parseCommand(line);
    return `accepted as ${verb}`;
  } catch (error) {
    assert.ok(error instanceof CommandError, String(error));
    return `${error.code} ${error.status}`;
  }
}

const sender = (line: string): Mailbox | null => (parse(line) as CommandOf<'MAIL'>).sender;
const mailParameters = (text: string) =>
  (parse(`MAIL FROM:<a@b.test> ${text}`) as CommandOf<'MAIL'>).parameters;
const rcptParameters = (text: string) =>
  (parse(`RCPT TO:<a@b.test> ${text}`) as CommandOf<'RCPT'>).parameters;

test('verbs are found in any case', () => {
  for (const line of ['DATA', 'data', 'Data ', 'rset', 'QUIT', 'NOOP anything goes', 'HELP me', 'StartTLS']) {
    assert.equal(parse(line).verb, line.split(' ')[0]?.toUpperCase());
  }
  for (const verb of ['ETRN', 'ATRN', 'BURL']) assert.equal(parse(`${verb} x`).verb, verb);
  for (const line of [
    '',
    ' DATA',
    'XYZZY',
    'DATAX',
    'D',
    'GET / HTTP/1.1',
    '\0\0',
    'ÉHLO x',
    'x'.repeat(4000),
  ]) {
    assert.equal(parse(line).verb, 'UNKNOWN', line.slice(0, 20));
  }
  assert.equal(parseCommand(Buffer.from([0xff, 0xfe, 0x80])).verb, 'UNKNOWN');
});

test('verbs without arguments take none', () => {
  for (const verb of ['DATA', 'RSET', 'QUIT', 'STARTTLS']) {
    assert.equal(refusal(`${verb} now`), '501 5.5.2');
  }
});

test('greetings name a host', () => {
  assert.deepEqual(parse('EHLO mail.example.org'), { verb: 'EHLO', name: 'mail.example.org' });
  assert.deepEqual(parse('ehlo'), { verb: 'EHLO', name: '' });
  assert.deepEqual(parse('HELO [192.0.2.1] extra'), { verb: 'HELO', name: '[192.0.2.1]' });
  assert.deepEqual(parse('LHLO bücher.example'), { verb: 'LHLO', name: 'bücher.example' });
  for (const name of ['a(b', 'a;b', '<x>', 'a\tb', 'x'.repeat(256), '"x"', 'a\0']) {
    assert.equal(refusal(`EHLO ${name}`), '501 5.5.2', name);
  }
  assert.equal(refusal(Buffer.from('EHLO b\xfccher.example', 'latin1')), '501 5.5.2');
});

test('MAIL takes paths of every form', () => {
  assert.deepEqual(sender('MAIL FROM:<Jane.Doe@Example.ORG>'), {
    text: 'Jane.Doe@Example.ORG',
    local: 'Jane.Doe',
    domain: 'Example.ORG',
    canonical: 'jane.doe@example.org',
  });
  assert.equal(sender('MAIL FROM:<>'), null);
  assert.equal(sender('mail from: <a@b.test>')?.canonical, 'a@b.test');
  assert.equal(sender('MAIL FROM:<@one.test,@two.test:a@b.test>')?.text, 'a@b.test');
  assert.equal(sender('MAIL FROM:<"a b"@c.test>')?.local, 'a b');
  assert.equal(sender('MAIL FROM:<"a b"@c.test>')?.canonical, '"a b"@c.test');
  assert.equal(sender('MAIL FROM:<"Jane"@c.test>')?.canonical, 'jane@c.test');
  assert.equal(sender('MAIL FROM:<"a\\"\\\\@>"@c.test>')?.local, 'a"\\@>');
  assert.equal(sender('MAIL FROM:<"a\\"\\\\@>"@c.test>')?.canonical, '"a\\"\\\\@>"@c.test');
  assert.equal(sender('MAIL FROM:<a@[192.0.2.1]>')?.domain, '[192.0.2.1]');
  assert.equal(sender('MAIL FROM:<a@[IPv6:2001:DB8::1]>')?.canonical, 'a@[ipv6:2001:db8::1]');
  assert.equal(sender('MAIL FROM:<a@localhost>')?.domain, 'localhost');
});

test('addresses beyond ASCII are compared in A-labels', () => {
  assert.deepEqual(sender('MAIL FROM:<Jöhn@BÜCHER.example> SMTPUTF8'), {
    text: 'Jöhn@BÜCHER.example',
    local: 'Jöhn',
    domain: 'BÜCHER.example',
    canonical: 'jöhn@xn--bcher-kva.example',
  });
  assert.equal(refusal(Buffer.from('MAIL FROM:<j\xf6hn@b.test>', 'latin1')), '501 5.1.8');
});

test('malformed senders and recipients are told apart', () => {
  for (const path of [
    '<a>',
    '<a@>',
    '<@b.test>',
    '<a@b.test',
    '<a b@c.test>',
    '<.a@b.test>',
    '<a.@b.test>',
    '<a..b@c.test>',
    '<a@b..test>',
    '<a@-b.test>',
    '<a@b.test->',
    '<a@b.test.>',
    '<a@[1.2.3]>',
    '<a@[1.2.3.4>',
    '<a@[IPv6:1.2.3.4]>',
    '<"a@b.test>',
    '<"a"b@c.test>',
    '<a@b.test>x',
    '<<a@b.test>>',
    '<a@b@c.test>',
    '<a@b.test/x>',
    '<@one.test:>',
    '<@one test:a@b.test>',
    '<a\0@b.test>',
    '<"a\t"@b.test>',
    `<${'x'.repeat(300)}@b.test>`,
    `<a@${'x.'.repeat(130)}test>`,
    `<a@${'x'.repeat(64)}.test>`,
  ]) {
    assert.equal(refusal(`MAIL FROM:${path}`), '501 5.1.8', path);
    assert.equal(refusal(`RCPT TO:${path}`), '501 5.1.3', path);
  }
  assert.equal(refusal('RCPT TO:<>'), '501 5.1.3');
  assert.equal(refusal('MAIL FROM:<postmaster>'), '501 5.1.8');
  for (const line of [
    'MAIL',
    'MAIL FROM',
    'MAIL a@b.test',
    'MAIL FROM:a@b.test',
    'MAIL TO:<a@b.test>',
    'RCPT x',
  ]) {
    assert.equal(refusal(line), '501 5.5.2', line);
  }
});

test('postmaster needs no domain', () => {
  const { recipient } = parse('RCPT TO:<PostMaster>') as CommandOf<'RCPT'>;
  assert.deepEqual(recipient, {
    text: 'PostMaster',
    local: 'PostMaster',
    domain: '',
    canonical: 'postmaster',
  });
});

test('parameters of MAIL', () => {
  assert.deepEqual(
    mailParameters(
      'size=1000 BODY=8bitmime SMTPUTF8  RET=HDRS ENVID=a+2Bb+3Dc REQUIRETLS AUTH=<> SOLICIT=a.b:c',
    ),
    {
      size: 1000,
      body: '8BITMIME',
      smtpUtf8: true,
      ret: 'HDRS',
      envid: 'a+b=c',
      requireTls: true,
      auth: '<>',
      solicit: 'a.b:c',
    },
  );
  assert.deepEqual(mailParameters('BY=-60;nT HOLDFOR=60 MT-PRIORITY=-3 TRANSID=<x> MTRK=y CONPERM'), {
    deliverBy: { seconds: -60, mode: 'N', trace: true },
    holdFor: 60,
    priority: -3,
  });
  assert.deepEqual(mailParameters('HOLDUNTIL=2030-01-02T03:04:05+01:00'), {
    holdUntil: Date.UTC(2030, 0, 2, 2, 4, 5),
  });
});

test('a bad value, an unknown name and a repeated name are refused', () => {
  for (const parameter of [
    'SIZE=abc',
    'SIZE=',
    'SIZE',
    'SIZE=-1',
    `SIZE=${'9'.repeat(21)}`,
    'BODY=9BIT',
    'SMTPUTF8=YES',
    'REQUIRETLS=1',
    'RET=ALL',
    'ENVID=',
    'ENVID=a+zz',
    'ENVID=a+0A',
    `ENVID=${'x'.repeat(101)}`,
    'BY=x;R',
    'BY=60',
    'BY=60;X',
    'HOLDFOR=0',
    'HOLDFOR=x',
    'HOLDUNTIL=tomorrow',
    'HOLDUNTIL=2030-13-40T00:00:00Z',
    'MT-PRIORITY=10',
    'MT-PRIORITY=x',
    'AUTH=a+b',
    'SOLICIT=',
    'SIZE=1 SIZE=1',
  ]) {
    assert.equal(refusal(`MAIL FROM:<a@b.test> ${parameter}`), '501 5.5.4', parameter);
  }
  for (const parameter of [
    'NOTIFY=',
    'NOTIFY=NEVER,DELAY',
    'NOTIFY=X',
    'ORCPT=x',
    'ORCPT=;x',
    'ORCPT=rfc822;',
  ]) {
    assert.equal(refusal(`RCPT TO:<a@b.test> ${parameter}`), '501 5.5.4', parameter);
  }
  assert.equal(refusal('MAIL FROM:<a@b.test> FOO=1'), '504 5.5.4');
  assert.equal(refusal('MAIL FROM:<a@b.test> NOTIFY=NEVER'), '504 5.5.4');
  assert.equal(refusal('RCPT TO:<a@b.test> __proto__=1'), '504 5.5.4');
});

test('parameters of RCPT', () => {
  assert.deepEqual(
    rcptParameters('NOTIFY=success,DELAY ORCPT=rfc822;Jane+2Btag@example.org RRVS=2030-01-01T00:00:00Z;C'),
    {
      notify: ['SUCCESS', 'DELAY'],
      orcpt: { type: 'rfc822', address: 'Jane+tag@example.org' },
    },
  );
  assert.deepEqual(rcptParameters('NOTIFY=never'), { notify: [] });
  assert.deepEqual(rcptParameters('ORCPT=utf-8;j\\x{F6}hn@example.org').orcpt, {
    type: 'utf-8',
    address: 'jöhn@example.org',
  });
  assert.equal(refusal('RCPT TO:<a@b.test> ORCPT=utf-8;a\\x{A}b'), '501 5.5.4');
});

test('BDAT, AUTH, VRFY and EXPN', () => {
  assert.deepEqual(parse('BDAT 100'), { verb: 'BDAT', size: 100, last: false });
  assert.deepEqual(parse('bdat 0 last'), { verb: 'BDAT', size: 0, last: true });
  for (const line of [
    'BDAT',
    'BDAT x',
    'BDAT -1',
    'BDAT 1 LATE',
    'BDAT 1 LAST x',
    `BDAT ${'9'.repeat(16)}`,
  ]) {
    assert.equal(refusal(line), '501 5.5.2', line);
  }
  assert.deepEqual(parse('AUTH plain AGE='), { verb: 'AUTH', mechanism: 'PLAIN', initial: 'AGE=' });
  assert.deepEqual(parse('AUTH LOGIN'), { verb: 'AUTH', mechanism: 'LOGIN', initial: undefined });
  for (const line of ['AUTH', 'AUTH PL@IN', 'AUTH PLAIN a b']) assert.equal(refusal(line), '501 5.5.2', line);
  assert.equal(
    (parse('VRFY <jane@example.org>') as CommandOf<'VRFY'>).mailbox?.canonical,
    'jane@example.org',
  );
  assert.equal((parse('VRFY jane@example.org') as CommandOf<'VRFY'>).mailbox?.local, 'jane');
  assert.deepEqual(parse('EXPN staff list'), { verb: 'EXPN', text: 'staff list', mailbox: undefined });
  assert.equal(refusal('VRFY'), '501 5.5.2');
});

const SEEDS = [
  'EHLO mail.example.org',
  'MAIL FROM:<@a.test:"q\\"s"@[IPv6:::1]> SIZE=1 BODY=BINARYMIME ENVID=+41 BY=1;RT AUTH=<>',
  'RCPT TO:<jöhn@bücher.example> NOTIFY=NEVER ORCPT=utf-8;\\x{20AC}@x.test',
  'RCPT TO:<Postmaster>',
  'BDAT 86 LAST',
  'AUTH PLAIN =',
  'line one\r\n..dots\r\n.\rx\r\n.\r\nQUIT\r\n',
];

test('no input breaks a parser', () => {
  for (const seed of SEEDS) fuzz(Buffer.from(seed));
  const mutated = fc
    .tuple(fc.constantFrom(...SEEDS), fc.nat(80), fc.nat(5), fc.uint8Array({ maxLength: 6 }))
    .map(([seed, at, drop, insert]) => {
      const bytes = Buffer.from(seed);
      return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + drop)]);
    });
  fc.assert(fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), fuzz), { numRuns: 3000 });
});
