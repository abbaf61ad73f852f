// What each kind of error becomes on the wire.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AccessDenied,
  addSink,
  Conflict,
  Invalid,
  LimitExceeded,
  NotFound,
  Unavailable,
  Unsupported,
} from '../base/index.ts';
import { ImapSyntaxError } from '../formats/imap/index.ts';
import { MailboxInUse } from '../mail/index.ts';
import { ConnectionEnded } from '../net/index.ts';
import { StoreFull } from '../store/index.ts';
import { bad, Refusal, replyFor, SessionEnd } from './reply.ts';

const codeOf = (error: unknown): string => {
  const { status, code } = replyFor(error);
  return code === undefined ? status : `${status} ${code}`;
};

test('errors and their codes', () => {
  const cases: readonly [error: Error, code: string][] = [
    [new ImapSyntaxError('x'), 'BAD'],
    [new ImapSyntaxError('x', 'LIMIT'), 'BAD LIMIT'],
    [new Refusal(bad('x', 'CLIENTBUG')), 'BAD CLIENTBUG'],
    [new AccessDenied('imapFetch'), 'NO NOPERM'],
    [new NotFound('mailbox', 1), 'NO NONEXISTENT'],
    [new Conflict('x'), 'NO ALREADYEXISTS'],
    [new MailboxInUse('mailboxes'), 'NO HASCHILDREN'],
    [new MailboxInUse('emails'), 'NO INUSE'],
    [new LimitExceeded('maxDiskQuota', 1), 'NO OVERQUOTA'],
    [new LimitExceeded('organizationDiskQuota', 1), 'NO OVERQUOTA'],
    [new LimitExceeded('maxMessageSize', 1), 'NO TOOBIG'],
    [new LimitExceeded('maxKeywords', 1), 'NO LIMIT'],
    [new Invalid('x'), 'NO CANNOT'],
    [new Unsupported('x'), 'NO CANNOT'],
    [new Unavailable('x'), 'NO UNAVAILABLE'],
    [new StoreFull('x'), 'NO UNAVAILABLE'],
  ];
  for (const [error, code] of cases) assert.equal(codeOf(error), code, error.name);
});

test('an error nobody expected is reported with the trace that the client is told', () => {
  const traces: unknown[] = [];
  const remove = addSink((name, _, fields) => {
    if (name === 'server.unexpected-error') traces.push(fields['trace']);
  });
  const { code, text } = replyFor(new TypeError('secret'));
  remove();
  assert.equal(code, 'SERVERBUG');
  assert.equal(traces.length, 1);
  assert.ok(text.includes(String(traces[0])) && !text.includes('secret'));
});

test('the end of a session is passed on', () => {
  assert.throws(() => replyFor(new ConnectionEnded('eof')), ConnectionEnded);
  assert.throws(() => replyFor(new SessionEnd('bye')), SessionEnd);
});
