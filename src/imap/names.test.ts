// Names of mailboxes as paths.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MailboxInfo } from '../mail/index.ts';
import { levelsOf, MailboxNames, withInbox } from './names.ts';
import { Refusal } from './reply.ts';

const mailbox = (id: number, name: string, parentId = 0, more: Partial<MailboxInfo> = {}): MailboxInfo => ({
  id,
  name,
  parentId,
  role: null,
  sortOrder: 0,
  total: 0,
  unread: 0,
  subscribers: [],
  uidValidity: 1,
  uidNext: 1,
  highestModseq: 1,
  ...more,
});
const namesOf = (...all: MailboxInfo[]) => new MailboxNames(new Map(all.map((one) => [one.id, one])));

test('the tree with the inbox at the top', () => {
  const names = namesOf(
    mailbox(1, 'b'),
    mailbox(2, 'Inbox', 0, { role: 'inbox' }),
    mailbox(3, 'child', 2),
    mailbox(4, 'a', 0, { sortOrder: 1 }),
    mailbox(5, 'deep', 3),
  );
  assert.deepEqual(
    names.all.map(({ path }) => path),
    ['INBOX', 'INBOX/child', 'INBOX/child/deep', 'b', 'a'],
  );
  assert.deepEqual(
    names.all.map(({ hasChildren }) => hasChildren),
    [true, true, false, false, false],
  );
  assert.equal(names.get('inbox/child')?.mailbox.id, 3);
  assert.equal(names.get('INBOX/Child'), undefined);
  assert.equal(names.byId(5)?.path, 'INBOX/child/deep');
});

test('others that are called inbox', () => {
  const names = namesOf(
    mailbox(1, 'Inbox', 0, { role: 'inbox' }),
    mailbox(2, 'INBOX'),
    mailbox(3, 'inbox'),
    mailbox(4, 'inbox', 2),
  );
  assert.deepEqual(
    names.all.map(({ path }) => path),
    ['INBOX', 'INBOX 2', 'INBOX 2/inbox', 'INBOX 3'],
  );
});

test('aliases stand for default mailboxes at the top, unless a mailbox has the name', () => {
  const folders = {
    sent: { name: 'Sent Items', create: true, subscribe: true, aliases: ['Sent', 'Gesendet'] },
  };
  const names = namesOf(
    mailbox(1, 'Sent Items', 0, { role: 'sent' }),
    mailbox(2, 'Gesendet'),
    mailbox(3, '2026', 1),
    mailbox(4, 'May', 3),
  );
  assert.equal(names.find('SENT', folders)?.mailbox.id, 1);
  assert.equal(names.find('Gesendet', folders)?.mailbox.id, 2);
  assert.equal(names.find('Sent/x', folders), undefined);
  assert.equal(names.find('sent/2026/May', folders)?.mailbox.id, 4);
  assert.equal(names.find('Gesendet/2026', folders), undefined);
  assert.equal(names.find('Sent', {}), undefined);
});

test('spelling and levels', () => {
  assert.equal(withInbox('inBox'), 'INBOX');
  assert.equal(withInbox('inbox/x'), 'INBOX/x');
  assert.equal(withInbox('inboxes'), 'inboxes');
  assert.deepEqual(levelsOf('a/b/'), ['a', 'b']);
  for (const bad of ['', '/', '/a', 'a//b', 'a/ /b']) assert.throws(() => levelsOf(bad), Refusal, bad);
});
