// Every command refuses, in SMTP's words, a client who lacks its permission: walked from the table itself. And
// every command refuses where it has no place.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { permissionsOf, type PermissionName } from '../../src/access/index.ts';
import { RECEIVE } from '../../src/mta/index.ts';
import { DECLARATIONS, SERVER_CONTEXT } from '../../src/registry/index.ts';
import { COMMANDS } from '../../src/smtp/index.ts';
import type { Verb } from '../../src/formats/smtp/index.ts';
import type { RawClient } from '../support/raw-client.ts';
import { codes, message, plain, startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.close());
afterEach(() => world.hangUp());

const SENDER = 'MAIL FROM:<bill@example.org>';
const RCPT = 'RCPT TO:<jane@example.org>';

/** A line of the verb, and what has to come before it. */
const USES: Partial<Record<Verb, { readonly before: readonly string[]; readonly line: string }>> = {
  AUTH: { before: [], line: `AUTH PLAIN ${plain('bill@example.org')}` },
  MAIL: { before: [], line: SENDER },
  RCPT: { before: [SENDER], line: RCPT },
  DATA: { before: [SENDER, RCPT], line: 'DATA' },
  BDAT: { before: [SENDER, RCPT], line: `BDAT 6 LAST\r\nQUIT` },
};

async function disable(...names: readonly PermissionName[]): Promise<void> {
  const permissions = {
    '@type': 'Merge',
    enabledPermissions: {},
    disabledPermissions: Object.fromEntries(names.map((name) => [name, true])),
  };
  await world.registry.write.update(
    DECLARATIONS.Account,
    world.accounts.bill,
    { permissions },
    SERVER_CONTEXT,
  );
}

describe('without its permission', () => {
  const guarded = COMMANDS.filter((command) => permissionsOf(command as never).length > 0);
  for (const command of guarded) {
    test(command.name, async () => {
      const use = USES[command.name];
      assert.ok(use, `say how ${command.name} is used`);
      for (const permission of permissionsOf(command as never)) {
        await disable();
        const isSignIn = command.name === 'AUTH';
        const client = await world.greeted('submissions', isSignIn ? undefined : 'bill@example.org');
        for (const line of use.before) assert.match(await client.ask(line), /^250 /);
        await disable(permission);
        assert.equal(codes(await client.send(`${use.line}\r\n`).reply()), '550 5.7.1');
        // The chunk that was refused is not taken for commands.
        assert.equal(codes(await client.ask('NOOP')), '250 2.0.0');
        assert.equal(client.received, '');
      }
      await disable();
      assert.equal(world.mail.messages.length, 0);
    });
  }

  test('they are the ones that send', () => {
    assert.deepEqual(guarded.map(({ name }) => name).sort(), ['AUTH', 'BDAT', 'DATA', 'MAIL', 'RCPT']);
  });

  test('a delivery', async () => {
    assert.equal(RECEIVE.permission, 'emailReceive');
    const rcpt = async (client: RawClient) => codes(await client.ask('RCPT TO:<bill@example.org>'));
    await disable('emailReceive');
    for (const listener of ['smtp', 'lmtp'] as const) {
      const client = await world.greeted(listener);
      await client.ask('MAIL FROM:<a@b.test>');
      assert.equal(await rcpt(client), '550 5.5.0');
    }
    await disable();
    const client = await world.greeted('lmtp');
    await client.ask('MAIL FROM:<a@b.test>');
    assert.equal(await rcpt(client), '250 2.1.5');
    await disable('emailReceive');
    assert.match(await client.ask('DATA'), /^354 /);
    assert.equal(codes(await client.send(`${message('late')}.\r\n`).reply()), '550 5.5.0');
    assert.equal(world.mail.messages.length, 0);
    await disable();
  });
});

describe('where it has no place', () => {
  const LINES: Partial<Record<Verb, string>> = {
    MAIL: 'MAIL FROM:<a@b.test>',
    RCPT,
    DATA: 'DATA',
    BDAT: 'BDAT 0',
  };
  /** Commands that lead to each state. */
  const WAYS = {
    new: [],
    greeted: ['EHLO a.test'],
    mail: ['EHLO a.test', 'MAIL FROM:<a@b.test>'],
    rcpt: ['EHLO a.test', 'MAIL FROM:<a@b.test>', RCPT],
    chunks: ['EHLO a.test', 'MAIL FROM:<a@b.test>', RCPT, 'BDAT 0'],
  } as const;
  for (const command of COMMANDS) {
    if (command.states === undefined) continue;
    test(command.name, async () => {
      const line = LINES[command.name];
      assert.ok(line, `say how ${command.name} is written`);
      for (const [state, way] of Object.entries(WAYS)) {
        if (command.states?.some((one) => one === state)) continue;
        const client = await world.client('smtp');
        for (const one of way) assert.match(await client.ask(one), /^250/);
        assert.equal(codes(await client.ask(line)), '503 5.5.1', state);
      }
    });
  }

  test('listeners', async () => {
    for (const command of COMMANDS) {
      if (command.kinds === undefined) continue;
      for (const listener of ['smtp', 'submission', 'lmtp'] as const) {
        if (command.kinds.includes(listener)) continue;
        const client = await world.client(listener);
        const { code, status = '' } = command.elsewhere ?? { code: 0 };
        assert.equal(codes(await client.ask(`${command.name} a.test`)), `${code} ${status}`);
      }
    }
  });
});
