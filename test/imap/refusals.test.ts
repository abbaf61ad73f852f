// Every command refuses an account that lacks its permission: walked from the table itself.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { permissionsOf, type PermissionName } from '../../src/access/index.ts';
import { imapOperations } from '../../src/imap/table.ts';
import { PERMISSION_NAMES } from '../../src/registry/index.ts';
import { type ImapWorld, openImapWorld, PASSWORD } from './world.ts';

/** Arguments that parse, for commands that need some. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  ID: 'NIL',
  ENABLE: 'CONDSTORE',
  LOGIN: `denied@example.org ${PASSWORD}`,
  AUTHENTICATE: `PLAIN ${Buffer.from(`\0denied@example.org\0${PASSWORD}`).toString('base64')}`,
  SELECT: 'INBOX',
  EXAMINE: 'INBOX',
  CREATE: 'new',
  DELETE: 'new',
  RENAME: 'new newer',
  SUBSCRIBE: 'INBOX',
  UNSUBSCRIBE: 'INBOX',
  LIST: '"" * RETURN (STATUS (MESSAGES))',
  LSUB: '"" *',
  STATUS: 'INBOX (MESSAGES)',
  GETQUOTA: '#a',
  GETQUOTAROOT: 'INBOX',
  APPEND: 'INBOX {3+}\r\nabc',
  FETCH: '1 FLAGS',
  STORE: '1 +FLAGS (\\Seen)',
  COPY: '1 INBOX',
  MOVE: '1 INBOX',
  'UID EXPUNGE': '1',
  SEARCH: 'ALL',
  UIDBATCHES: '500',
  SORT: '(DATE) UTF-8 ALL',
  THREAD: 'REFERENCES UTF-8 ALL',
};
const argumentsOf = (name: string): string => ARGUMENTS[name] ?? ARGUMENTS[name.replace(/^UID /, '')] ?? '';

/** Permissions of commands that this face does not have yet: sharing and quota. */
const TO_COME: readonly PermissionName[] = ['imapAclGet', 'imapAclSet', 'imapMyRights', 'imapListRights'];

let world: ImapWorld;
before(async () => {
  world = await openImapWorld();
  await world.user('denied');
});
after(() => world.close());

const guarded = imapOperations.filter((operation) => permissionsOf(operation).length > 0);

describe('refusals', () => {
  test('every permission of this face guards something', () => {
    const guards = new Set(imapOperations.flatMap((operation) => permissionsOf(operation)));
    const missing = PERMISSION_NAMES.filter((name) => name.startsWith('imap') && !guards.has(name));
    assert.deepEqual(missing, TO_COME);
    assert.ok(guarded.length > 30);
  });

  for (const operation of guarded) {
    for (const permission of permissionsOf(operation)) {
      test(`${operation.name} without ${permission}`, async () => {
        const beforeSignIn = operation.state === 'notAuthenticated';
        await world.deny('denied', []);
        const client = beforeSignIn ? await world.connect() : await world.login('denied');
        if (operation.state === 'selected') await client.ok('SELECT INBOX');
        await world.deny('denied', [permission]);
        assert.equal(
          await client.verdict(`${operation.name} ${argumentsOf(operation.name)}`.trim()),
          'NO [NOPERM]',
        );
        client.close();
      });
    }
  }

  test('a literal is refused before it is sent', async () => {
    await world.deny('denied', ['imapAppend']);
    const client = await world.login('denied');
    assert.equal(await client.verdict('APPEND INBOX {100}'), 'NO [NOPERM]');
    client.close();
  });

  test('CLOSE without the permission to expunge closes and keeps', async () => {
    await world.deny('denied', []);
    const client = await world.login('denied');
    await client.append('INBOX', 'Subject: x\r\n\r\n', '(\\Deleted) ');
    await client.ok('SELECT INBOX');
    await world.deny('denied', ['imapExpunge']);
    await client.ok('CLOSE');
    assert.match((await client.ok('STATUS INBOX (MESSAGES)')).text, /MESSAGES 1/);
    client.close();
  });
});
