// RFC 8621 §4.6: header fields of an e-mail that is created.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../../src/formats/jmap/index.ts';
import { BODY_VALUES, MailWorld, structured } from './mail-world.ts';

let world: MailWorld;
/** A blob that parts may name. */
let blobId: string;
before(async () => {
  world = await MailWorld.start();
  blobId = await world.upload('some bytes', 'application/octet-stream');
});
after(() => world.close());

describe('§4.6 create: headers', () => {
  test('the property headers is refused, on the Email and on a part', async () => {
    const headers = [{ name: 'X', value: ' y' }];
    await world.refuses([
      [{ headers }, 'headers'],
      [{ bodyValues: BODY_VALUES, textBody: [{ partId: 't', headers }] }, 'textBody/0/headers'],
      [structured({ partId: 't', headers }), 'bodyStructure/headers'],
      [{ attachments: [{ blobId, headers }] }, 'attachments/0/headers'],
    ]);
  });

  test('two properties for one field are refused, whatever their forms and capitals', async () => {
    const from = [{ email: 'a@x.example' }];
    await world.refuses([
      [{ 'header:Subject': ' again' }, 'header:Subject'],
      [{ 'header:subject:asText': 'again' }, 'header:subject:asText'],
      [{ from, 'header:from': ' a@x.example' }, 'header:from'],
      [{ from, 'header:From:asAddresses': from }, 'header:From:asAddresses'],
      [{ sentAt: '2024-01-01T00:00:00Z', 'header:Date': ' x' }, 'header:Date'],
      [{ messageId: ['a@x'], 'header:Message-Id:asMessageIds': ['b@x'] }, 'header:Message-Id:asMessageIds'],
      [{ 'header:X-A': ' a', 'header:x-a:asText': 'b' }, 'header:x-a:asText'],
      [{ 'header:X-A': ' a', 'header:X-A:all': [' b'] }, 'header:X-A:all'],
      [
        structured({ partId: 't', 'header:X-A': ' a', 'header:x-A:asText': 'b' }),
        'bodyStructure/header:x-A:asText',
      ],
      [
        structured({ partId: 't', cid: 'a@x', 'header:Content-Id': ' <b@x>' }),
        'bodyStructure/header:Content-Id',
      ],
      [
        structured({ partId: 't', type: 'text/plain', 'header:Content-Type': ' text/html' }),
        'bodyStructure/header:Content-Type',
      ],
    ]);
  });

  test('forms that the field does not have are refused', async () => {
    await world.refuses([
      [{ 'header:From:asText': 'a' }, 'header:From:asText'],
      [{ 'header:To:asDate': '2024-01-01T00:00:00Z' }, 'header:To:asDate'],
      [{ 'header:Date:asText': 'x' }, 'header:Date:asText'],
      [{ 'header:Comments:asAddresses': [] }, 'header:Comments:asAddresses'],
      [{ 'header:List-Post:asText': 'x' }, 'header:List-Post:asText'],
      [{ 'header:X-A:asWords': 'x' }, 'header:X-A:asWords'],
      [structured({ partId: 't', 'header:To:asText': 'x' }), 'bodyStructure/header:To:asText'],
    ]);
  });

  test('Content-* fields are for parts, not for the Email', async () => {
    await world.refuses([
      [{ 'header:Content-Type': ' text/html' }, 'header:Content-Type'],
      [{ 'header:content-language:asText': 'en' }, 'header:content-language:asText'],
      [{ 'header:Content-X': ' y' }, 'header:Content-X'],
    ]);
    const draft = structured({ partId: 't', 'header:Content-X:asText': 'y', 'header:X-Part': ' z' });
    const { bodyStructure } = await world.made(draft, ['bodyStructure'], {
      bodyProperties: ['header:content-x', 'header:X-Part'],
    });
    assert.deepEqual(bodyStructure, { 'header:content-x': ' y', 'header:X-Part': ' z' });
  });

  test('values that are not of the form are refused', async () => {
    await world.refuses([
      [{ from: 'a@x.example' }, 'from'],
      [{ to: [{ name: 'no address' }] }, 'to'],
      [{ cc: [{ email: 5 }] }, 'cc'],
      [{ messageId: 'a@x' }, 'messageId'],
      [{ sentAt: 'yesterday' }, 'sentAt'],
      [{ 'header:X-A': 5 }, 'header:X-A'],
      [{ 'header:X-A:all': ' a' }, 'header:X-A:all'],
      [{ 'header:X-A:asURLs': ['a b'] }, 'header:X-A:asURLs'],
      [{ 'header:X-A': ' a\r\nInjected: b' }, 'header:X-A'],
    ]);
  });

  test('every form is written so that it reads back', async () => {
    const addresses = [
      { name: 'Jörg "J" Müller', email: 'j@x.example' },
      { name: null, email: 'k@x.example' },
    ];
    const groups = [
      { name: null, addresses: [{ name: null, email: 'a@x.example' }] },
      { name: 'Frïends', addresses },
    ];
    const draft = {
      from: addresses,
      sender: [{ name: 'Jörg', email: 'j@x.example' }],
      to: addresses,
      bcc: [{ name: 'B', email: 'b@x.example' }],
      subject: 'Grüße =?not?= an encoded word',
      messageId: ['id@x.example'],
      inReplyTo: ['a@x', 'b@x'],
      references: ['a@x', 'b@x'],
      sentAt: '2018-07-10T11:03:11+10:00',
      'header:X-Raw': ' raw value',
      'header:X-Text:asText:all': ['eins', 'zwö'],
      'header:X-Groups:asGroupedAddresses': groups,
      'header:X-Ids:asMessageIds': ['c@x'],
      'header:X-Date:asDate': '2024-01-02T03:04:05-08:00',
      'header:List-Help:asURLs': ['https://x.example/?a=b', 'mailto:h@x.example'],
      'header:X-Addresses:asAddresses:all': [addresses, [{ name: null, email: 'z@x.example' }]],
    };
    const { id: _, ...back } = (await world.made(draft, Object.keys(draft))) as unknown as JsonObject;
    assert.deepEqual(back, draft);
    assert.deepEqual(
      (
        await world.made({ subject: 'subject', cc: null, 'header:X-None': null }, ['cc', 'header:X-None:all'])
      )['header:X-None:all'],
      [],
    );
  });

  test('a Message-ID and a Date are made where there are none', async () => {
    const before = Date.now() - 1000;
    const names = ['messageId', 'sentAt', 'header:Message-ID:all', 'header:Date:all', 'receivedAt'];
    const one = await world.made({ subject: 'subject' }, names);
    assert.equal(one.messageId?.length, 1);
    assert.match(one.messageId?.[0] ?? '', /^[^\s<>@]+@[^\s<>@]+$/);
    assert.equal((one['header:Date:all'] as string[]).length, 1);
    assert.match(
      (one['header:Date:all'] as string[])[0] ?? '',
      /^ \w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/,
    );
    for (const date of [one.sentAt, one.receivedAt]) {
      const time = Date.parse(date as string);
      assert.ok(time >= before && time <= Date.now() + 1000, String(date));
    }
    assert.notDeepEqual((await world.made({ subject: 'subject' }, names)).messageId, one.messageId);
    const given = await world.made(
      { subject: 'subject', messageId: ['own@x'], sentAt: '2020-01-01T00:00:00Z' },
      names,
    );
    assert.deepEqual(given['header:Message-ID:all'], [' <own@x>']);
    assert.equal((given['header:Date:all'] as string[]).length, 1);
  });
});
