// Sessions of the IMAP face: greeting, sign-in, states, order of answers, and the grammar's edges.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ImapClient, type ImapWorld, message, openImapWorld, PASSWORD } from './world.ts';

let world: ImapWorld;
before(async () => {
  world = await openImapWorld();
  await world.user('ann');
});
after(() => world.close());

async function withClient(work: (client: ImapClient) => Promise<void>, name?: string): Promise<void> {
  const client = name === undefined ? await world.connect() : await world.login(name);
  try {
    await work(client);
  } finally {
    client.close();
  }
}

describe('before sign-in', () => {
  test('the greeting carries the capabilities', async () => {
    const { raw } = await world.connect();
    raw.close();
    const again = await world.connect();
    const { lines } = await again.ok('CAPABILITY');
    assert.match(lines[0] as string, /^CAPABILITY IMAP4rev2 IMAP4rev1 .*AUTH=PLAIN/);
    assert.doesNotMatch(lines[0] as string, /IDLE/);
    again.close();
  });

  test('wrong secrets are refused and counted, and the third ends the connection', async () => {
    await withClient(async (client) => {
      assert.equal(await client.verdict('LOGIN ann@example.org wrong'), 'NO [AUTHENTICATIONFAILED]');
      assert.equal(await client.verdict('LOGIN nobody wrong'), 'NO [AUTHENTICATIONFAILED]');
      assert.equal(await client.verdict('LOGIN ann@example.org wrong'), 'NO [AUTHENTICATIONFAILED]');
      assert.match(await client.raw.rest(), /^\* BYE /);
    });
  });

  test('LOGIN takes literals and quoted strings', async () => {
    await withClient(async (client) => {
      const name = 'ann@example.org';
      const answer = await client.ok(`LOGIN {${name.length}+}\r\n${name} "${PASSWORD}"`);
      assert.match(answer.tagged, /^OK \[CAPABILITY .*IDLE/);
      assert.equal(await client.verdict(`LOGIN ${name} ${PASSWORD}`), 'BAD');
    });
  });

  test('AUTHENTICATE PLAIN with and without an initial response', async () => {
    const response = Buffer.from(`\0ann@example.org\0${PASSWORD}`).toString('base64');
    await withClient(async (client) => {
      await client.ok(`AUTHENTICATE PLAIN ${response}`);
    });
    await withClient(async (client) => {
      const tag = client.begin('AUTHENTICATE PLAIN');
      assert.equal(await client.raw.line(), '+ ');
      client.raw.send(`${response}\r\n`);
      assert.equal((await client.answer(tag)).status, 'OK');
    });
    await withClient(async (client) => {
      const tag = client.begin('AUTHENTICATE PLAIN');
      await client.raw.line();
      client.raw.send('*\r\n');
      assert.equal((await client.answer(tag)).status, 'BAD');
      assert.equal(await client.verdict('AUTHENTICATE PLAIN !!!'), 'BAD');
      assert.equal(await client.verdict('AUTHENTICATE PLAIN YQ=='), 'BAD');
      assert.equal(await client.verdict('AUTHENTICATE CRAM-MD5'), 'NO [CANNOT]');
    });
  });

  test('acting as another account takes a permission', async () => {
    await world.user('bob');
    const response = (name: string) =>
      Buffer.from(`bob@example.org\0${name}\0${PASSWORD}`).toString('base64');
    await withClient(async (client) => {
      assert.equal(await client.verdict(`AUTHENTICATE PLAIN ${response('ann@example.org')}`), 'NO [NOPERM]');
      await client.ok(`AUTHENTICATE PLAIN ${response('admin@example.org')}`);
    });
  });

  test('OAUTHBEARER and XOAUTH2 tell why in a challenge', async () => {
    for (const [mechanism, response] of [
      ['OAUTHBEARER', 'n,a=ann@example.org,\x01auth=Bearer nonsense\x01\x01'],
      ['XOAUTH2', 'user=ann@example.org\x01auth=Bearer nonsense\x01\x01'],
    ] as const) {
      await withClient(async (client) => {
        const tag = client.begin(`AUTHENTICATE ${mechanism} ${Buffer.from(response).toString('base64')}`);
        const challenge = await client.raw.line();
        assert.deepEqual(JSON.parse(Buffer.from(challenge.slice(2), 'base64').toString()), {
          status: 'invalid_token',
          schemes: 'bearer',
        });
        client.raw.send('AQ==\r\n');
        assert.match((await client.answer(tag)).tagged, /^NO \[AUTHENTICATIONFAILED\]/);
      });
    }
  });

  test('commands for other states are BAD', async () => {
    await withClient(async (client) => {
      for (const command of ['SELECT INBOX', 'FETCH 1 FLAGS', 'IDLE']) {
        assert.equal(await client.verdict(command), 'BAD', command);
      }
    });
    await withClient(async (client) => {
      assert.equal(await client.verdict('FETCH 1 FLAGS'), 'BAD');
      assert.equal(await client.verdict('STARTTLS'), 'BAD');
    }, 'ann');
  });

  test('other protocols are cut off', async () => {
    for (const start of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00', 'SSH-2.0-x\r\n']) {
      const client = await world.connect();
      client.raw.send(start);
      assert.equal(await client.raw.rest(), '');
    }
  });

  test('a stranger that makes no sense is sent away', async () => {
    await withClient(async (client) => {
      client.raw.send('a\r\n'.repeat(10));
      assert.match(await client.raw.rest(), /\* BYE Too many commands/);
    });
  });
});

describe('after sign-in', () => {
  test('LOGOUT says goodbye, then OK, then closes', async () => {
    await withClient(async (client) => {
      client.raw.send('x LOGOUT\r\n');
      assert.match(await client.raw.rest(), /^\* BYE [^\r]*\r\nx OK [^\r]*\r\n$/);
    }, 'ann');
  });

  test('pipelined commands are answered in order, across LOGIN and SELECT', async () => {
    await withClient(async (client) => {
      client.raw.send(
        `1 LOGIN ann@example.org ${PASSWORD}\r\n2 SELECT INBOX\r\n3 NOOP\r\n4 FETCH 1:* FLAGS\r\n5 LOGOUT\r\n`,
      );
      const text = await client.raw.rest();
      const tagged = text.split('\r\n').filter((line) => /^\d /.test(line));
      assert.deepEqual(
        tagged.map((line) => line.slice(0, 4)),
        ['1 OK', '2 OK', '3 OK', '4 OK', '5 OK'],
      );
    });
  });

  test('ID takes NIL, fields and long values', async () => {
    await withClient(async (client) => {
      for (const args of ['NIL', '("name" "x")', `("name" "${'v'.repeat(1000)}" "os" NIL)`, '()']) {
        const { lines } = await client.ok(`ID ${args}`);
        assert.match(lines[0] as string, /^ID \("name" "Waypost"/);
      }
      assert.equal(await client.verdict('ID'), 'BAD');
    }, 'ann');
  });

  test('ENABLE reports what is new, once', async () => {
    await withClient(async (client) => {
      assert.deepEqual((await client.ok('ENABLE CONDSTORE X-UNKNOWN')).lines, ['ENABLED CONDSTORE']);
      assert.deepEqual((await client.ok('ENABLE QRESYNC CONDSTORE UTF8=ACCEPT')).lines, [
        'ENABLED QRESYNC UTF8=ACCEPT',
      ]);
      assert.deepEqual((await client.ok('ENABLE QRESYNC')).lines, ['ENABLED']);
      assert.equal(await client.verdict('ENABLE'), 'BAD');
    }, 'ann');
  });

  test('NAMESPACE, NOOP, CHECK', async () => {
    await withClient(async (client) => {
      assert.deepEqual((await client.ok('NAMESPACE')).lines, ['NAMESPACE (("" "/")) NIL NIL']);
      assert.deepEqual((await client.ok('NOOP')).lines, []);
      assert.deepEqual((await client.ok('CHECK')).lines, []);
      assert.equal(await client.verdict('NOOP now'), 'BAD');
    }, 'ann');
  });

  test('GETJMAPACCESS tells where JMAP is', async () => {
    await withClient(async (client) => {
      assert.deepEqual((await client.ok('GETJMAPACCESS')).lines, [
        'JMAPACCESS "https://mail.example.org/jmap/session"',
      ]);
      assert.match((await client.ok('CAPABILITY')).text, / JMAPACCESS /);
    }, 'ann');
  });

  test('UNAUTHENTICATE forgets who it was and what was enabled', async () => {
    await withClient(async (client) => {
      await client.ok('ENABLE QRESYNC');
      await client.ok('SELECT INBOX');
      await client.ok('UNAUTHENTICATE');
      assert.equal(await client.verdict('NOOP'), 'OK');
      assert.equal(await client.verdict('LIST "" *'), 'BAD');
      await client.ok(`LOGIN ann@example.org ${PASSWORD}`);
      assert.equal(await client.verdict('SELECT INBOX (QRESYNC (1 1))'), 'BAD');
    }, 'ann');
  });
});

describe('grammar', () => {
  test('what is broken is BAD, and the next command works', async () => {
    await withClient(async (client) => {
      client.raw.send(`${'t'.repeat(200)} NOOP\r\n`);
      assert.match(await client.raw.line(), /^\* BAD /);
      for (const command of ['FROB', 'LIST ("" *', 'LIST "" "unfinished', 'STATUS INBOX ()', 'UID FROB']) {
        assert.equal(await client.verdict(command), 'BAD', command);
      }
      await client.ok('NOOP');
      client.raw.send(`${'x'.repeat(100_000)}\r\n`);
      assert.match(await client.raw.line(), /^\* BAD The line is too long/);
      await client.ok('NOOP');
    }, 'ann');
  });

  test('a literal of an unknown command or too large a size is refused before it is sent', async () => {
    await withClient(async (client) => {
      assert.equal(await client.verdict('FROB {5}'), 'BAD');
      assert.equal(await client.verdict('LIST "" {70000}'), 'NO [TOOBIG]');
      assert.equal(await client.verdict('APPEND INBOX {99999999999}'), 'NO [TOOBIG]');
      await client.ok('NOOP');
    }, 'ann');
    await withClient(async (client) => {
      assert.equal(await client.verdict('LOGIN {5000}'), 'NO [TOOBIG]');
    });
  });

  test('a literal that was not asked for is dropped', async () => {
    await withClient(async (client) => {
      assert.equal(await client.verdict(`FROB {5+}\r\nabcde {3+}\r\nxyz`), 'BAD');
      world.email.maxMessageSize = 1000;
      const large = message('large', 'x'.repeat(2000));
      assert.equal(await client.verdict(`APPEND INBOX {${large.length}+}\r\n${large}`), 'NO [TOOBIG]');
      delete world.email.maxMessageSize;
      await client.ok('NOOP');
    }, 'ann');
  });

  test('synchronizing literals are asked for', async () => {
    await withClient(async (client) => {
      const tag = client.begin('LIST {0}');
      assert.match(await client.raw.line(), /^\+ Ready for 0 bytes/);
      client.raw.send(' {1}\r\n');
      assert.match(await client.raw.line(), /^\+ Ready for 1 bytes/);
      client.raw.send('*\r\n');
      const { status, lines } = await client.answer(tag);
      assert.equal(status, 'OK');
      assert.ok(lines.length >= 5);
    }, 'ann');
  });

  test('NIL, tilde and escapes in names', async () => {
    await withClient(async (client) => {
      await client.ok('CREATE NIL');
      assert.match((await client.ok('LIST "" NIL')).lines[0] as string, /"NIL"$/);
      await client.ok('SELECT NIL');
      await client.ok('CREATE ~foo');
      await client.ok('CREATE "a\\"b\\\\c"');
      assert.match((await client.ok('LIST "" "a*"')).lines.join(), /"a\\"b\\\\c"/);
      for (const name of ['NIL', '~foo', '"a\\"b\\\\c"']) await client.ok(`DELETE ${name}`);
    }, 'ann');
  });
});
