// RFC 8621 §4.4: filters and sorts of Email/query, over a text index.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../../src/formats/jmap/index.ts';
import { failure, lines, MailWorld } from './mail-world.ts';

let world: MailWorld;
before(async () => {
  world = await MailWorld.start({ search: true });
});
after(() => world.close());

const query = async (args: JsonObject) => (await world.client.call('Email/query', args as never)).ids;
const refused = (args: JsonObject) => failure(world.client.call('Email/query', args as never));
const oldestFirst = [{ property: 'receivedAt' }];

/** A mailbox with e-mails in it, a second apart; returns both, and a query that stays within the mailbox. */
async function fill(...messages: { header?: string[]; body?: string[]; more?: JsonObject }[]) {
  const box = await world.mailbox();
  const ids: string[] = [];
  for (const [i, { header = [], body = ['body'], more = {} }] of messages.entries()) {
    const receivedAt = new Date(Date.UTC(2024, 0, 1, 0, 0, i)).toISOString().replace('.000', '');
    ids.push(
      await world.import(lines(...header, '', ...body), { mailboxIds: { [box]: true }, receivedAt, ...more }),
    );
  }
  /** Numbers of the e-mails that are found, in the order of the answer. */
  const numbers = async (filter: JsonObject | null, more: JsonObject = { sort: oldestFirst }) => {
    const within = { operator: 'AND', conditions: [{ inMailbox: box }, ...(filter ? [filter] : [])] };
    return (await query({ filter: within, ...more })).map((id) => ids.indexOf(id));
  };
  return { box, ids, numbers };
}

describe('§4.4.1 mailboxes', () => {
  test('inMailbox and inMailboxOtherThan', async () => {
    const [a, b, c] = [await world.mailbox(), await world.mailbox(), await world.mailbox()];
    const one = await world.plain('one', { mailboxIds: { [a]: true } });
    const two = await world.plain('two', { mailboxIds: { [a]: true, [b]: true } });
    const three = await world.plain('three', { mailboxIds: { [c]: true } });
    const among = async (filter: JsonObject) =>
      (await query({ filter, sort: oldestFirst })).filter((id) => [one, two, three].includes(id));
    assert.deepEqual(await among({ inMailbox: a }), [one, two]);
    assert.deepEqual(await among({ inMailbox: 'zzzz' }), []);
    assert.deepEqual(await among({ inMailboxOtherThan: [a] }), [two, three]);
    assert.deepEqual(await among({ inMailboxOtherThan: [a, b] }), [three]);
    assert.deepEqual(await among({ inMailboxOtherThan: [a, b, c] }), []);
    assert.deepEqual(await among({ inMailboxOtherThan: [] }), [one, two, three]);
    // An e-mail is in the trash only.
    const trash = await world.box('trash');
    const gone = await world.plain('gone', { mailboxIds: { [trash]: true } });
    assert.ok(!(await query({ filter: { inMailboxOtherThan: [trash] } })).includes(gone));
  });
});

describe('§4.4.1 dates and sizes', () => {
  test('before is exclusive, after inclusive', async () => {
    const { numbers } = await fill({}, {}, {});
    assert.deepEqual(await numbers({ before: '2024-01-01T00:00:01Z' }), [0]);
    assert.deepEqual(await numbers({ after: '2024-01-01T00:00:01Z' }), [1, 2]);
    assert.deepEqual(await numbers({ after: '2024-01-01T00:00:01Z', before: '2024-01-01T00:00:02Z' }), [1]);
    for (const value of ['yesterday', '2024-01-01', '2024-01-01T00:00:00+01:00', 5, null])
      assert.equal(await refused({ filter: { before: value } }), 'invalidArguments', String(value));
  });

  test('minSize is inclusive, maxSize exclusive', async () => {
    const { ids, numbers } = await fill({ body: ['x'] }, { body: ['x'.repeat(10)] });
    const [small, large] = [
      await world.property(ids[0] as string, 'size'),
      await world.property(ids[1] as string, 'size'),
    ];
    assert.deepEqual(await numbers({ minSize: large as number }), [1]);
    assert.deepEqual(await numbers({ minSize: (large as number) + 1 }), []);
    assert.deepEqual(await numbers({ minSize: small as number }), [0, 1]);
    assert.deepEqual(await numbers({ maxSize: large as number }), [0]);
    assert.deepEqual(await numbers({ maxSize: (large as number) + 1 }), [0, 1]);
    assert.deepEqual(await numbers({ maxSize: small as number }), []);
    for (const value of [-1, 1.5, '1'])
      assert.equal(await refused({ filter: { minSize: value } }), 'invalidArguments');
  });
});

describe('§4.4.1 keywords', () => {
  test('hasKeyword and notKeyword, in any capitals', async () => {
    const { numbers } = await fill({ more: { keywords: { $Seen: true, Work: true } } }, {});
    for (const keyword of ['$seen', '$SEEN', 'work', 'WORK']) {
      assert.deepEqual(await numbers({ hasKeyword: keyword }), [0]);
      assert.deepEqual(await numbers({ notKeyword: keyword }), [1]);
    }
    assert.deepEqual(await numbers({ hasKeyword: 'none' }), []);
    assert.deepEqual(await numbers({ notKeyword: 'none' }), [0, 1]);
  });

  test('keywords of threads look at all e-mails of the thread, in other mailboxes too', async () => {
    const flagged = { keywords: { $flagged: true } };
    const { ids, numbers } = await fill(
      { header: ['Subject: kw all', 'Message-ID: <kwa@x>'], more: flagged },
      { header: ['Subject: kw some', 'Message-ID: <kws@x>'], more: flagged },
      { header: ['Subject: kw none', 'Message-ID: <kwn@x>'] },
    );
    await world.plain('Re: kw all', flagged, 'In-Reply-To: <kwa@x>');
    const other = await world.plain('Re: kw some', {}, 'In-Reply-To: <kws@x>');
    await world.plain('Re: kw none', {}, 'In-Reply-To: <kwn@x>');
    assert.deepEqual(await numbers({ allInThreadHaveKeyword: '$flagged' }), [0]);
    assert.deepEqual(await numbers({ someInThreadHaveKeyword: '$flagged' }), [0, 1]);
    assert.deepEqual(await numbers({ noneInThreadHaveKeyword: '$flagged' }), [2]);
    const elsewhere = await query({
      filter: { someInThreadHaveKeyword: '$flagged', notKeyword: '$flagged' },
    });
    assert.deepEqual(elsewhere, [other]);
    await world.update(ids[1] as string, { 'keywords/$flagged': null });
    assert.deepEqual(await numbers({ noneInThreadHaveKeyword: '$flagged' }), [1, 2]);
  });
});

test('§4.4.1 hasAttachment matches the property', async () => {
  const { numbers } = await fill(
    { header: ['Content-Type: application/pdf'] },
    { header: ['Content-Type: text/plain'] },
  );
  assert.deepEqual(await numbers({ hasAttachment: true }), [0]);
  assert.deepEqual(await numbers({ hasAttachment: false }), [1]);
});

describe('§4.4.1 text', () => {
  test('text looks into From, To, Cc, Bcc, Subject and the body, and each field into itself', async () => {
    const fields = ['From', 'To', 'Cc', 'Bcc', 'Subject'];
    const words = ['walnut', 'hazelnut', 'chestnut', 'peanut', 'coconut'];
    const { numbers } = await fill(
      ...fields.map((field, i) => ({
        header: [`${field}: ${words[i]}${field === 'Subject' ? '' : ` <${words[i]}@x.example>`}`],
      })),
      { header: ['Subject: other'], body: ['An almond.'] },
    );
    for (const [i, word] of words.entries()) {
      assert.deepEqual(await numbers({ text: word }), [i], word);
      for (const [j, field] of fields.entries())
        assert.deepEqual(
          await numbers({ [field.toLowerCase()]: word }),
          i === j ? [i] : [],
          `${field}: ${word}`,
        );
      assert.deepEqual(await numbers({ body: word }), []);
    }
    assert.deepEqual(await numbers({ text: 'almond' }), [5]);
    assert.deepEqual(await numbers({ body: 'almond' }), [5]);
    assert.deepEqual(await numbers({ subject: 'almond' }), []);
    assert.deepEqual(await numbers({ from: 'walnut@x.example' }), [0]);
  });

  test('is found in any capitals, and decoded: encoded words, character sets, transfer encodings', async () => {
    const { numbers } = await fill(
      { header: ['Subject: =?iso-8859-1?q?=DCbergr=F6=DFe?='] },
      { header: ['From: =?utf-8?b?SsO2cmc=?= <j@x.example>'] },
      {
        header: ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64'],
        body: ['U2Now7ZuZSBHcsO8w59l'],
      },
    );
    assert.deepEqual(await numbers({ subject: 'übergröße' }), [0]);
    assert.deepEqual(await numbers({ subject: 'ÜBERGRÖẞE' }), [0]);
    assert.deepEqual(await numbers({ from: 'jörg' }), [1]);
    assert.deepEqual(await numbers({ body: 'schöne' }), [2]);
    assert.deepEqual(await numbers({ text: 'GRÜßE' }), [2]);
  });

  test('of HTML is what a reader sees, with alt and title, not markup, head, style or script', async () => {
    const { numbers } = await fill({
      header: ['Content-Type: text/html'],
      body: [
        '<html><head><title>headword</title><style>.styleword{}</style></head><body class="classword">',
        '<script>scriptword()</script><p title="titleword">bodyword <img alt="altword" src="srcword.png"></p>',
        '</body></html>',
      ],
    });
    for (const word of ['bodyword', 'altword', 'titleword'])
      assert.deepEqual(await numbers({ body: word }), [0], word);
    for (const word of ['headword', 'styleword', 'classword', 'scriptword', 'srcword', 'html', 'img'])
      assert.deepEqual(await numbers({ body: word }), [], word);
  });

  test('words must all be there, in any order; quoted ones in a row', async () => {
    const { numbers } = await fill(
      { body: ['the quick brown fox'] },
      { body: ['the brown fox is quick'] },
      { body: ['a quick dog'] },
    );
    assert.deepEqual(await numbers({ body: 'quick brown' }), [0, 1]);
    assert.deepEqual(await numbers({ body: 'fox quick' }), [0, 1]);
    assert.deepEqual(await numbers({ body: '"quick brown"' }), [0]);
    assert.deepEqual(await numbers({ body: "'quick brown'" }), [0]);
    assert.deepEqual(await numbers({ body: "'brown fox' quick" }), [0, 1]);
    assert.deepEqual(await numbers({ body: '"brown quick"' }), []);
    assert.deepEqual(await numbers({ body: 'quick cat' }), []);
  });

  test('quotes and backslashes within a phrase are escaped', async () => {
    const { numbers } = await fill(
      { body: ['she said "hello there" and didn\'t go'] },
      { body: ['hello and there'] },
    );
    assert.deepEqual(await numbers({ body: '"said \\"hello there\\" and"' }), [0]);
    assert.deepEqual(await numbers({ body: "'and didn\\'t go'" }), [0]);
    assert.deepEqual(await numbers({ body: '"hello \\\\ there"' }), [0]);
    assert.deepEqual(await numbers({ body: "didn't" }), [0]);
  });

  test('of another type than a string is refused', async () => {
    for (const name of ['text', 'from', 'to', 'cc', 'bcc', 'subject', 'body'])
      assert.equal(await refused({ filter: { [name]: 5 } }), 'invalidArguments', name);
  });
});

test('§4.4.1 header looks for a field, or for a text in the values of all its instances', async () => {
  const { numbers } = await fill(
    { header: ['X-Tag: =?utf-8?q?gr=C3=BCn?='] },
    { header: ['x-tag: Red', 'X-Tag: blue'] },
    { header: ['Subject: x-tag'] },
  );
  assert.deepEqual(await numbers({ header: ['X-Tag'] }), [0, 1]);
  assert.deepEqual(await numbers({ header: ['x-TAG', 'RED'] }), [1]);
  assert.deepEqual(await numbers({ header: ['X-Tag', 'blue'] }), [1]);
  assert.deepEqual(await numbers({ header: ['X-Tag', 'grün'] }), [0]);
  assert.deepEqual(await numbers({ header: ['X-Tag', 'yellow'] }), []);
  assert.deepEqual(await numbers({ header: ['X-Other'] }), []);
  for (const header of [[], ['X-Tag', 'a', 'b'], ['X-Tag', 1], 'X-Tag', [5]])
    assert.equal(await refused({ filter: { header } }), 'invalidArguments', JSON.stringify(header));
});

test('§4.4.1 no property is true for all, several are all to hold, unknown ones are unsupportedFilter', async () => {
  const { numbers } = await fill(
    { more: { keywords: { $seen: true } } },
    { header: ['Content-Type: application/pdf'] },
  );
  assert.deepEqual(await numbers({}), [0, 1]);
  assert.deepEqual(await numbers({ operator: 'NOT', conditions: [{}] }), []);
  assert.deepEqual(await numbers({ hasKeyword: '$seen', hasAttachment: true }), []);
  assert.deepEqual(await numbers({ hasKeyword: '$seen', hasAttachment: false }), [0]);
  assert.equal(await refused({ filter: { colour: 'red' } }), 'unsupportedFilter');
  assert.equal(await refused({ filter: { operator: 'XOR', conditions: [] } }), 'invalidArguments');
});

describe('§4.4.2 sorting', () => {
  test('by receivedAt and size, both ways', async () => {
    const { numbers } = await fill({ body: ['xxx'] }, { body: ['x'] }, { body: ['xx'] });
    const by = (property: string, isAscending: boolean) =>
      numbers(null, { sort: [{ property, isAscending }] });
    assert.deepEqual(await by('receivedAt', true), [0, 1, 2]);
    assert.deepEqual(await by('receivedAt', false), [2, 1, 0]);
    assert.deepEqual(await by('size', true), [1, 2, 0]);
    assert.deepEqual(await by('size', false), [0, 2, 1]);
  });

  test('by the name, or else the address, of the first of from and of to; none comes first', async () => {
    for (const field of ['From', 'To']) {
      const { numbers } = await fill(
        { header: [`${field}: carol@x.example, Aaron <a@x.example>`] },
        { header: [`${field}: bob <z@x.example>`] },
        { header: [`${field}: "Äsop" <y@x.example>`] },
        { header: ['X: none'] },
      );
      assert.deepEqual(await numbers(null, { sort: [{ property: field.toLowerCase() }] }), [3, 2, 1, 0]);
    }
  });

  test('by the base subject', async () => {
    const { numbers } = await fill(
      { header: ['Subject: Re: cherry'] },
      { header: ['Subject: [list] Fwd: apple (fwd)'] },
      { header: ['Subject: banana'] },
    );
    assert.deepEqual(await numbers(null, { sort: [{ property: 'subject' }] }), [1, 2, 0]);
    const collation = 'i;ascii-casemap';
    assert.deepEqual(
      await numbers(null, { sort: [{ property: 'subject', collation, isAscending: false }] }),
      [0, 2, 1],
    );
    assert.equal(
      await refused({ sort: [{ property: 'subject', collation: 'i;nothing' }] }),
      'unsupportedSort',
    );
  });

  test('by sentAt, over zones', async () => {
    const { numbers } = await fill(
      { header: ['Date: 1 Jan 2024 10:00:00 +0200'] },
      { header: ['Date: 1 Jan 2024 09:30:00 +0000'] },
      { header: ['Date: 1 Jan 2024 08:30:00 +0000'] },
    );
    assert.deepEqual(await numbers(null, { sort: [{ property: 'sentAt' }] }), [0, 2, 1]);
  });

  test('by keywords of the e-mail and of its thread: false before true, then the next comparator', async () => {
    const flagged = { keywords: { $flagged: true } };
    const { numbers } = await fill(
      { header: ['Subject: s all', 'Message-ID: <sa@x>'], more: flagged },
      { header: ['Subject: s some', 'Message-ID: <ss@x>'] },
      { header: ['Subject: s none', 'Message-ID: <sn@x>'] },
    );
    await world.plain('Re: s some', flagged, 'In-Reply-To: <ss@x>');
    const by = (property: string, isAscending = true) =>
      numbers(null, { sort: [{ property, keyword: '$FLAGGED', isAscending }, { property: 'receivedAt' }] });
    assert.deepEqual(await by('hasKeyword'), [1, 2, 0]);
    assert.deepEqual(await by('hasKeyword', false), [0, 1, 2]);
    assert.deepEqual(await by('someInThreadHaveKeyword'), [2, 0, 1]);
    assert.deepEqual(await by('someInThreadHaveKeyword', false), [0, 1, 2]);
    assert.deepEqual(await by('allInThreadHaveKeyword', false), [0, 1, 2]);
    assert.deepEqual(await by('allInThreadHaveKeyword'), [1, 2, 0]);
  });

  test('by a keyword needs the keyword', async () => {
    for (const property of ['hasKeyword', 'allInThreadHaveKeyword', 'someInThreadHaveKeyword'])
      for (const more of [{}, { keyword: null }, { keyword: 5 }])
        assert.equal(await refused({ sort: [{ property, ...more }] }), 'invalidArguments', property);
  });

  test('§1.3.1 by what the session names works, and by others is unsupportedSort', async () => {
    const { accounts } = await world.client.session();
    const mail = accounts[world.ann.id]?.accountCapabilities['urn:ietf:params:jmap:mail'];
    const options = mail?.['emailQuerySortOptions'] as string[];
    assert.ok(options.includes('receivedAt'));
    for (const property of options) await query({ sort: [{ property, keyword: 'x' }] });
    const others = [
      'id',
      'threadId',
      'cc',
      'bcc',
      'replyTo',
      'sender',
      'preview',
      'hasAttachment',
      'keywords',
    ];
    for (const property of others.filter((name) => !options.includes(name)))
      assert.equal(await refused({ sort: [{ property }] }), 'unsupportedSort', property);
  });

  test('is the same each time where the comparators see no difference', async () => {
    const receivedAt = '2024-03-01T00:00:00Z';
    const { numbers } = await fill(...Array.from({ length: 8 }, () => ({ more: { receivedAt } })));
    const first = await numbers(null);
    for (let i = 0; i < 3; i++) assert.deepEqual(await numbers(null), first);
    const sort = [{ property: 'size' }];
    assert.deepEqual(await numbers(null, { sort, limit: 4 }), (await numbers(null, { sort })).slice(0, 4));
  });
});

test('§4.4 the total of a mailbox is its totalEmails, collapsed its totalThreads', async () => {
  const { box } = await fill(
    { header: ['Subject: t', 'Message-ID: <t1@x>'] },
    { header: ['Subject: Re: t', 'In-Reply-To: <t1@x>'] },
    { header: ['Subject: u'] },
  );
  const args = { filter: { inMailbox: box }, calculateTotal: true };
  const [boxes, all, threads] = await world.client.batch(
    ['Mailbox/get', { ids: [box] }],
    ['Email/query', args],
    ['Email/query', { ...args, collapseThreads: true }],
  );
  const [mailbox] = boxes.list;
  assert.deepEqual([all.total, threads.total], [mailbox?.totalEmails, mailbox?.totalThreads]);
  assert.deepEqual([all.total, threads.total], [3, 2]);
});
