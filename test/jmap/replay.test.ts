// Clients that only ever apply changes arrive at what the server has, whatever is done over JMAP and IMAP: the owner
// of an account, who never has to start anew, and somebody with changing rights, who does so only when they changed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { ImapFlow } from 'imapflow';
import { CallFailed, type JmapClient } from '../../src/client/index.ts';
import type { EmailCondition, JsonObject } from '../../src/formats/jmap/index.ts';
import { WORLD_PASSWORD } from '../support/world.ts';
import { type Person, SendingWorld } from './sending-world.ts';

let world: SendingWorld;
let ann: Person;
let bob: Person;
let imap: ImapFlow;
before(async () => {
  world = await SendingWorld.start();
  ann = await world.person('ann');
  bob = await world.person('bob');
  imap = new ImapFlow({
    host: '127.0.0.1',
    port: world.world.port('imap'),
    secure: false,
    auth: { user: ann.address, pass: WORLD_PASSWORD },
    logger: false,
    tls: { rejectUnauthorized: false },
    disableAutoIdle: true,
  });
  await imap.connect();
});
after(async () => {
  try {
    await imap.logout();
  } finally {
    await world.close();
  }
});

type Objects = Map<string, JsonObject>;
const TYPES = ['Mailbox', 'Email', 'Thread'] as const;
const PROPERTIES: Readonly<Record<(typeof TYPES)[number], string[]>> = {
  Mailbox: ['name', 'parentId', 'totalEmails', 'unreadEmails', 'totalThreads', 'unreadThreads', 'myRights'],
  Email: ['mailboxIds', 'keywords', 'threadId'],
  Thread: ['emailIds'],
};

interface Query {
  readonly filter: EmailCondition | null;
  readonly sort?: readonly JsonObject[];
  readonly collapseThreads?: boolean;
}

/** A client's copy of an account, kept by changes alone. */
class Mirror {
  readonly #client: JmapClient;
  readonly #accountId: string;
  readonly #pageSize: number;
  readonly objects = new Map<string, Objects>();
  readonly #states = new Map<string, string>();
  readonly #queries: { query: Query; ids: string[]; state: string }[] = [];
  /** Times that changes could not be told. */
  restarts = 0;

  constructor(client: JmapClient, accountId: string, pageSize: number) {
    this.#client = client;
    this.#accountId = accountId;
    this.#pageSize = pageSize;
  }

  async #call(name: string, args: JsonObject): Promise<JsonObject> {
    return (await this.#client.call(name as 'Core/echo', {
      accountId: this.#accountId,
      ...args,
    })) as JsonObject;
  }

  async #all(type: (typeof TYPES)[number]): Promise<{ objects: Objects; state: string }> {
    const ids = type === 'Email' ? (await this.#call('Email/query', {}))['ids'] : null;
    const { list, state } = (await this.#call(`${type}/get`, {
      ids: ids as string[] | null,
      properties: PROPERTIES[type],
    })) as unknown as { list: JsonObject[]; state: string };
    return { objects: new Map(list.map((object) => [object['id'] as string, object])), state };
  }

  async start(queries: readonly Query[]): Promise<void> {
    for (const type of TYPES) {
      const { objects, state } = await this.#all(type);
      this.objects.set(type, objects);
      this.#states.set(type, state);
    }
    for (const query of queries) this.#queries.push(await this.#run(query));
  }

  async #run(query: Query): Promise<{ query: Query; ids: string[]; state: string }> {
    const { ids, queryState } = await this.#call('Email/query', query as unknown as JsonObject);
    return { query, ids: ids as string[], state: queryState as string };
  }

  async catchUp(): Promise<void> {
    for (const type of TYPES) {
      try {
        await this.#changes(type);
      } catch (error) {
        if (!(error instanceof CallFailed) || error.type !== 'cannotCalculateChanges') throw error;
        this.restarts++;
        const { objects, state } = await this.#all(type);
        this.objects.set(type, objects);
        this.#states.set(type, state);
      }
    }
    for (const [i, held] of this.#queries.entries()) {
      try {
        await this.#queryChanges(held);
      } catch (error) {
        if (!(error instanceof CallFailed) || error.type !== 'cannotCalculateChanges') throw error;
        this.restarts++;
        this.#queries[i] = await this.#run(held.query);
      }
    }
  }

  async #changes(type: (typeof TYPES)[number]): Promise<void> {
    const objects = this.objects.get(type) as Objects;
    for (let more = true; more; ) {
      const sinceState = this.#states.get(type) as string;
      const answer = (await this.#call(`${type}/changes`, {
        sinceState,
        ...(this.#pageSize > 0 && { maxChanges: this.#pageSize }),
      })) as unknown as {
        created: string[];
        updated: string[];
        destroyed: string[];
        newState: string;
        hasMoreChanges: boolean;
        updatedProperties?: string[] | null;
      };
      const { created, updated, destroyed, newState, hasMoreChanges, updatedProperties } = answer;
      assert.equal(
        new Set([...created, ...updated, ...destroyed]).size,
        created.length + updated.length + destroyed.length,
      );
      if (this.#pageSize > 0) assert.ok(created.length + updated.length + destroyed.length <= this.#pageSize);
      assert.ok(!hasMoreChanges || newState !== sinceState, 'no progress');
      for (const id of destroyed) objects.delete(id);
      await this.#fetch(type, created, PROPERTIES[type]);
      await this.#fetch(type, updated, updatedProperties ?? PROPERTIES[type]);
      this.#states.set(type, newState);
      more = hasMoreChanges;
    }
  }

  async #fetch(type: string, ids: readonly string[], properties: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const objects = this.objects.get(type) as Objects;
    const { list, notFound } = (await this.#call(`${type}/get`, {
      ids: [...ids],
      properties: [...properties],
    })) as unknown as { list: JsonObject[]; notFound: string[] };
    for (const object of list) {
      const id = object['id'] as string;
      objects.set(id, { ...objects.get(id), ...object });
    }
    for (const id of notFound) objects.delete(id);
  }

  async #queryChanges(held: { query: Query; ids: string[]; state: string }): Promise<void> {
    const { removed, added, newQueryState } = (await this.#call('Email/queryChanges', {
      ...(held.query as unknown as JsonObject),
      sinceQueryState: held.state,
    })) as unknown as { removed: string[]; added: { id: string; index: number }[]; newQueryState: string };
    const gone = new Set(removed);
    held.ids = held.ids.filter((id) => !gone.has(id));
    for (const { id, index } of added) held.ids.splice(index, 0, id);
    held.state = newQueryState;
  }

  /** Compares everything with what the server says now. */
  async compare(): Promise<void> {
    for (const type of TYPES) {
      const { objects, state } = await this.#all(type);
      const mine = this.objects.get(type) as Objects;
      assert.deepEqual(Object.fromEntries(sorted(mine)), Object.fromEntries(sorted(objects)), type);
      assert.equal(this.#states.get(type), state, `${type} state`);
    }
    for (const { query, ids } of this.#queries)
      assert.deepEqual(ids, (await this.#run(query)).ids, JSON.stringify(query));
  }
}

const sorted = (objects: Objects) => [...objects].sort(([a], [b]) => (a < b ? -1 : 1));

/** Something that is done; numbers choose among what there is. */
interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly a: number;
  readonly b: number;
  readonly c: number;
}
const KINDS = [
  'create',
  'reply',
  'keyword',
  'move',
  'add',
  'destroy',
  'newMailbox',
  'rename',
  'dropMailbox',
  'share',
  'imapAppend',
  'imapFlag',
  'imapDelete',
  'imapExpunge',
  'imapCopy',
  'imapMove',
  'sync',
] as const;

const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)];
const KEYWORDS = ['$seen', '$flagged', 'todo'];
const RIGHTS = [
  null,
  { mayReadItems: true },
  { mayReadItems: true, maySetSeen: true },
  { mayAddItems: true },
];
let serial = 0;

async function run({ kind, a, b, c }: Step): Promise<boolean> {
  const { client } = ann;
  const mailboxes = (
    await client.call('Mailbox/get', { ids: null, properties: ['role', 'name', 'parentId'] })
  ).list;
  const own = mailboxes.filter(({ role }) => role === null);
  const { ids } = await client.call('Email/query', {});
  const box = pick(mailboxes, a)?.id as string;
  const other = pick(mailboxes, b)?.id as string;
  const email = pick(ids, c);
  const set = (update: JsonObject) => email && client.call('Email/set', { update: { [email]: update } });
  switch (kind) {
    case 'create':
    case 'reply': {
      const inReplyTo = kind === 'reply' ? [`${(b % Math.max(1, serial)) + 1}@replay.test`] : null;
      serial++;
      await client.call('Email/set', {
        create: {
          k: {
            mailboxIds: { [box]: true, [other]: true },
            keywords: c % 2 === 0 ? { $seen: true } : {},
            messageId: [`${serial}@replay.test`],
            inReplyTo,
            subject: 'same',
            receivedAt: new Date(1.7e12 + (c % 50) * 1000).toISOString(),
          },
        },
      });
      return false;
    }
    case 'keyword':
      await set({ [`keywords/${pick(KEYWORDS, a) as string}`]: b % 2 === 0 ? true : null });
      return false;
    case 'move':
      await set({ mailboxIds: { [box]: true } });
      return false;
    case 'add':
      await set({ [`mailboxIds/${box}`]: true, [`mailboxIds/${other}`]: true });
      return false;
    case 'destroy':
      if (email) await client.call('Email/set', { destroy: [email] });
      return false;
    case 'newMailbox':
      if (own.length < 5) {
        const parentId = b % 2 === 0 ? null : (pick(own, a)?.id ?? null);
        await client.call('Mailbox/set', { create: { k: { name: `box ${++serial}`, parentId } } });
      }
      return false;
    case 'rename': {
      const chosen = pick(own, a);
      if (!chosen) return false;
      await client.call('Mailbox/set', { update: { [chosen.id]: { name: `box ${++serial}` } } });
      return true;
    }
    case 'dropMailbox': {
      const chosen = pick(own, a);
      if (!chosen) return false;
      await client.call('Mailbox/set', { destroy: [chosen.id], onDestroyRemoveEmails: true });
      return true;
    }
    case 'share':
      await client.call('Mailbox/set', {
        update: { [box]: { [`shareWith/${bob.id}`]: pick(RIGHTS, b) ?? null } },
      });
      return true;
    case 'sync':
      return false;
    default:
      await runImap(kind, pick(await paths(), a) as string, pick(await paths(), b) as string, c);
      return false;
  }
}

const paths = async (): Promise<string[]> => (await imap.list()).map(({ path }) => path).sort();

async function runImap(kind: string, path: string, target: string, choice: number): Promise<void> {
  if (kind === 'imapAppend') {
    await imap.append(path, `Message-ID: <${++serial}@replay.test>\r\nSubject: same\r\n\r\nbody\r\n`, [
      pick(['\\Seen', '\\Flagged', '\\Deleted'], choice) as string,
    ]);
    return;
  }
  const lock = await imap.getMailboxLock(path);
  try {
    const uids = (await imap.search({ all: true }, { uid: true })) || [];
    const uid = pick(uids, choice);
    if (kind === 'imapExpunge') {
      await imap.messageDelete('1:*', { uid: true });
      return;
    }
    if (uid === undefined) return;
    const range = String(uid);
    if (kind === 'imapFlag')
      await imap.messageFlagsAdd(range, [pick(['\\Seen', '\\Flagged', 'todo'], choice) as string], {
        uid: true,
      });
    else if (kind === 'imapDelete')
      await (choice % 2 === 0
        ? imap.messageFlagsAdd(range, ['\\Deleted'], { uid: true })
        : imap.messageFlagsRemove(range, ['\\Deleted'], { uid: true }));
    else if (kind === 'imapCopy') await imap.messageCopy(range, target, { uid: true });
    else if (kind === 'imapMove') await imap.messageMove(range, target, { uid: true });
  } finally {
    lock.release();
  }
}

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom(...KINDS),
    a: fc.nat(1000),
    b: fc.nat(1000),
    c: fc.nat(1000),
  }),
  { minLength: 5, maxLength: 25 },
);

test('a client that only applies changes arrives at the state of the server', {
  timeout: 240_000,
}, async () => {
  const inbox = await world.box(ann, 'inbox');
  const queries: Query[] = [
    { filter: { inMailbox: inbox } },
    { filter: { hasKeyword: '$flagged' }, sort: [{ property: 'receivedAt' }] },
    { filter: null, collapseThreads: true },
    { filter: { someInThreadHaveKeyword: '$flagged' } },
    { filter: { before: '2023-11-14T22:13:40Z' }, sort: [{ property: 'size', isAscending: false }] },
    { filter: null, sort: [{ property: 'hasKeyword', keyword: 'todo', isAscending: false }] },
  ];
  await ann.client.call('Mailbox/set', {
    update: { [inbox]: { [`shareWith/${bob.id}`]: { mayReadItems: true } } },
  });
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 0, max: 3 }), async (list, pageSize) => {
      // Whoever has no rights at all does not see the account: the inbox stays readable at the beginning.
      await ann.client.call('Mailbox/set', {
        update: { [inbox]: { [`shareWith/${bob.id}`]: { mayReadItems: true } } },
      });
      const owner = new Mirror(ann.client, ann.id, pageSize);
      const guest = new Mirror(bob.client, ann.id, 0);
      await owner.start(queries);
      await guest.start(queries);
      let mayRestart = false;
      for (const step of list) {
        if (step.kind === 'share' && step.a % 3 === 0) continue;
        mayRestart ||= await run(step);
        if (step.kind !== 'sync') continue;
        await owner.catchUp();
        await owner.compare();
      }
      await owner.catchUp();
      await owner.compare();
      assert.equal(owner.restarts, 0);
      const { accounts } = await world.world.jmap('bob').session();
      if (!(ann.id in accounts)) return;
      await guest.catchUp();
      await guest.compare();
      if (!mayRestart) assert.equal(guest.restarts, 0);
    }),
    {
      numRuns: Number(process.env['REPLAY_RUNS'] ?? 12),
      ...(process.env['REPLAY_SEED'] && { seed: Number(process.env['REPLAY_SEED']) }),
    },
  );
});
