// Plays one sequence of operations on the real mail floor and on the model, and compares all that can be seen of them.
import assert from 'node:assert/strict';
import { DataType, type DataTypeName, type DocumentId, type StatePosition } from '../../src/account/index.ts';
import { Conflict, NotFound } from '../../src/base/index.ts';
import type { MailAccount, MailView, Outcome } from '../../src/mail/index.ts';
import { Model, type ModelEmail, poolMessage } from './model.ts';
import { delivery, message, type World } from './world.ts';

/** One step: what is done, and numbers that choose on what. */
export interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export const KINDS = [
  'deliver',
  'deliver',
  'append',
  'appendAll',
  'flags',
  'flags',
  'delete',
  'copy',
  'move',
  'expunge',
  'update',
  'destroy',
  'createMailbox',
  'renameMailbox',
  'destroyMailbox',
  'look',
] as const;

const MODES = ['add', 'remove', 'replace'] as const;
const KEYWORDS = ['$seen', '$flagged', '$draft', 'todo', 'Later', '$junk'];

interface Past {
  readonly change: number;
  readonly objects: ReturnType<Model['objects']>;
  readonly view: MailView;
  readonly content: string;
  /** By mailbox: UID to what IMAP shows of it. */
  readonly members: Map<DocumentId, Map<number, string>>;
}

export class Player {
  readonly #world: World;
  readonly #account: MailAccount;
  readonly #model = new Model();
  readonly #past: Past[] = [];

  constructor(world: World, account = 1) {
    this.#world = world;
    this.#account = world.mail.account(account);
  }

  async begin(): Promise<void> {
    const view = await this.#account.view();
    for (const { id, name, parentId, role } of view.mailboxes.values())
      this.#model.mailboxes.set(id, { name, parentId, role, uidNext: 1 });
    await this.#compare();
  }

  async play(step: Step): Promise<void> {
    this.#model.left = new Map();
    await this.#run(step);
    await this.#compare();
  }

  /** Everything once more against a mail floor that knows nothing, and all old views as they were. */
  async end(): Promise<void> {
    const fresh = await this.#world.fresh().account(this.#account.account.id).view();
    assert.equal(contentOf(fresh), contentOf(await this.#account.view()));
    for (const { view, content } of this.#past) assert.equal(contentOf(view), content, 'a view has changed');
    for (const past of this.#past) await this.#checkChanges(past);
  }

  #pick<T>(list: Iterable<T>, n: number): T | undefined {
    const all = [...list];
    return all[n % Math.max(1, all.length)];
  }

  async #run({ kind, a, b, c }: Step): Promise<void> {
    const model = this.#model;
    const account = this.#account;
    const mailbox = this.#pick(model.mailboxes.keys(), a) as DocumentId;
    const target = this.#pick(model.mailboxes.keys(), b) as DocumentId;
    const some = model.members(mailbox).filter((_, i) => ((c >> (i % 8)) & 1) === 1);
    const uids = some.map(({ uid }) => uid);
    const keywords = KEYWORDS.filter((_, i) => ((b >> i) & 1) === 1);
    switch (kind) {
      case 'deliver':
        return this.#deliver(a % 16, b);
      case 'append':
      case 'appendAll': {
        const mailboxIds = [...new Set([mailbox, target])];
        const inputs = [a % 16, (a + c) % 16].map((n) => ({
          bytes: message(poolMessage(n).fields),
          mailboxIds,
          keywords,
          receivedAt: 1_700_000_000_000 + ((a * 7919) % 1000) * 1000,
          deleted: c % 4 === 0,
        }));
        const outcomes =
          kind === 'append' ? (await account.append(inputs)).map(valueOf) : await account.appendAll(inputs);
        for (const [i, input] of inputs.entries()) {
          const outcome = outcomes[i] as (typeof outcomes)[number];
          const n = [a % 16, (a + c) % 16][i] as number;
          const uidsOf = this.#added(n, outcome, input, false);
          assert.deepEqual(outcome.uids, uidsOf);
        }
        return;
      }
      case 'flags':
      case 'delete': {
        const mode = MODES[c % 3] ?? 'add';
        const deleted = kind === 'delete';
        const since = b % 3 === 0 ? Math.max(1, (await account.account.head()).change - (c % 4)) : undefined;
        const before = await account.view();
        const members = before.members(mailbox);
        const { modified } = await account.storeFlags(mailbox, uids, {
          mode,
          keywords,
          deleted,
          ...(since !== undefined && { unchangedSince: since }),
        });
        const refused: number[] = [];
        for (const { id, uid } of some) {
          if (since !== undefined && (members?.modseq(members.indexOf(uid)) ?? 0) > since) {
            refused.push(uid);
            continue;
          }
          const email = model.emails.get(id) as ModelEmail;
          if (mode === 'replace') email.keywords.clear();
          for (const keyword of keywords)
            if (mode === 'remove') email.keywords.delete(keyword);
            else email.keywords.add(keyword);
          const place = email.places.get(mailbox) as { deleted: boolean };
          if (mode === 'replace') place.deleted = deleted;
          else if (deleted) place.deleted = mode === 'add';
        }
        assert.deepEqual(modified, refused);
        return;
      }
      case 'copy':
      case 'move':
        return this.#transfer(mailbox, target, some, kind === 'move');
      case 'expunge': {
        const wanted = c % 2 === 0 ? undefined : uids;
        const gone = await account.expunge(mailbox, wanted);
        const doomed = model
          .members(mailbox)
          .filter(({ uid, deleted }) => deleted && wanted?.includes(uid) !== false);
        assert.deepEqual(
          gone,
          doomed.map(({ uid }) => uid),
        );
        for (const { id } of doomed) model.unplace(id, mailbox);
        return;
      }
      case 'update':
        return this.#update(mailbox, target, keywords, c);
      case 'destroy': {
        const ids = some.map(({ id }) => id);
        const outcomes = await account.destroyEmails([...ids, 4_000_000_000]);
        for (const id of ids) model.destroy(id);
        assert.ok(outcomes.slice(0, -1).every((outcome) => 'value' in outcome));
        assert.ok(errorOf(outcomes.at(-1)) instanceof NotFound);
        return;
      }
      case 'createMailbox': {
        if (model.mailboxes.size >= 9) return;
        const name = `box ${c % 4}`;
        const taken = [...model.mailboxes.values()].some(
          (other) => other.parentId === mailbox && other.name === name,
        );
        const input = { name, parentId: mailbox, role: null, sortOrder: 0, subscriber: undefined };
        if (taken) return assert.rejects(account.createMailbox(input), Conflict);
        const id = await account.createMailbox(input);
        model.mailboxes.set(id, { name, parentId: mailbox, role: null, uidNext: 1 });
        return;
      }
      case 'renameMailbox': {
        const own = this.#pick(
          [...model.mailboxes].filter(([, { role }]) => role === null),
          a,
        );
        if (!own) return;
        await account.updateMailbox(own[0], { name: `renamed ${own[0]}`, sortOrder: b });
        own[1].name = `renamed ${own[0]}`;
        return;
      }
      case 'destroyMailbox': {
        const own = this.#pick(
          [...model.mailboxes].filter(
            ([id, { role }]) =>
              role === null && ![...model.mailboxes.values()].some(({ parentId }) => parentId === id),
          ),
          a,
        );
        if (!own) return;
        await account.destroyMailbox(own[0], { removeEmails: true });
        for (const { id } of model.members(own[0])) model.unplace(id, own[0]);
        model.mailboxes.delete(own[0]);
        return;
      }
      case 'look': {
        const view = await account.view();
        void view.byReceived;
        for (const thread of new Set(Array.from(view.threads))) view.threadRows(thread);
      }
    }
  }

  async #deliver(n: number, b: number): Promise<void> {
    const model = this.#model;
    const bytes = message(poolMessage(n).fields);
    const keywords = b % 4 === 0 ? ['$junk'] : [];
    const receivedAt = 1_700_000_000_000 + b * 1000;
    const [outcome] = await this.#world.mail.deliver(delivery(bytes, { keywords, receivedAt }), [
      this.#account.account.id,
    ]);
    const { id, duplicate } = valueOf(outcome);
    const earlier = [...model.emails].filter(([, email]) => email.delivered && email.message === n);
    assert.equal(duplicate, earlier.length > 0);
    if (duplicate) return assert.ok(earlier.some(([one]) => one === id));
    const view = await this.#account.view();
    const thread = view.threads[view.row(id)] as number;
    const inbox = [...model.mailboxes].find(([, { role }]) => role === 'inbox')?.[0] as DocumentId;
    this.#added(n, { id, thread }, { bytes, mailboxIds: [inbox], keywords, receivedAt }, true);
  }

  #added(
    n: number,
    { id, thread }: { id: DocumentId; thread: DocumentId },
    input: {
      bytes: Uint8Array;
      mailboxIds: readonly DocumentId[];
      keywords: readonly string[];
      receivedAt: number;
      deleted?: boolean;
    },
    delivered: boolean,
  ): number[] {
    const model = this.#model;
    const { keys } = poolMessage(n);
    const expected = model.threadFor(keys);
    if (expected === undefined) assert.ok(!model.threads.has(thread), 'joined a thread that it should not');
    else assert.equal(thread, expected);
    const email: ModelEmail = {
      thread,
      message: n,
      size: input.bytes.length,
      receivedAt: input.receivedAt,
      keywords: new Set(input.keywords),
      places: new Map(),
      delivered,
    };
    model.add(id, email, keys);
    return input.mailboxIds.map((mailbox) => model.place(email, mailbox, input.deleted === true));
  }

  async #transfer(
    source: DocumentId,
    target: DocumentId,
    some: readonly { id: DocumentId; uid: number; deleted: boolean }[],
    moves: boolean,
  ): Promise<void> {
    const model = this.#model;
    const uids = some.map(({ uid }) => uid);
    const { from, to } = moves
      ? await this.#account.move(source, uids, target)
      : await this.#account.copy(source, uids, target);
    assert.deepEqual(from, uids);
    const members = (await this.#account.view()).members(target);
    const view = await this.#account.view();
    for (const [i, { id, deleted }] of some.entries()) {
      const email = model.emails.get(id) as ModelEmail;
      const same = moves && source === target;
      const twice = email.places.has(target) && !same;
      let uid: number;
      if (twice) {
        const copied = view.ids[members?.rows[members.indexOf(to[i] as number)] as number] as DocumentId;
        assert.ok(!model.emails.has(copied));
        const second: ModelEmail = {
          ...email,
          keywords: new Set(email.keywords),
          places: new Map(),
          delivered: false,
        };
        model.add(copied, second, []);
        uid = model.place(second, target, deleted);
        if (moves) model.unplace(id, source);
      } else if (same) {
        const left = model.left.get(source) ?? [];
        left.push((email.places.get(source) as { uid: number }).uid);
        model.left.set(source, left);
        uid = model.place(email, target, deleted);
      } else {
        uid = model.place(email, target, deleted);
        if (moves) model.unplace(id, source);
      }
      assert.equal(to[i], uid);
    }
  }

  async #update(
    mailbox: DocumentId,
    target: DocumentId,
    keywords: readonly string[],
    c: number,
  ): Promise<void> {
    const model = this.#model;
    const id = this.#pick(model.emails.keys(), c);
    if (id === undefined) return;
    const email = model.emails.get(id) as ModelEmail;
    const visible = model.visibleIn(id);
    const replace = c % 2 === 0;
    const mailboxes = replace
      ? { replace: [...new Set([mailbox, target])] }
      : { add: [target], remove: visible.slice(0, 1).filter((one) => one !== target) };
    const words =
      c % 3 === 0
        ? { replace: keywords }
        : { add: keywords, remove: KEYWORDS.filter((w) => !keywords.includes(w)) };
    const [outcome] = await this.#account.updateEmails([{ id, mailboxes, keywords: words }]);
    if (visible.length === 0) {
      assert.ok(errorOf(outcome) instanceof NotFound);
      return;
    }
    valueOf(outcome);
    const wanted = new Set(
      replace ? mailboxes.replace : [...visible.filter((one) => !mailboxes.remove?.includes(one)), target],
    );
    for (const one of visible) {
      if (wanted.has(one)) continue;
      email.places.delete(one);
      this.#noteLeft(one, id);
    }
    for (const one of wanted) {
      const place = email.places.get(one);
      if (place) place.deleted = false;
      else model.place(email, one);
    }
    email.keywords.clear();
    for (const keyword of keywords) email.keywords.add(keyword);
  }

  #noteLeft(mailbox: DocumentId, id: DocumentId): void {
    const past = this.#past.at(-1)?.members.get(mailbox);
    for (const [uid, text] of past ?? []) {
      if ((JSON.parse(text) as [number])[0] !== id) continue;
      this.#model.left.set(mailbox, [...(this.#model.left.get(mailbox) ?? []), uid]);
    }
  }

  async #compare(): Promise<void> {
    const model = this.#model;
    const view = await this.#account.view();
    assert.equal(view.count, model.emails.size);
    assert.deepEqual(
      Array.from(view.ids),
      [...model.emails.keys()].sort((a, b) => a - b),
    );
    assert.deepEqual(
      [...view.mailboxes.keys()],
      [...model.mailboxes.keys()].sort((a, b) => a - b),
    );
    assert.equal(
      view.head.usedBytes,
      [...model.emails.values()].reduce((sum, { size }) => sum + size, 0),
    );
    for (const [id, email] of model.emails) {
      const row = view.row(id);
      assert.equal(view.ids[row], id);
      assert.equal(view.threads[row], email.thread);
      assert.equal(view.received[row], email.receivedAt);
      assert.equal(view.sizes[row], email.size);
      assert.deepEqual(new Set(view.mailboxesOf(row)), new Set(model.visibleIn(id)));
      assert.deepEqual(new Set(view.keywordsOf(row)), email.keywords);
      for (const keyword of KEYWORDS)
        assert.equal(view.keywordTest(keyword.toUpperCase())?.(row) === true, email.keywords.has(keyword));
    }
    const members = new Map<DocumentId, Map<number, string>>();
    for (const [id, mailbox] of model.mailboxes) {
      members.set(id, this.#compareMailbox(view, id, mailbox.uidNext));
    }
    const order = [...model.emails].sort(([x, a], [y, b]) => a.receivedAt - b.receivedAt || x - y);
    if (view.count % 2 === 0)
      assert.deepEqual(
        Array.from(view.byReceived, (row) => view.ids[row]),
        order.map(([id]) => id),
      );
    for (const thread of model.threads.keys()) {
      assert.deepEqual(
        Array.from(view.threadRows(thread), (row) => view.ids[row]),
        order.filter(([, email]) => email.thread === thread).map(([id]) => id),
      );
    }
    const hidden = [...model.emails.keys()].filter((id) => model.visibleIn(id).length === 0);
    const visible = view.visible();
    assert.equal(visible.count, view.count - hidden.length);
    for (const id of hidden) assert.ok(visible.row(id) < 0);
    await this.#checkVanished(members);
    this.#past.push({
      change: view.head.change,
      objects: model.objects(),
      view,
      content: contentOf(view),
      members,
    });
  }

  #compareMailbox(view: MailView, id: DocumentId, uidNext: number): Map<number, string> {
    const model = this.#model;
    const members = view.members(id);
    assert.ok(members);
    const expected = model.members(id);
    assert.deepEqual(
      Array.from(members.uids, (uid, i) => ({
        id: view.ids[members.rows[i] as number],
        uid,
        deleted: members.isDeleted(i),
      })),
      expected,
    );
    const { mailbox } = members;
    assert.equal(mailbox.uidNext, uidNext);
    const visible = expected.filter(({ deleted }) => !deleted);
    assert.equal(mailbox.total, visible.length);
    const unread = visible.filter((one) => model.isUnread(model.emails.get(one.id) as ModelEmail));
    assert.equal(mailbox.unread, unread.length);
    assert.deepEqual(view.threadCounts(id), model.threadCounts(id));
    assert.deepEqual(
      new Set(Array.from(view.mailboxRows(id) ?? [], (row) => view.ids[row])),
      new Set(visible.map((one) => one.id)),
    );
    const keywords = new Set(
      expected.flatMap((one) => [...(model.emails.get(one.id) as ModelEmail).keywords]),
    );
    assert.deepEqual(new Set(view.keywordsIn(id)), keywords);
    // What IMAP shows of a member, and whether its modseq tells of the change.
    const shown = new Map<number, string>();
    const past = this.#past.at(-1);
    for (const [i, one] of expected.entries()) {
      const email = model.emails.get(one.id) as ModelEmail;
      const text = JSON.stringify([one.id, one.deleted, [...email.keywords].sort()]);
      shown.set(one.uid, text);
      if (!past) continue;
      const moved: boolean = members.modseq(i) > past.change;
      assert.equal(moved, past.members.get(id)?.get(one.uid) !== text, `modseq of ${one.uid} in ${id}`);
      if (moved) assert.ok(mailbox.highestModseq > past.change);
      assert.ok(members.modseq(i) <= view.head.change);
    }
    if (past && mailbox.highestModseq > past.change) {
      const before = past.members.get(id);
      assert.notDeepEqual(shown, before, `nothing moved in ${id}`);
    }
    return shown;
  }

  async #checkVanished(now: Map<DocumentId, Map<number, string>>): Promise<void> {
    const past = this.#past.at(-1);
    if (!past) return;
    for (const [mailbox, members] of now) {
      const ranges = await this.#account.vanished(mailbox, past.change);
      const uids: number[] = [];
      for (let i = 0; i < (ranges?.length ?? 0); i += 2)
        for (let uid = ranges?.[i] as number; uid <= (ranges?.[i + 1] as number); uid++) uids.push(uid);
      const gone: number[] = [...(past.members.get(mailbox)?.keys() ?? [])].filter(
        (uid) => !members.has(uid),
      );
      for (const uid of gone) assert.ok(uids.includes(uid), `UID ${uid} vanished silently`);
      for (const uid of uids) assert.ok(!members.has(uid), `UID ${uid} is there`);
      assert.deepEqual(
        uids.filter((uid) => past.members.get(mailbox)?.has(uid)),
        gone.sort((a, b) => a - b),
      );
    }
  }

  /** Applying the changes since then to what a client knew then gives what is there now (RFC 8620 §5.2). */
  async #checkChanges(past: Past): Promise<void> {
    const now = this.#model.objects();
    for (const type of ['Email', 'Thread', 'Mailbox'] as const) {
      const known = new Map(past.objects[type]);
      let since: StatePosition = { change: past.change, offset: 0 };
      for (let more = true; more; ) {
        const changes = await this.#account.account.changes(DataType[type satisfies DataTypeName], since, 3);
        assert.ok(changes);
        for (const { id, kind } of changes.entries) {
          if (kind === 'destroy') known.delete(id);
          else if (now[type].has(id)) known.set(id, now[type].get(id) as string);
          else assert.equal(kind, 'update', `${type} ${id} is created and not there`);
        }
        since = changes.newState;
        more = changes.hasMore;
      }
      assert.deepEqual(
        new Map([...known].sort(([a], [b]) => a - b)),
        new Map([...now[type]].sort(([a], [b]) => a - b)),
        `${type} since ${past.change}`,
      );
    }
  }
}

/** Everything that a view says, as text. */
export function contentOf(view: MailView): string {
  return JSON.stringify([
    view.head.change,
    [...view.mailboxes.values()],
    Array.from(view.ids, (id, row) => [
      id,
      view.received[row],
      view.sizes[row],
      view.threads[row],
      view.mailboxesOf(row),
      [...view.keywordsOf(row)],
    ]),
    Array.from(view.byReceived),
    [...view.mailboxes.keys()].map((id) => {
      const members = view.members(id);
      return [
        Array.from(members?.uids ?? []),
        Array.from(members?.rows ?? []),
        Array.from(members?.uids ?? [], (_, i) => [members?.modseq(i), members?.isDeleted(i)]),
      ];
    }),
    [...new Set(Array.from(view.threads))].map((thread) => Array.from(view.threadRows(thread))),
  ]);
}

function valueOf<T>(outcome: Outcome<T> | undefined): T {
  assert.ok(outcome && 'value' in outcome, String(outcome && 'error' in outcome && outcome.error));
  return outcome.value;
}

const errorOf = (outcome: Outcome<unknown> | undefined): unknown =>
  outcome && 'error' in outcome ? outcome.error : undefined;
