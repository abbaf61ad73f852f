// Operations on e-mails: what is refused, what is atomic, and what takes no change number.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Aspect, DataType } from '../../src/account/index.ts';
import { Invalid, LimitExceeded, NotFound, Unavailable } from '../../src/base/index.ts';
import { type AppendInput, DELETED_BIT, type MailAccount } from '../../src/mail/index.ts';
import { delivery, message, openWorld, type World } from './world.ts';

let world: World;
let account: MailAccount;
let inbox: number;
let trash: number;
beforeEach(async () => {
  world = openWorld();
  account = world.mail.account(1);
  [inbox, trash] = [...(await account.view()).mailboxes.keys()] as [number, number];
});
afterEach(() => world.close());

let n = 0;
const input = (more: Partial<AppendInput> = {}): AppendInput => ({
  bytes: message({ Subject: `m ${++n}` }),
  mailboxIds: [inbox],
  keywords: [],
  receivedAt: 1_700_000_000_000,
  ...more,
});
const put = async (count: number, more: Partial<AppendInput> = {}): Promise<number[]> =>
  (await account.appendAll(Array.from({ length: count }, () => input(more)))).map(({ id }) => id);
const change = async (): Promise<number> => (await account.account.head()).change;
const uids = async (mailbox: number): Promise<number[]> =>
  Array.from((await account.view()).members(mailbox)?.uids ?? []);
const logSince = async (since: number) => (await account.account.log(since, 100)) ?? [];

describe('append', () => {
  test('stores each alone, and says which failed', async () => {
    const before = await change();
    const outcomes = await account.append([
      input(),
      input({ mailboxIds: [999] }),
      input({ mailboxIds: [] }),
      input({ keywords: ['x'.repeat(256)] }),
      input({ keywords: ['$deleted'] }),
      input({ receivedAt: Number.NaN }),
      input({ mailboxIds: [trash, inbox], receivedAt: -5000.7 }),
    ]);
    const errors = outcomes.map((outcome) => ('error' in outcome ? outcome.error : undefined));
    assert.ok(errors[1] instanceof NotFound);
    for (const i of [2, 3, 4, 5]) assert.ok(errors[i] instanceof Invalid, String(errors[i]));
    const last = outcomes[6];
    assert.ok(last && 'value' in last);
    assert.deepEqual(last.value.uids, [1, 2]);
    const view = await account.view();
    assert.equal(view.count, 2);
    assert.equal(view.received[view.row(last.value.id)], -5000);
    assert.equal(await change(), before + 1);
  });

  test('together stores all with consecutive UIDs, or none', async () => {
    const before = await change();
    await assert.rejects(account.appendAll([input(), input({ mailboxIds: [999] })]), NotFound);
    assert.equal(await change(), before);
    assert.equal((await account.view()).count, 0);
    assert.equal((await account.view()).mailboxes.get(inbox)?.uidNext, 1);
    const appended = await account.appendAll([input(), input(), input()]);
    assert.deepEqual(
      appended.map((one) => one.uids),
      [[1], [2], [3]],
    );
    assert.equal(await change(), before + 1);
    assert.deepEqual(await account.appendAll([]), []);
  });

  test('counts each against the quota as it comes', async () => {
    const one = input();
    world.limits = { maxDiskQuota: one.bytes.length * 2 + 5 };
    const outcomes = await account.append([one, input(), input()]);
    assert.deepEqual(
      outcomes.map((outcome) => 'value' in outcome),
      [true, true, false],
    );
    world.limits = { maxEmails: 2 };
    await assert.rejects(account.appendAll([input()]), LimitExceeded);
  });

  test("with \\Deleted is seen by IMAP alone, and comes into JMAP's sight as a creation", async () => {
    const before = await account.account.head();
    const [id] = (await put(1, { deleted: true })) as [number];
    const view = await account.view();
    assert.equal(view.count, 1);
    assert.equal(view.visible().count, 0);
    assert.equal(view.visible().row(id), -1);
    assert.equal(view.mailboxes.get(inbox)?.total, 0);
    const hidden = await account.account.head();
    assert.equal(hidden.state(DataType.Email), before.state(DataType.Email));
    assert.equal(hidden.state(DataType.Thread), before.state(DataType.Thread));
    const since = await change();
    await account.storeFlags(inbox, [1], { mode: 'remove', keywords: [], deleted: true });
    const entries = (await logSince(since))[0]?.entries.filter(({ aspects }) => !(aspects & Aspect.Hidden));
    assert.deepEqual(entries?.map(({ type, kind }) => [type, kind]).sort(), [
      [DataType.Mailbox, 'update'],
      [DataType.Email, 'create'],
      [DataType.Thread, 'create'],
    ]);
    assert.equal((await account.view()).visible().row(id), 0);
  });
});

describe('flags', () => {
  test('that are there already take no change number', async () => {
    await put(2, { keywords: ['$seen', 'Todo'] });
    const before = await change();
    await account.storeFlags(inbox, [1, 2], { mode: 'add', keywords: ['$SEEN', 'todo'], deleted: false });
    await account.storeFlags(inbox, [1], { mode: 'remove', keywords: ['never', '$flagged'], deleted: true });
    await account.storeFlags(inbox, [1], { mode: 'replace', keywords: ['todo', '$seen'], deleted: false });
    await account.storeFlags(inbox, [77], { mode: 'add', keywords: ['$flagged'], deleted: true });
    assert.equal(await change(), before);
  });

  test('are stored where they differ, whatever else is there', async () => {
    await put(3, { keywords: ['todo'] });
    await account.storeFlags(inbox, [2], { mode: 'add', keywords: ['other'], deleted: true });
    const keywords = async () => {
      const view = await account.view();
      return [0, 1, 2].map((row) => [...view.keywordsOf(row)].sort().join(' '));
    };
    // Two spellings of one keyword are not two.
    await account.storeFlags(inbox, [1, 2], { mode: 'replace', keywords: ['todo', 'TODO'], deleted: false });
    assert.deepEqual(await keywords(), ['todo', 'todo', 'todo']);
    assert.equal((await account.view()).members(inbox)?.isDeleted(1), false);
    const before = await change();
    await account.storeFlags(inbox, [1, 2, 3], { mode: 'add', keywords: ['todo'], deleted: false });
    assert.equal(await change(), before);
    await account.storeFlags(inbox, [1, 2, 3], {
      mode: 'remove',
      keywords: ['nothing', 'todo'],
      deleted: false,
    });
    assert.deepEqual(await keywords(), ['', '', '']);
    await account.storeFlags(inbox, [1, 3], { mode: 'add', keywords: [], deleted: true });
    const members = (await account.view()).members(inbox);
    assert.deepEqual(
      [0, 1, 2].map((index) => members?.isDeleted(index)),
      [true, false, true],
    );
  });

  test('stand as bits in blocks, and in a summary of the mailbox', async () => {
    await put(2, { keywords: ['$seen', 'own'] });
    await put(2, { keywords: ['$seen', '$flagged'], deleted: true });
    const view = await account.view();
    const members = view.members(inbox);
    assert.ok(members);
    const [seen, flagged] = [view.keywordBit('$Seen'), view.keywordBit('$flagged')];
    assert.ok(seen > 0 && flagged > 0 && seen !== flagged);
    assert.equal(view.keywordBit('own'), 0);
    assert.equal(view.keywordBit('nothing'), 0);
    const hidden = (seen | flagged | DELETED_BIT) >>> 0;
    const out = new Uint32Array(4);
    members.flagBits(out, 4, 0);
    assert.deepEqual([...out], [seen, seen, hidden, hidden]);
    members.flagBits(out, 2, 1, Uint32Array.of(0, 3, 1));
    assert.deepEqual([...out.subarray(0, 2)], [hidden, seen]);
    assert.equal(members.flagSummary.every, seen);
    assert.equal(members.flagSummary.some >>> 0, hidden);
    assert.deepEqual([...view.keywordsIn(inbox)].sort(), ['$flagged', '$seen', 'own']);
  });

  test('keep the spelling that came first', async () => {
    await put(1, { keywords: ['MyFlag'] });
    await put(1, { keywords: ['myflag', 'OTHER'] });
    const view = await account.view();
    assert.deepEqual(view.keywordsOf(1), ['MyFlag', 'OTHER']);
    assert.equal(view.keywordTest('MYFLAG')?.(0), true);
    assert.equal(view.keywordTest('nothing'), undefined);
  });

  test('of their own are a thousand for an account', async () => {
    const words = Array.from({ length: 1000 }, (_, i) => `word${i}`);
    await put(1, { keywords: words });
    assert.equal((await account.view()).keywordsOf(0).length, 1000);
    await assert.rejects(
      account.storeFlags(inbox, [1], { mode: 'add', keywords: ['one-more'], deleted: false }),
      LimitExceeded,
    );
    await account.storeFlags(inbox, [1], { mode: 'replace', keywords: ['word999', '$seen'], deleted: false });
    assert.deepEqual((await account.view()).keywordsOf(0), ['$seen', 'word999']);
  });

  test('in one mailbox of several: the keyword everywhere, \\Deleted there alone', async () => {
    await put(1, { mailboxIds: [inbox, trash] });
    await account.storeFlags(inbox, [1], { mode: 'add', keywords: ['$flagged'], deleted: true });
    const view = await account.view();
    assert.equal(view.members(inbox)?.isDeleted(0), true);
    assert.equal(view.members(trash)?.isDeleted(0), false);
    assert.deepEqual(view.mailboxesOf(0), [trash]);
    assert.equal(view.visible(), view);
    const { change: now } = view.head;
    assert.equal(view.members(trash)?.modseq(0), now);
    await account.storeFlags(inbox, [1], { mode: 'remove', keywords: [], deleted: true });
    const later = await account.view();
    assert.equal(later.members(trash)?.modseq(0), now, 'the other mailbox is not disturbed');
    assert.equal(later.members(inbox)?.modseq(0), now + 1);
  });

  test('unless changed since: exactly the failures are named', async () => {
    await put(3);
    const since = await change();
    await account.storeFlags(inbox, [2], { mode: 'add', keywords: ['$seen'], deleted: false });
    const add = { mode: 'add', keywords: ['$flagged'], deleted: false } as const;
    assert.deepEqual(await account.storeFlags(inbox, [3, 2, 1, 9], { ...add, unchangedSince: since }), {
      modified: [2],
    });
    assert.deepEqual(await account.storeFlags(inbox, [1], { ...add, unchangedSince: 0 }), { modified: [1] });
    const view = await account.view();
    assert.deepEqual(
      [0, 1, 2].map((row) => view.keywordTest('$flagged')?.(row)),
      [true, false, true],
    );
  });

  test('of many are several commits', async () => {
    for (let i = 0; i < 6; i++) await put(200);
    const before = await change();
    const all = await uids(inbox);
    await account.storeFlags(inbox, all, { mode: 'add', keywords: ['$seen'], deleted: false });
    const records = await logSince(before);
    assert.ok(records.length >= 9 && records.every(({ entries }) => entries.length <= 140));
    assert.equal((await account.view()).mailboxes.get(inbox)?.unread, 0);
    assert.equal(all.length, 1200);
  });

  test('of no mailbox', async () => {
    await assert.rejects(
      account.storeFlags(999, [1], { mode: 'add', keywords: [], deleted: false }),
      NotFound,
    );
  });
});

describe('copy and move', () => {
  test('a copy is the same e-mail in one more mailbox; where it is already, another one', async () => {
    const [id] = (await put(1, { keywords: ['$flagged', 'x'] })) as [number];
    const { usedBytes } = await account.account.head();
    const { uidValidity } = (await account.view()).mailboxes.get(trash) as { uidValidity: number };
    assert.deepEqual(await account.copy(inbox, [1], trash), { uidValidity, from: [1], to: [1] });
    assert.equal((await account.view()).count, 1);
    assert.equal((await account.account.head()).usedBytes, usedBytes);
    assert.deepEqual(await account.copy(inbox, [1], trash), { uidValidity, from: [1], to: [2] });
    const view = await account.view();
    assert.equal(view.count, 2);
    const other = view.ids[1] as number;
    assert.notEqual(other, id);
    assert.equal(view.threads[0], view.threads[1]);
    assert.deepEqual(view.keywordsOf(1), ['$flagged', 'x']);
    assert.equal(view.received[0], view.received[1]);
    const [a, b] = await account.cold([id, other]);
    assert.deepEqual(a?.hash, b?.hash);
    assert.equal((await account.account.head()).usedBytes, usedBytes * 2);
    await account.destroyEmails([id]);
    assert.ok(await world.stores.blobs.read(b?.hash as Uint8Array), 'the blob stays');
  });

  test('copies are all or nothing', async () => {
    for (let i = 0; i < 6; i++) await put(100);
    const all = await uids(inbox);
    await account.copy(inbox, all.slice(-1), trash);
    // The last one is in the target already and needs room of its own.
    world.limits = { maxDiskQuota: (await account.account.head()).usedBytes };
    await assert.rejects(account.copy(inbox, all, trash), LimitExceeded);
    assert.equal((await uids(trash)).length, 1);
    await assert.rejects(account.copy(inbox, [1], 999), NotFound);
    await assert.rejects(account.copy(999, [1], inbox), NotFound);
    assert.deepEqual((await account.copy(inbox, [], trash)).from, []);
    assert.deepEqual((await account.copy(inbox, [99_999], trash)).from, []);
  });

  test('a move leaves a tombstone, keeps the id, and gives a new UID in the same mailbox too', async () => {
    const [first, second] = (await put(2)) as [number, number];
    const before = await change();
    const moved = await account.move(inbox, [2, 1], trash);
    assert.deepEqual(
      [moved.from, moved.to],
      [
        [1, 2],
        [1, 2],
      ],
    );
    assert.deepEqual(await account.vanished(inbox, before), [1, 2]);
    assert.equal(await change(), before + 1);
    const same = await account.move(trash, [1], trash);
    assert.deepEqual([same.from, same.to], [[1], [3]]);
    assert.deepEqual(await account.vanished(trash, before), [1, 1]);
    const view = await account.view();
    assert.deepEqual(Array.from(view.ids), [first, second]);
    assert.deepEqual(await uids(trash), [2, 3]);
    assert.equal(view.ids[view.members(trash)?.rows[1] as number], first);
  });

  test('a move onto a mailbox that has the e-mail leaves one there and adds another', async () => {
    await put(1, { mailboxIds: [inbox, trash] });
    const { to } = await account.move(inbox, [1], trash);
    assert.deepEqual(to, [2]);
    assert.deepEqual(await uids(trash), [1, 2]);
    assert.deepEqual(await uids(inbox), []);
  });
});

describe('removal', () => {
  test('expunge takes the \\Deleted ones, of those named when some are named', async () => {
    await put(5);
    await account.storeFlags(inbox, [1, 2, 4], { mode: 'add', keywords: [], deleted: true });
    const before = await change();
    assert.deepEqual(await account.expunge(inbox, [2, 3]), [2]);
    assert.deepEqual(await account.expunge(inbox, undefined), [1, 4]);
    assert.deepEqual(await account.expunge(inbox, undefined), []);
    assert.deepEqual(await account.vanished(inbox, before), [1, 2, 4, 4]);
    assert.deepEqual(await uids(inbox), [3, 5]);
    await assert.rejects(account.expunge(999, undefined), NotFound);
  });

  test('an e-mail that is elsewhere only leaves the mailbox', async () => {
    const [id] = (await put(1, { mailboxIds: [inbox, trash] })) as [number];
    await account.storeFlags(inbox, [1], { mode: 'add', keywords: [], deleted: true });
    await account.expunge(inbox, undefined);
    const view = await account.view();
    assert.deepEqual(view.mailboxesOf(view.row(id)), [trash]);
  });

  test('destroy names what is not there', async () => {
    const [id] = (await put(1)) as [number];
    const outcomes = await account.destroyEmails([id, id, 12345]);
    assert.deepEqual(
      outcomes.map((outcome) => 'value' in outcome),
      [true, false, false],
    );
    assert.deepEqual(await account.destroyEmails([]), []);
  });
});

describe('update', () => {
  test('needs a mailbox that is there', async () => {
    const [id] = (await put(1)) as [number];
    const outcomes = await account.updateEmails([
      { id, mailboxes: { replace: [] } },
      { id, mailboxes: { add: [], remove: [inbox] } },
      { id, mailboxes: { add: [999], remove: [] } },
      { id: 999, keywords: { replace: [] } },
      { id, keywords: { add: ['A'], remove: [] } },
      { id, keywords: { add: ['B'], remove: ['A'] } },
    ]);
    const errors = outcomes.map((outcome) => ('error' in outcome ? outcome.error : undefined));
    for (const i of [0, 1, 2]) assert.ok(errors[i] instanceof Invalid);
    assert.ok(errors[3] instanceof NotFound);
    assert.deepEqual(errors.slice(4), [undefined, undefined]);
    assert.deepEqual((await account.view()).keywordsOf(0), ['B']);
  });

  test('that changes nothing takes no change number', async () => {
    const [id] = (await put(1, { keywords: ['$seen'] })) as [number];
    const before = await change();
    await account.updateEmails([
      { id, mailboxes: { replace: [inbox] }, keywords: { replace: ['$Seen'] } },
      { id, mailboxes: { add: [inbox], remove: [trash] }, keywords: { add: [], remove: ['none'] } },
    ]);
    assert.equal(await change(), before);
  });

  test('leaving a mailbox and coming back gives a new UID', async () => {
    const [id] = (await put(1)) as [number];
    await account.updateEmails([{ id, mailboxes: { replace: [trash] } }]);
    await account.updateEmails([{ id, mailboxes: { replace: [inbox] } }]);
    assert.deepEqual(await uids(inbox), [2]);
    assert.deepEqual(await account.vanished(inbox, 0), [1, 1]);
  });
});

test('a seen reply moves the thread counts of every mailbox of its conversation', async () => {
  const first = message({ Subject: 's', 'Message-ID': '<1@x>' });
  const reply = message({ Subject: 'Re: s', 'Message-ID': '<2@x>', References: '<1@x>' });
  const archive = await account.createMailbox({
    name: 'a',
    parentId: 0,
    role: null,
    sortOrder: 0,
    subscriber: undefined,
  });
  await account.appendAll([input({ bytes: first, keywords: ['$seen'], mailboxIds: [archive] })]);
  const since = await change();
  await world.mail.deliver(delivery(reply), [1]);
  const view = await account.view();
  assert.deepEqual(view.threadCounts(archive), { total: 1, unread: 1 });
  const touched = (await logSince(since))[0]?.entries.filter(({ type }) => type === DataType.Mailbox);
  assert.deepEqual(touched?.map(({ id, aspects }) => [id, aspects]).sort(), [
    [inbox, Aspect.Counters],
    [archive, Aspect.Counters],
  ]);
});

test('recent is what no read-write session has seen', async () => {
  await put(2);
  const before = await change();
  assert.equal(await account.recentFrom(inbox, { claim: false }), 1);
  assert.equal(await account.recentFrom(inbox, { claim: true }), 1);
  assert.equal(await account.recentFrom(inbox, { claim: true }), 3);
  assert.equal(await change(), before);
  await put(1);
  const claims = await Promise.all([1, 2, 3].map(() => account.recentFrom(inbox, { claim: true })));
  assert.deepEqual(
    claims.sort((a, b) => a - b),
    [3, 4, 4],
  );
  await assert.rejects(account.recentFrom(999, { claim: false }), NotFound);
});

test('the connection that made a change is named in the log', async () => {
  const before = await change();
  await account.append([input()], { origin: 'c1' });
  await account.storeFlags(inbox, [1], { mode: 'add', keywords: ['$seen'], deleted: true }, { origin: 'c2' });
  await account.expunge(inbox, undefined, { origin: 'c3' });
  assert.deepEqual(
    (await logSince(before)).map(({ origin }) => origin),
    ['c1', 'c2', 'c3'],
  );
});

test('without a search store text search is away, and nothing else', async () => {
  await assert.rejects(account.search({ field: 'text', value: 'x' }), Unavailable);
  assert.equal(await account.searchCandidates({ field: 'text', value: 'x' }), undefined);
});
