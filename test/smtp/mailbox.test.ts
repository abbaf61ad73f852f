// From the wire to the mailbox: the SMTP face over the real mail floor, in memory and in the embedded store.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { createAccounts } from '../../src/account/index.ts';
import { encodeId } from '../../src/base/index.ts';
import { createMail, type Mail } from '../../src/mail/index.ts';
import { DECLARATIONS, SERVER_CONTEXT } from '../../src/registry/index.ts';
import { openEmbedded, openMemory, type Stores } from '../../src/store/index.ts';
import { generateMail } from '../support/mail-generator.ts';
import type { RawClient } from '../support/raw-client.ts';
import { codes, message, startWorld, type World } from './world.ts';

const MAIL = 'MAIL FROM:<a@b.test>';
const RCPT = 'RCPT TO:<jane@example.org>';
/** Octets that an account may use. */
const quotas = new Map<number, number>();

const makeMail = (stores: Stores): Mail =>
  createMail({
    accounts: createAccounts({ data: stores.data, bus: stores.bus }),
    data: stores.data,
    settings: () => ({ maxMailboxDepth: 10, maxMailboxNameLength: 255, maxMessageSize: 5_000_000 }),
    limitsOf: async (account) => {
      const maxDiskQuota = quotas.get(account);
      return maxDiskQuota === undefined ? {} : { maxDiskQuota };
    },
  });

async function begin(world: World, ...commands: string[]): Promise<RawClient> {
  const client = await world.greeted('smtp');
  for (const command of [MAIL, ...commands]) assert.match(await client.ask(command), /^250 /, command);
  return client;
}

async function deliver(client: RawClient, content: string): Promise<string> {
  assert.match(await client.ask('DATA'), /^354 /);
  return codes(await client.send(`${content.replaceAll('\r\n.', '\r\n..')}.\r\n`).reply());
}

/** Sizes and hashes of what an account has, oldest first. */
async function inbox(mail: Mail, account: number): Promise<{ id: number; hash: Uint8Array; size: number }[]> {
  const view = await mail.account(account).view();
  const ids = Array.from(view.byReceived, (row) => view.ids[row] as number);
  const cold = await mail.account(account).cold(ids);
  return cold.map((one, i) => {
    assert.ok(one);
    return { id: ids[i] as number, hash: one.hash, size: one.size };
  });
}

const engines: Record<string, () => Promise<{ stores: Stores; remove(this: void): Promise<void> }>> = {
  memory: async () => ({ stores: openMemory(), remove: async () => undefined }),
  embedded: async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'waypost-smtp-'));
    return {
      stores: await openEmbedded({ folder }),
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

for (const [name, openStores] of Object.entries(engines)) {
  describe(`over the ${name} store`, () => {
    let world: World;
    let mail: Mail;
    let remove: (this: void) => Promise<void>;
    before(async () => {
      const opened = await openStores();
      ({ remove } = opened);
      mail = makeMail(opened.stores);
      world = await startWorld({ stores: opened.stores, mail, spool: opened.stores.blobs });
    });
    after(async () => {
      await mail.close();
      await world.close();
      await remove();
    });
    afterEach(async () => {
      await world.hangUp();
      quotas.clear();
    });

    test('a message is in the inbox when it is acknowledged, octet for octet', async () => {
      const { jane, bill } = world.accounts;
      const content = message('first');
      assert.equal(await deliver(await begin(world, RCPT, 'RCPT TO:<b@example.org>'), content), '250 2.0.0');
      const [copy] = await inbox(mail, jane);
      const [other] = await inbox(mail, bill);
      assert.ok(copy);
      assert.deepEqual(other?.hash, copy.hash);
      const bytes = await world.stores.blobs.read(copy.hash);
      assert.ok(
        Buffer.from(bytes ?? [])
          .toString('latin1')
          .endsWith(content),
      );
      assert.equal(bytes?.length, copy.size);
    });

    test('the same octets again are one copy, also without an identifier; others with the same one are not', async () => {
      const { jane } = world.accounts;
      const count = async (): Promise<number> => (await inbox(mail, jane)).length;
      const start = await count();
      const bare = 'Subject: bare\r\n\r\nHello\r\n';
      for (const content of [message('twice'), message('twice'), bare, bare, `${message('twice')}more\r\n`]) {
        assert.equal(await deliver(await begin(world, RCPT), content), '250 2.0.0');
      }
      assert.equal((await count()) - start, 3);
    });

    test('a full mailbox refuses at RCPT; a message that is too large for one of two is for later', async () => {
      const { jane, bill } = world.accounts;
      const content = message('quota', `X-Fill: ${'x'.repeat(3000)}\r\n`);
      const used = (await inbox(mail, bill)).reduce((sum, { size }) => sum + size, 0);
      quotas.set(bill, used + 1000);
      const client = await begin(world, RCPT, 'RCPT TO:<bill@example.org>');
      assert.equal(await deliver(client, content), '452 4.2.2');
      const copies = async (account: number) =>
        (await inbox(mail, account)).filter(({ size }) => size > 3000 && size < 5000).length;
      assert.deepEqual([await copies(jane), await copies(bill)], [1, 0]);
      assert.equal(codes(await client.ask(`${MAIL} SIZE=${content.length}`)), '250 2.1.0');
      assert.equal(codes(await client.ask('RCPT TO:<bill@example.org>')), '452 4.2.2');
      quotas.clear();
      const again = await begin(world, RCPT, 'RCPT TO:<bill@example.org>');
      assert.equal(await deliver(again, content), '250 2.0.0');
      assert.deepEqual([await copies(jane), await copies(bill)], [1, 1]);
      quotas.set(bill, 1);
      const full = await world.greeted('smtp');
      await full.ask(MAIL);
      assert.equal(codes(await full.ask('RCPT TO:<bill@example.org>')), '452 4.2.2');
    });

    test('a large message goes through a file, and is the same', async () => {
      const { jane } = world.accounts;
      const generated = generateMail(11, 'bigAttachment');
      const content = `${Buffer.from(generated.bytes).toString('latin1')}\r\n`;
      assert.ok(content.length > 1024 * 1024);
      for (let i = 0; i < 2; i++) {
        assert.equal(
          await deliver(await begin(world, RCPT, 'RCPT TO:<bill@example.org>'), content),
          '250 2.0.0',
        );
      }
      const large = (await inbox(mail, jane)).filter(({ size }) => size > 1024 * 1024);
      assert.equal(large.length, 1);
      const bytes = Buffer.from((await world.stores.blobs.read(large[0]?.hash ?? new Uint8Array())) ?? []);
      assert.ok(bytes.toString('latin1').endsWith(content));
    });

    test('a list of 120 members gets one copy each, also when it is sent twice', async () => {
      const members: number[] = [];
      const domain = encodeId((await world.registry.holder('Domain', 'example.org'))?.id ?? 0);
      for (let i = 0; i < 120; i++) {
        const json = { '@type': 'User', name: `member${i}`, domainId: domain };
        members.push((await world.registry.write.create(DECLARATIONS.Account, json, SERVER_CONTEXT)).id);
      }
      const recipients = Object.fromEntries(members.map((_, i) => [`member${i}@example.org`, true]));
      await world.registry.write.create(
        DECLARATIONS.MailingList,
        { name: 'everybody', domainId: domain, recipients },
        SERVER_CONTEXT,
      );
      for (let i = 0; i < 2; i++) {
        const client = await begin(world, 'RCPT TO:<everybody@example.org>', 'RCPT TO:<member7@example.org>');
        assert.equal(await deliver(client, message('everybody')), '250 2.0.0');
      }
      const copies = await Promise.all(members.map((account) => inbox(mail, account)));
      assert.deepEqual(new Set(copies.map((one) => one.length)), new Set([1]));
      assert.equal(new Set(copies.map(([one]) => Buffer.from(one?.hash ?? []).toString('hex'))).size, 1);
    });

    test('a message larger than mailboxes take is refused as such', async () => {
      const client = await begin(world, RCPT);
      const line = `${'x'.repeat(998)}\r\n`;
      assert.equal(await deliver(client, `${message('huge')}${line.repeat(5100)}`), '552 5.3.4');
      assert.equal(codes(await client.ask('NOOP')), '250 2.0.0');
    });

    test('a size that mailboxes do not take is refused at RCPT, where there is no need to send it', async () => {
      const client = await world.greeted('smtp');
      const announced = `${MAIL} SIZE=5000001`;
      assert.equal(codes(await client.ask(announced)), '250 2.1.0');
      assert.equal(codes(await client.ask(RCPT)), '552 5.3.4');
      await client.ask('RSET');
      assert.equal(codes(await client.ask(`${MAIL} SIZE=5000000`)), '250 2.1.0');
      assert.equal(codes(await client.ask(RCPT)), '250 2.1.5');
    });
  });
}
