// RFC 8621 §4.1.2 and §4.1.3: header fields in all their forms.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Json, JsonObject } from '../../../src/formats/jmap/index.ts';
import { failure, lines, MailWorld } from './mail-world.ts';

let world: MailWorld;
before(async () => {
  world = await MailWorld.start();
});
after(() => world.close());

/** Values of header properties of a message with these header lines. */
async function read(header: readonly (string | Buffer)[], ...properties: string[]): Promise<Json[]> {
  const crlf = Buffer.from('\r\n');
  const bytes = header.flatMap((line) => [typeof line === 'string' ? Buffer.from(line) : line, crlf]);
  const id = await world.import(Buffer.concat([...bytes, lines('', 'body')]));
  const email = (await world.get(id, properties)) as unknown as JsonObject;
  return properties.map((name) => email[name] as Json);
}
const one = async (line: string | Buffer, property: string): Promise<Json> =>
  (await read([line], property))[0] as Json;

describe('§4.1.2.1 Raw', () => {
  test('is what stands between the colon and the line end, folds and space included', async () => {
    assert.deepEqual(
      await read(
        ['Subject: plain', 'X-Tight:none', 'X-Fold: a\r\n b\r\n\tc', 'X-Empty:', 'X-Blank:  '],
        'header:Subject',
        'header:X-Tight',
        'header:X-Fold',
        'header:X-Empty',
        'header:X-Blank',
      ),
      [' plain', 'none', ' a\r\n b\r\n\tc', '', '  '],
    );
  });

  test('keeps UTF-8, marks what breaks it, drops NUL, and decodes nothing', async () => {
    assert.equal(await one('X-Text: grün =?utf-8?q?=C3=BC?=', 'header:X-Text'), ' grün =?utf-8?q?=C3=BC?=');
    assert.match(
      (await one(Buffer.from('X-Text: a\xe4b', 'latin1'), 'header:X-Text')) as string,
      /^ a\ufffdb$/,
    );
    assert.equal(await one('X-Text: a\0b', 'header:X-Text'), ' ab');
  });

  test('may be asked of every field', async () => {
    const names = ['From', 'Date', 'Message-ID', 'List-Post', 'Received', 'Return-Path', 'Subject', 'X-Y'];
    const values = await read(['X-Y: z'], ...names.map((name) => `header:${name}`));
    assert.deepEqual(values.at(-1), ' z');
  });
});

describe('§4.1.2.2 Text', () => {
  const text = (value: string | Buffer) =>
    one(Buffer.concat([Buffer.from('Subject:'), Buffer.from(value)]), 'header:Subject:asText');

  test('is unfolded, without the space in front, and in normal form C', async () => {
    assert.equal(await text('   two words'), 'two words');
    assert.equal(await text(' folded\r\n value'), 'folded value');
    assert.equal(await text(' u\u0308ber'), 'über');
    assert.equal(await text(' =?utf-8?q?u=CC=88?='), 'ü');
    assert.equal(await text(' ends '), 'ends ');
    assert.equal(await text(''), '');
  });

  test('has encoded words decoded, adjacent ones as one', async () => {
    assert.equal(await text(' =?iso-8859-1?q?Andr=E9?= a'), 'André a');
    assert.equal(await text(' =?UTF-8?B?w7w=?= =?UTF-8?B?w7w=?='), 'üü');
    assert.equal(await text(' =?utf-8?q?one?=\r\n =?utf-8?q?_two?='), 'one two');
    assert.equal(await text(' =?utf-8*de?q?=C3=BC?='), 'ü');
  });

  test('has NUL and controls that were encoded dropped', async () => {
    assert.equal(await text(' =?utf-8?q?a=00b=0D=0Ac=07d=7Fe=C2=85f?='), 'abcdef');
  });

  test('has nothing decoded that breaks the rules of encoded words, or is of an unknown character set', async () => {
    for (const value of [
      'a=?utf-8?q?b?=',
      '=?utf-8?q?a?=b',
      '=?utf-8?q?a b?=',
      '=?x-nothing?q?a?=',
      '=?utf-8?x?a?=',
      '=?utf-8?q?a',
    ])
      assert.equal(await text(` ${value}`), value);
  });

  test('shows what cannot be decoded as U+FFFD and goes on', async () => {
    assert.equal(await text(' =?utf-8?q?a=FFb?= c'), 'a\ufffdb c');
    assert.equal(await text(Buffer.from(' a\xffb', 'latin1')), 'a\ufffdb');
  });
});

const JAMES =
  '"  James Smythe" <james@example.com>, Friends:\r\n  jane@example.com, =?UTF-8?Q?John_Sm=C3=AEth?=\r\n  <john@example.com>;';

describe('§4.1.2.3 Addresses', () => {
  const addresses = (value: string) => one(`To: ${value}`, 'header:To:asAddresses');

  test('the example of the standard', async () => {
    assert.deepEqual(await addresses(JAMES), [
      { name: 'James Smythe', email: 'james@example.com' },
      { name: null, email: 'jane@example.com' },
      { name: 'John Smîth', email: 'john@example.com' },
    ]);
  });

  test('quoted strings lose quotes and escapes; white space at their ends goes', async () => {
    assert.deepEqual(await addresses('" a \\"b\\" \\\\ c\r\n d " <x@y.example>'), [
      { name: 'a "b" \\ c d', email: 'x@y.example' },
    ]);
  });

  test('a comment behind an address is its name when it has none', async () => {
    assert.deepEqual(await addresses('x@y.example (Ex Why), Name <z@y.example> (not this)'), [
      { name: 'Ex Why', email: 'x@y.example' },
      { name: 'Name', email: 'z@y.example' },
    ]);
  });

  test('UTF-8 as it stands is read too', async () => {
    assert.deepEqual(await addresses('Jörg <jörg@müller.example>'), [
      { name: 'Jörg', email: 'jörg@müller.example' },
    ]);
  });

  test('broken lists give what can be made out', async () => {
    assert.deepEqual(await addresses('not an address'), [{ name: 'not an address', email: '' }]);
    assert.deepEqual(await addresses('root, Ann <ann@example.org'), [
      { name: null, email: 'root' },
      { name: 'Ann', email: 'ann@example.org' },
    ]);
    assert.deepEqual(await addresses(''), []);
  });
});

describe('§4.1.2.4 GroupedAddresses', () => {
  const groups = (value: string) => one(`To: ${value}`, 'header:To:asGroupedAddresses');

  test('the example of the standard', async () => {
    assert.deepEqual(await groups(JAMES), [
      { name: null, addresses: [{ name: 'James Smythe', email: 'james@example.com' }] },
      {
        name: 'Friends',
        addresses: [
          { name: null, email: 'jane@example.com' },
          { name: 'John Smîth', email: 'john@example.com' },
        ],
      },
    ]);
  });

  test('consecutive mailboxes outside of groups are one; names of groups are decoded; a group may be empty', async () => {
    assert.deepEqual(await groups('a@x.example, b@x.example, =?utf-8?q?=C3=9C?=:;, c@x.example'), [
      {
        name: null,
        addresses: [
          { name: null, email: 'a@x.example' },
          { name: null, email: 'b@x.example' },
        ],
      },
      { name: 'Ü', addresses: [] },
      { name: null, addresses: [{ name: null, email: 'c@x.example' }] },
    ]);
    assert.deepEqual(await groups('"A \\"quoted\\" group": a@x.example;'), [
      { name: 'A "quoted" group', addresses: [{ name: null, email: 'a@x.example' }] },
    ]);
  });
});

test('§4.1.2.5 MessageIds lose brackets, comments and white space, and are null when there are none', async () => {
  const ids = (value: string) => one(`References: ${value}`, 'header:References:asMessageIds');
  assert.deepEqual(await ids('<a@x>'), ['a@x']);
  assert.deepEqual(await ids('<a@x>\r\n <b@x> (first) <c@x>'), ['a@x', 'b@x', 'c@x']);
  assert.equal(await ids('nothing of the kind'), null);
  assert.equal(await ids(''), null);
});

test('§4.1.2.6 Date keeps the zone, and is null when it is none', async () => {
  const date = (value: string) => one(`Date: ${value}`, 'header:Date:asDate');
  assert.equal(await date('Fri, 21 Nov 1997 09:55:06 -0600'), '1997-11-21T09:55:06-06:00');
  assert.equal(await date('1 Jan 2020 00:00:00 +0000 (UTC)'), '2020-01-01T00:00:00Z');
  assert.equal(await date('21 Nov 97 09:55:06 GMT'), '1997-11-21T09:55:06Z');
  for (const value of ['not a date', '', '32 Jan 2020 00:00:00 +0000'])
    assert.equal(await date(value), null, value);
});

test('§4.1.2.7 URLs lose brackets and comments, and are null when there are none', async () => {
  const urls = (value: string) => one(`List-Unsubscribe: ${value}`, 'header:List-Unsubscribe:asURLs');
  assert.deepEqual(
    await urls('<mailto:off@x.example?subject=a%20b> (by mail),\r\n <https://x.example/off>'),
    ['mailto:off@x.example?subject=a%20b', 'https://x.example/off'],
  );
  assert.equal(await urls('NO'), null);
});

describe('§4.1.2 which field may be had in which form', () => {
  const FORMS = ['Text', 'Addresses', 'GroupedAddresses', 'MessageIds', 'Date', 'URLs'];
  const ALLOWED: Readonly<Record<string, readonly string[]>> = {
    Text: ['Subject', 'Comments', 'Keywords', 'List-Id'],
    Addresses: [
      'From',
      'Sender',
      'Reply-To',
      'To',
      'Cc',
      'Bcc',
      'Resent-From',
      'Resent-Sender',
      'Resent-Reply-To',
      'Resent-To',
      'Resent-Cc',
      'Resent-Bcc',
    ],
    MessageIds: ['Message-ID', 'In-Reply-To', 'References', 'Resent-Message-ID'],
    Date: ['Date', 'Resent-Date'],
    URLs: ['List-Help', 'List-Unsubscribe', 'List-Subscribe', 'List-Post', 'List-Owner', 'List-Archive'],
  };
  /** Defined in RFC 5322 or RFC 2369: no form but those above. */
  const DEFINED = [
    ...Object.values(ALLOWED)
      .flat()
      .filter((name) => name !== 'List-Id'),
    'Return-Path',
    'Received',
  ];
  const allowed = (name: string, form: string) =>
    (ALLOWED[form === 'GroupedAddresses' ? 'Addresses' : form] as readonly string[]).includes(name);

  test('the forms of the standard are given, all others of defined fields are invalidArguments', async () => {
    const id = await world.plain('forms');
    for (const name of DEFINED) {
      for (const form of FORMS) {
        for (const property of [`header:${name}:as${form}`, `header:${name.toLowerCase()}:as${form}:all`]) {
          const work = world.client.call('Email/get', { ids: [id], properties: [property] });
          if (allowed(name, form)) await work;
          else assert.equal(await failure(work), 'invalidArguments', property);
        }
      }
    }
  });

  test('any other field may be had in every form', async () => {
    const header = ['X-Any: <a@x>', 'List-Id: <l.example>'];
    assert.deepEqual(await read(header, ...FORMS.map((form) => `header:X-Any:as${form}`)), [
      '<a@x>',
      [{ name: null, email: 'a@x' }],
      [{ name: null, addresses: [{ name: null, email: 'a@x' }] }],
      ['a@x'],
      null,
      ['a@x'],
    ]);
    assert.deepEqual(await read(header, 'header:List-Id:asText'), ['<l.example>']);
  });

  test('a form that there is not, or in another place, is invalidArguments', async () => {
    const id = await world.plain('no forms');
    for (const property of [
      'header:Subject:asWords',
      'header:Subject:astext',
      'header:Subject:all:asText',
      'header:Subject:asText:asText',
      'header:Subject:asText:every',
      'header:Subject:',
      'header:Sub ject',
      'header:Sübject',
    ]) {
      const work = world.client.call('Email/get', { ids: [id], properties: [property] });
      assert.equal(await failure(work), 'invalidArguments', property);
    }
  });

  test('a forbidden form is refused for parts too', async () => {
    const id = await world.plain('parts');
    const args = { ids: [id], properties: ['textBody'], bodyProperties: ['header:Date:asText'] };
    assert.equal(await failure(world.client.call('Email/get', args)), 'invalidArguments');
  });
});

describe('§4.1.3 header properties', () => {
  test('headers are all fields in their order, names as they stand, values raw', async () => {
    const header = [
      'Received: by x; 1 Jan 2020 00:00:00 +0000',
      'SUBJECT: =?utf-8?q?a?=',
      'x-odd:b\r\n c',
      'X-Odd: d',
    ];
    const id = await world.import(lines(...header, '', 'body'));
    assert.deepEqual(await world.property(id, 'headers'), [
      { name: 'Received', value: ' by x; 1 Jan 2020 00:00:00 +0000' },
      { name: 'SUBJECT', value: ' =?utf-8?q?a?=' },
      { name: 'x-odd', value: 'b\r\n c' },
      { name: 'X-Odd', value: ' d' },
    ]);
  });

  test('one is the last instance or null, :all is every instance or an empty list', async () => {
    assert.deepEqual(
      await read(
        ['X-Many: one', 'X-Other: x', 'x-many: two', 'X-MANY: three'],
        'header:X-Many',
        'header:X-Many:all',
        'header:X-Many:asText:all',
        'header:X-None',
        'header:X-None:all',
        'header:X-None:asAddresses',
        'header:X-None:asDate:all',
      ),
      [' three', [' one', ' two', ' three'], ['one', 'two', 'three'], null, [], null, []],
    );
    const resent = ['Resent-To: a@x.example', 'Resent-To: B <b@x.example>, c@x.example'];
    assert.deepEqual(await read(resent, 'header:Resent-To:asAddresses:all'), [
      [
        [{ name: null, email: 'a@x.example' }],
        [
          { name: 'B', email: 'b@x.example' },
          { name: null, email: 'c@x.example' },
        ],
      ],
    ]);
  });

  test('§4.2 names match in any capitals, and the answer has those of the request', async () => {
    const id = await world.import(lines('List-Post: <mailto:l@x.example>', 'Subject: s', '', ''));
    const asked = ['header:List-POST:asURLs', 'header:sUbJeCt', 'header:SUBJECT:asText'];
    assert.deepEqual(await world.get(id, asked), {
      id,
      'header:List-POST:asURLs': ['mailto:l@x.example'],
      'header:sUbJeCt': ' s',
      'header:SUBJECT:asText': 's',
    });
  });

  test('the convenience properties are the header properties they stand for, last instance included', async () => {
    const PAIRS = {
      messageId: 'header:Message-ID:asMessageIds',
      inReplyTo: 'header:In-Reply-To:asMessageIds',
      references: 'header:References:asMessageIds',
      sender: 'header:Sender:asAddresses',
      from: 'header:From:asAddresses',
      to: 'header:To:asAddresses',
      cc: 'header:Cc:asAddresses',
      bcc: 'header:Bcc:asAddresses',
      replyTo: 'header:Reply-To:asAddresses',
      subject: 'header:Subject:asText',
      sentAt: 'header:Date:asDate',
    };
    const header = (n: number) => [
      `Message-ID: <m${n}@x>`,
      `In-Reply-To: <i${n}@x>`,
      `References: <r${n}@x> <s@x>`,
      `Sender: S ${n} <s${n}@x.example>`,
      `From: F ${n} <f${n}@x.example>`,
      `To: T ${n} <t${n}@x.example>, u@x.example`,
      `Cc: C ${n} <c${n}@x.example>`,
      `Bcc: B ${n} <b${n}@x.example>`,
      `Reply-To: R ${n} <r${n}@x.example>`,
      `Subject: subject ${n}`,
      `Date: ${n} Jan 2020 00:00:00 +0200`,
    ];
    const id = await world.import(lines(...header(1), ...header(2), '', 'body'));
    const names = Object.keys(PAIRS) as (keyof typeof PAIRS)[];
    const email = (await world.get(id, [...names, ...Object.values(PAIRS)])) as unknown as JsonObject;
    for (const name of names) {
      assert.deepEqual(email[name], email[PAIRS[name]], name);
      assert.match(JSON.stringify(email[name]), /2/, name);
    }
  });
});
