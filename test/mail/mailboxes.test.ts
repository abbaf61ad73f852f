// The tree of mailboxes: what may be made, changed and destroyed, and what is refused.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Aspect, DataType } from '../../src/account/index.ts';
import { AccessDenied, Conflict, Invalid, LimitExceeded, NotFound } from '../../src/base/index.ts';
import type { MailAccount, MailboxCreate, MailboxInfo } from '../../src/mail/index.ts';
import { MailboxInUse } from '../../src/mail/index.ts';
import { message, openWorld, SETTINGS, type World } from './world.ts';

let world: World;
let account: MailAccount;
let boxes: Record<string, MailboxInfo>;
beforeEach(async () => {
  world = openWorld({ settings: () => ({ ...SETTINGS, maxMailboxDepth: 3, maxMailboxNameLength: 20 }) });
  account = world.mail.account(1);
  const { mailboxes } = await account.view();
  boxes = Object.fromEntries([...mailboxes.values()].map((mailbox) => [mailbox.role, mailbox]));
});
afterEach(() => world.close());

const input = (name: string, more: Partial<MailboxCreate> = {}): MailboxCreate => ({
  name,
  parentId: 0,
  role: null,
  sortOrder: 0,
  subscriber: undefined,
  ...more,
});
const make = (name: string, more: Partial<MailboxCreate> = {}): Promise<number> =>
  account.createMailbox(input(name, more));
const info = async (id: number): Promise<MailboxInfo> =>
  (await account.view()).mailboxes.get(id) as MailboxInfo;
const put = async (mailboxIds: readonly number[], n = 0): Promise<number> => {
  const bytes = message({ Subject: `m ${n}` });
  const [outcome] = await account.append([{ bytes, mailboxIds, keywords: [], receivedAt: 1000 }]);
  assert.ok(outcome && 'value' in outcome);
  return outcome.value.id;
};
/** The property that a refusal names. */
const invalid =
  (property: string) =>
  (error: unknown): boolean =>
    error instanceof Invalid && error.problems[0]?.property === property;

describe('creation', () => {
  test('gives a mailbox with its own UIDVALIDITY, not subscribed unless asked', async () => {
    const one = await make('  Projects  ', { sortOrder: 7 });
    const two = await make('Other', { subscriber: 1, role: 'archive' });
    const first = await info(one);
    assert.equal(first.name, 'Projects');
    assert.equal(first.sortOrder, 7);
    assert.deepEqual(first.subscribers, []);
    assert.equal(first.uidNext, 1);
    assert.ok(first.highestModseq >= 1);
    const second = await info(two);
    assert.deepEqual(second.subscribers, [1]);
    assert.equal(second.role, 'archive');
    assert.ok(second.uidValidity > first.uidValidity);
  });

  test('is the first access of an account as well', async () => {
    const fresh = world.mail.account(77);
    const id = await fresh.createMailbox(input('Mine'));
    const { mailboxes, head } = await fresh.view();
    assert.equal(mailboxes.size, 6);
    assert.equal(mailboxes.get(id)?.name, 'Mine');
    assert.equal(head.change, 1);
  });

  test('refuses names', async () => {
    for (const name of ['', '   ', 'a/b', 'tab\there', 'x'.repeat(21), 'é'.repeat(11)])
      await assert.rejects(make(name), invalid('name'), JSON.stringify(name));
    await make('é'.repeat(10));
  });

  test('refuses a sibling of the same name in any capitals, and names it', async () => {
    const id = await make('Work');
    await assert.rejects(make('wORK'), (error) => error instanceof Conflict && error.existing === String(id));
    await make('Work', { parentId: id });
    await assert.rejects(
      make('INBOX'),
      (error) => error instanceof Conflict && error.existing === String(boxes['inbox']?.id),
    );
  });

  test('refuses parents, depth, roles and number', async () => {
    await assert.rejects(make('x', { parentId: 999 }), invalid('parentId'));
    const a = await make('a');
    const b = await make('b', { parentId: a });
    const c = await make('c', { parentId: b });
    await assert.rejects(make('d', { parentId: c }), LimitExceeded);
    await assert.rejects(make('r', { role: 'boss' }), invalid('role'));
    await assert.rejects(make('r', { role: 'sent' }), invalid('role'));
    world.limits = { maxMailboxes: 8 };
    await assert.rejects(make('e'), LimitExceeded);
  });
});

describe('update', () => {
  test('renames, moves and orders, and logs what kind of change it was', async () => {
    const a = await make('a');
    const b = await make('b');
    const { uidValidity } = await info(b);
    const before = (await account.account.head()).change;
    await account.updateMailbox(b, { name: 'bb', parentId: a, sortOrder: 3 });
    await account.updateMailbox(b, { subscription: { account: 5, subscribed: true } });
    const now = await info(b);
    assert.deepEqual(
      [now.name, now.parentId, now.sortOrder, now.subscribers, now.uidValidity],
      ['bb', a, 3, [5], uidValidity],
    );
    const log = await account.account.log(before, 10);
    assert.deepEqual(
      log?.map(({ entries }) => entries.map(({ id, kind, aspects }) => [id, kind, aspects])),
      [[[b, 'update', Aspect.Properties]], [[b, 'update', Aspect.Subscription]]],
    );
  });

  test('that changes nothing takes no change number', async () => {
    const a = await make('a', { subscriber: 1 });
    const { change } = await account.account.head();
    await account.updateMailbox(a, { name: 'a', parentId: 0, role: null });
    await account.updateMailbox(a, { subscription: { account: 1, subscribed: true } });
    await account.updateMailbox(a, { subscription: { account: 2, subscribed: false } });
    assert.equal((await account.account.head()).change, change);
  });

  test('refuses circles, taken names, depth, and roles that stay', async () => {
    const a = await make('a');
    const b = await make('b', { parentId: a });
    const c = await make('c', { parentId: b });
    await assert.rejects(account.updateMailbox(a, { parentId: c }), invalid('parentId'));
    await assert.rejects(account.updateMailbox(a, { parentId: a }), invalid('parentId'));
    const top = await make('top');
    await assert.rejects(account.updateMailbox(a, { parentId: top }), LimitExceeded);
    await assert.rejects(account.updateMailbox(a, { name: 'TOP' }), Conflict);
    const twin = await make('b');
    await assert.rejects(account.updateMailbox(twin, { parentId: a }), Conflict);
    for (const role of ['inbox', 'trash', 'junk'])
      await assert.rejects(account.updateMailbox(boxes[role]?.id as number, { role: null }), invalid('role'));
    await assert.rejects(account.updateMailbox(a, { role: 'inbox' }), invalid('role'));
    await account.updateMailbox(boxes['sent']?.id as number, { role: null });
    await account.updateMailbox(a, { role: 'sent' });
    await account.updateMailbox(boxes['inbox']?.id as number, { name: 'Posteingang' });
    await assert.rejects(make('inbox'), Conflict);
    await assert.rejects(account.updateMailbox(999, { name: 'x' }), NotFound);
  });
});

describe('updates of several', () => {
  test('are judged by what they leave, and are one change', async () => {
    const [a, b] = [await make('a'), await make('b')];
    const { change } = await account.account.head();
    await account.updateMailboxes(
      new Map([
        [a, { name: 'b' }],
        [b, { name: 'a', parentId: a }],
      ]),
    );
    assert.deepEqual([(await info(a)).name, (await info(b)).name, (await info(b)).parentId], ['b', 'a', a]);
    assert.equal((await account.account.head()).change, change + 1);
  });

  test('are all or none', async () => {
    const [a, b, c] = [await make('a'), await make('b'), await make('c')];
    const updates = new Map([
      [a, { name: 'free' }],
      [b, { name: 'c' }],
    ]);
    await assert.rejects(account.updateMailboxes(updates), Conflict);
    assert.equal((await info(a)).name, 'a');
    // A circle of two, looked at from a third that goes below it.
    const circle = new Map([
      [c, { parentId: a }],
      [a, { parentId: b }],
      [b, { parentId: a }],
    ]);
    await assert.rejects(account.updateMailboxes(circle), invalid('parentId'));
  });
});

describe('destruction', () => {
  test('refuses what stays, what has children, and what has e-mails', async () => {
    for (const role of ['inbox', 'trash', 'junk']) {
      const id = boxes[role]?.id as number;
      await assert.rejects(account.destroyMailbox(id, { removeEmails: true }), AccessDenied);
    }
    const a = await make('a');
    const b = await make('b', { parentId: a });
    const email = await put([a]);
    for (const removeEmails of [true, false]) {
      await assert.rejects(
        account.destroyMailbox(a, { removeEmails }),
        (error) => error instanceof MailboxInUse && error.holds === 'mailboxes',
      );
    }
    assert.ok((await account.view()).row(email) >= 0);
    await account.destroyMailbox(b, { removeEmails: false });
    await assert.rejects(
      account.destroyMailbox(a, { removeEmails: false }),
      (error) => error instanceof MailboxInUse && error.holds === 'emails',
    );
    await assert.rejects(account.destroyMailbox(999, { removeEmails: true }), NotFound);
  });

  test('keeps e-mails that are elsewhere, and destroys the others', async () => {
    const a = await make('a');
    const both = await put([a, boxes['inbox']?.id as number], 1);
    const only = await put([a], 2);
    await account.destroyMailbox(a, { removeEmails: true });
    const view = await account.view();
    assert.ok(!view.mailboxes.has(a));
    assert.equal(view.members(a), undefined);
    assert.equal(view.mailboxRows(a), undefined);
    assert.ok(view.row(only) < 0);
    assert.deepEqual(view.mailboxesOf(view.row(both)), [boxes['inbox']?.id]);
  });

  test('takes e-mails along that JMAP does not see', async () => {
    const a = await make('a');
    await put([a]);
    await account.storeFlags(a, [1], { mode: 'add', keywords: [], deleted: true });
    await account.destroyMailbox(a, { removeEmails: false });
    assert.equal((await account.view()).count, 0);
    assert.equal((await account.account.head()).usedBytes, 0);
  });

  test('of many e-mails is several commits, and whole in the end', async () => {
    const a = await make('a');
    const items = Array.from({ length: 1200 }, (_, i) => ({
      bytes: message({ Subject: `m ${i}` }),
      mailboxIds: [a],
      keywords: [],
      receivedAt: i,
    }));
    const outcomes = await account.append(items);
    assert.ok(outcomes.every((outcome) => 'value' in outcome));
    const before = await account.account.head();
    await account.destroyMailbox(a, { removeEmails: true });
    const head = await account.account.head();
    assert.ok(head.change - before.change >= 3);
    assert.equal(head.count(DataType.Email), 0);
    assert.equal(head.count(DataType.Thread), 0);
    assert.equal((await account.view()).count, 0);
  });

  test('and creation of the same name gives another UIDVALIDITY', async () => {
    const a = await make('a');
    const { uidValidity } = await info(a);
    await account.destroyMailbox(a, { removeEmails: true });
    assert.ok((await info(await make('a'))).uidValidity > uidValidity);
  });
});
