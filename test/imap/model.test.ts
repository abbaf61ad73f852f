// Two sessions change one mailbox at random, one of them with QRESYNC. What each is told must always give it the
// numbers, UIDs and flags that the server means.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Random, seededRandom } from '../support/random.ts';
import { type Answer, type ImapClient, type ImapWorld, message, openImapWorld } from './world.ts';

let world: ImapWorld;
before(async () => {
  world = await openImapWorld();
});
after(() => world.close());

interface Known {
  uid: number | undefined;
  /** Sorted, without `\Recent`; undefined while not told. */
  flags: string | undefined;
}

/** What a client knows by listening to untagged responses only. */
class Model {
  readonly client: ImapClient;
  readonly #qresync: boolean;
  messages: Known[] = [];

  constructor(client: ImapClient, qresync: boolean) {
    this.client = client;
    this.#qresync = qresync;
  }

  async open(): Promise<void> {
    if (this.#qresync) await this.client.ok('ENABLE QRESYNC');
    this.messages = [];
    this.hear(await this.client.ok('SELECT INBOX'));
    await this.learn();
  }

  async ask(command: string): Promise<Answer> {
    const answer = await this.client.ask(command);
    assert.notEqual(answer.status, 'BAD', `${command}: ${answer.text}`);
    this.hear(answer);
    // A client with QRESYNC has to know the UIDs of what comes.
    if (this.messages.some(({ uid, flags }) => uid === undefined || flags === undefined)) await this.learn();
    return answer;
  }

  async learn(): Promise<void> {
    if (this.messages.length > 0) this.hear(await this.client.ok('UID FETCH 1:* (FLAGS)'));
  }

  hear({ lines, text }: Answer): void {
    for (const line of lines) {
      const exists = /^(\d+) EXISTS$/.exec(line);
      if (exists) {
        const count = Number(exists[1]);
        assert.ok(count >= this.messages.length, `EXISTS goes down: ${text}`);
        while (this.messages.length < count) this.messages.push({ uid: undefined, flags: undefined });
        continue;
      }
      const expunge = /^(\d+) EXPUNGE$/.exec(line);
      if (expunge) {
        assert.equal(this.#qresync, false);
        this.#at(Number(expunge[1]), text);
        this.messages.splice(Number(expunge[1]) - 1, 1);
        continue;
      }
      const vanished = /^VANISHED ([\d:,]+)$/.exec(line);
      if (vanished) {
        assert.equal(this.#qresync, true);
        for (const uid of expand(vanished[1] as string)) {
          // One that has just come may go before its UID was told.
          const known = this.messages.findIndex((one) => one.uid === uid);
          const at = known >= 0 ? known : this.messages.findIndex((one) => one.uid === undefined);
          assert.ok(at >= 0, `never told of ${uid}: ${text}`);
          this.messages.splice(at, 1);
        }
        continue;
      }
      const fetch = /^(\d+) FETCH \((.*)\)$/s.exec(line);
      if (!fetch) continue;
      const known = this.#at(Number(fetch[1]), text);
      const uid = /UID (\d+)/.exec(fetch[2] as string)?.[1];
      if (uid !== undefined) {
        known.uid ??= Number(uid);
        assert.equal(known.uid, Number(uid), `number ${fetch[1]} is another message: ${text}`);
      }
      const flags = /FLAGS \(([^)]*)\)/.exec(fetch[2] as string)?.[1];
      if (flags !== undefined) known.flags = canonical(flags);
    }
  }

  #at(number: number, text: string): Known {
    const known = this.messages[number - 1];
    assert.ok(known, `no message ${number}: ${text}`);
    return known;
  }
}

const canonical = (flags: string): string =>
  flags
    .split(' ')
    .filter((flag) => flag !== '' && flag !== '\\Recent')
    .sort()
    .join(' ');

function expand(set: string): number[] {
  return set.split(',').flatMap((part) => {
    const [first, last = first] = part.split(':').map(Number) as [number, number?];
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

const FLAGS = ['\\Seen', '\\Flagged', '\\Deleted', '\\Answered', 'todo', 'Later'];

function command(random: Random, { messages }: Model, serial: number): string {
  const count = messages.length;
  const text = message(`m${serial}`);
  if (count === 0 || random.chance(0.2)) return `APPEND INBOX {${text.length}+}\r\n${text}`;
  const uids = random.chance(0.5);
  const one = () => {
    const number = 1 + random.below(count);
    return uids ? (messages[number - 1]?.uid ?? 1) : number;
  };
  const set = random.chance(0.2) ? '1:*' : random.chance(0.5) ? `${one()}` : `${one()}:${one()}`;
  const prefix = uids ? 'UID ' : '';
  const flags = `(${[...new Set([random.pick(FLAGS), random.pick(FLAGS)])].join(' ')})`;
  switch (random.below(9)) {
    case 0:
    case 1:
      return `${prefix}STORE ${set} ${random.pick(['+', '-', ''])}FLAGS ${flags}`;
    case 2:
      return `${prefix}FETCH ${set} (UID FLAGS)`;
    case 3:
      return `${prefix}FETCH ${set} ${random.pick(['BODY[HEADER]', 'UID', 'BODY.PEEK[TEXT]', '(UID MODSEQ)'])}`;
    case 4:
      return `${prefix}SEARCH ${random.pick(['ALL', 'SEEN', 'DELETED', 'SUBJECT m1'])}`;
    case 5:
      return random.chance(0.5) ? 'EXPUNGE' : 'NOOP';
    case 6:
      return `${prefix}COPY ${set} ${random.pick(['INBOX', 'aside'])}`;
    case 7:
      return random.chance(0.4) ? `${prefix}MOVE ${set} ${random.pick(['INBOX', 'aside'])}` : 'CHECK';
    default:
      return 'NOOP';
  }
}

/** More by hand: `SEEDS=100`. */
const SEEDS = Array.from({ length: Number(process.env['SEEDS'] ?? 4) }, (_, i) => i + 1);

async function truth(name: string): Promise<Known[]> {
  const fresh = new Model(await world.login(name), false);
  await fresh.client.ok('EXAMINE INBOX').then((answer) => fresh.hear(answer));
  await fresh.learn();
  fresh.client.close();
  return fresh.messages;
}

for (const seed of SEEDS) {
  test(`random changes, seed ${seed}`, async () => {
    const name = `model${seed}`;
    await world.user(name);
    const random = seededRandom(seed);
    const models = [
      new Model(await world.login(name), false),
      new Model(await world.login(name), true),
    ] as const;
    await models[0].client.ok('CREATE aside');
    for (const model of models) await model.open();
    for (let step = 0; step < 150; step++) {
      const model = random.pick(models);
      await model.ask(command(random, model, step));
      if (step % 10 !== 9) continue;
      for (const model of models) await model.ask('NOOP');
      const now = await truth(name);
      for (const model of models) assert.deepEqual(model.messages, now, `step ${step}`);
    }
    for (const { client } of models) client.close();
  });
}
