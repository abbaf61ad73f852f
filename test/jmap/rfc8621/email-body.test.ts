// RFC 8621 §4.1.4: parts and the lists of parts.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { EmailBodyPart } from '../../../src/formats/jmap/index.ts';
import { type BodyArgs, lines, MailWorld } from './mail-world.ts';

let world: MailWorld;
before(async () => {
  world = await MailWorld.start();
});
after(() => world.close());

const ALL: BodyArgs = {
  bodyProperties: [
    'partId',
    'blobId',
    'size',
    'headers',
    'name',
    'type',
    'charset',
    'disposition',
    'cid',
    'language',
    'location',
    'subParts',
  ],
};

async function structure(bytes: Uint8Array, args: BodyArgs = ALL): Promise<EmailBodyPart> {
  const { bodyStructure } = await world.get(await world.import(bytes), ['bodyStructure'], args);
  return bodyStructure as EmailBodyPart;
}
describe('§4.1.4 a part', () => {
  test('has all properties; partId and blobId are null for a multipart and only there', async () => {
    const root = await structure(
      lines(
        'Subject: all',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: text/plain; charset="iso-8859-1" (a comment); format=flowed',
        'Content-Transfer-Encoding: quoted-printable',
        'Content-Language: en, de-AT',
        '',
        'caf=E9',
        '--b',
        'Content-Type: image/png; name="old.png"',
        'Content-Disposition: inline (so); filename="new.png"; size=4',
        'Content-ID: <pic@x> (it)',
        'Content-Location: https://x.example/pic.png',
        'Content-Transfer-Encoding: base64',
        '',
        'iVBORw==',
        '--b--',
      ),
    );
    assert.deepEqual(
      [root.partId, root.blobId, root.type, root.charset, root.disposition, root.name],
      [null, null, 'multipart/mixed', null, null, null],
    );
    assert.deepEqual(
      root.headers?.map(({ name }) => name),
      ['Subject', 'Content-Type'],
    );
    const [text, image] = root.subParts as [EmailBodyPart, EmailBodyPart];
    const { partId, blobId, headers, ...rest } = text;
    assert.ok(typeof partId === 'string' && typeof blobId === 'string');
    assert.deepEqual(headers?.[1], { name: 'Content-Transfer-Encoding', value: ' quoted-printable' });
    assert.deepEqual(rest, {
      size: 4,
      name: null,
      type: 'text/plain',
      charset: 'iso-8859-1',
      disposition: null,
      cid: null,
      language: ['en', 'de-AT'],
      location: null,
      subParts: null,
    });
    assert.deepEqual(
      [image.size, image.name, image.type, image.charset, image.disposition, image.cid, image.location],
      [4, 'new.png', 'image/png', null, 'inline', 'pic@x', 'https://x.example/pic.png'],
    );
    assert.notEqual(image.partId, partId);
    // The blobs are what the parts hold, decoded.
    assert.equal((await world.bytes(blobId)).toString('latin1'), 'caf\xe9');
    assert.deepEqual(await world.bytes(image.blobId as string), Buffer.from('iVBORw==', 'base64'));
  });

  test('of an unknown transfer encoding is taken as it stands', async () => {
    const part = await structure(
      lines('Content-Type: application/x-y', 'Content-Transfer-Encoding: x-strange', '', 'a=20b'),
    );
    assert.equal((await world.bytes(part.blobId as string)).toString(), 'a=20b\r\n');
    assert.equal(part.size, 7);
  });

  test('has the type of its field, or else the implicit one', async () => {
    const of = async (...header: string[]) => {
      const { type, charset } = await structure(lines(...header, 'X: y', '', 'body'));
      return [type, charset];
    };
    assert.deepEqual(await of(), ['text/plain', 'us-ascii']);
    assert.deepEqual(await of('Content-Type: TEXT/HTML'), ['text/html', 'us-ascii']);
    assert.deepEqual(await of('Content-Type: text/calendar; charset=utf-8'), ['text/calendar', 'utf-8']);
    assert.deepEqual(await of('Content-Type: application/json'), ['application/json', null]);
    // What is stated counts for any type.
    assert.deepEqual(await of('Content-Type: application/xml; charset=utf-8'), ['application/xml', 'utf-8']);
    assert.deepEqual(await of('Content-Type: (a) text/plain (b) ; charset=utf-8 (c)'), [
      'text/plain',
      'utf-8',
    ]);
    const digest = await structure(
      lines('Content-Type: multipart/digest; boundary=b', '', '--b', '', 'Subject: inner', '', 'x', '--b--'),
    );
    assert.equal(digest.subParts?.[0]?.type, 'message/rfc822');
  });

  test('takes its name from filename (RFC 2231), then from name (RFC 2047), decoded', async () => {
    const name = async (...header: string[]) => (await structure(lines(...header, '', 'x'))).name;
    const type = 'Content-Type: application/pdf';
    assert.equal(
      await name(type, "Content-Disposition: attachment; filename*=utf-8''%C3%BC.pdf; filename=u.pdf"),
      'ü.pdf',
    );
    assert.equal(
      await name(type, 'Content-Disposition: attachment; filename*0*=utf-8\'\'%C3%BC; filename*1="-b.pdf"'),
      'ü-b.pdf',
    );
    assert.equal(await name(`${type}; name="=?utf-8?q?=C3=BC.pdf?="`), 'ü.pdf');
    assert.equal(await name(`${type}; name=a.pdf`, 'Content-Disposition: attachment'), 'a.pdf');
    assert.equal(await name(type), null);
  });

  test('that is a message has no parts, a blob that can be parsed, and is not walked into', async () => {
    const inner = [
      'Subject: inner',
      'Content-Type: multipart/mixed; boundary=i',
      '',
      '--i',
      '',
      'x',
      '--i--',
    ];
    for (const type of ['message/rfc822', 'message/global']) {
      const root = await structure(
        lines(
          'Content-Type: multipart/mixed; boundary=b',
          '',
          '--b',
          `Content-Type: ${type}`,
          '',
          ...inner,
          '--b--',
        ),
      );
      const [part] = root.subParts as [EmailBodyPart];
      assert.deepEqual([part.type, part.subParts, typeof part.partId], [type, null, 'string']);
      const { parsed } = await world.client.call('Email/parse', {
        blobIds: [part.blobId as string],
        properties: ['subject'],
      });
      assert.equal(parsed?.[part.blobId as string]?.subject, 'inner');
    }
  });

  test('can be asked for header properties of its own', async () => {
    const bytes = lines(
      'Subject: outer',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      'X-Part: =?utf-8?q?=C3=BC?=',
      'X-Part: b',
      '',
      'x',
      '--b--',
    );
    const names = ['header:content-TYPE', 'header:X-Part:asText:all', 'header:Subject'];
    const root = await structure(bytes, { bodyProperties: [...names, 'subParts'] });
    assert.equal(root['header:Subject'], ' outer');
    assert.deepEqual(root.subParts, [
      {
        'header:content-TYPE': ' text/plain',
        'header:X-Part:asText:all': ['ü', 'b'],
        'header:Subject': null,
        subParts: null,
      },
    ]);
  });

  test('has the properties that were asked for, and no others', async () => {
    const id = await world.plain('few');
    const { textBody } = await world.get(id, ['textBody'], { bodyProperties: ['type', 'size'] });
    assert.deepEqual(textBody, [{ type: 'text/plain', size: 14 }]);
    const { htmlBody } = await world.get(id, ['htmlBody'], { bodyProperties: [] });
    assert.deepEqual(htmlBody, [{}]);
  });
});

describe('§4.1.4 textBody, htmlBody and attachments', () => {
  /** A leaf whose file name of the test is its letter, by its Content-ID. */
  const leaf = (cid: string, type: string, disposition?: string): string[] => [
    `Content-Type: ${type}`,
    `Content-ID: <${cid}>`,
    ...(disposition ? [`Content-Disposition: ${disposition}`] : []),
    '',
    type === 'message/rfc822' ? 'Subject: x\r\n\r\nx' : `content of ${cid}`,
  ];
  let boundaries = 0;
  const multipart = (subtype: string, ...parts: string[][]): string[] => {
    const boundary = `b${++boundaries}`;
    return [
      `Content-Type: multipart/${subtype}; boundary=${boundary}`,
      '',
      ...parts.flatMap((part) => [`--${boundary}`, ...part]),
      `--${boundary}--`,
    ];
  };
  async function divided(root: string[]): Promise<Record<string, string>> {
    const id = await world.import(lines('Subject: lists', ...root));
    const email = await world.get(id, ['textBody', 'htmlBody', 'attachments'], {
      bodyProperties: ['cid', 'subParts'],
    });
    const cids = (parts: readonly EmailBodyPart[]) => {
      for (const part of parts) assert.equal('subParts' in part, false, 'a listed part has no subParts');
      return parts.map(({ cid }) => cid).join(' ');
    };
    return { text: cids(email.textBody), html: cids(email.htmlBody), files: cids(email.attachments) };
  }

  test('the example of the standard', async () => {
    const root = multipart(
      'mixed',
      leaf('A', 'text/plain', 'inline'),
      multipart(
        'mixed',
        multipart(
          'alternative',
          multipart(
            'mixed',
            leaf('B', 'text/plain', 'inline'),
            leaf('C', 'image/jpeg', 'inline'),
            leaf('D', 'text/plain', 'inline'),
          ),
          multipart('related', leaf('E', 'text/html'), leaf('F', 'image/jpeg')),
        ),
        leaf('G', 'image/jpeg', 'attachment'),
        leaf('H', 'application/x-excel'),
        leaf('J', 'message/rfc822'),
      ),
      leaf('K', 'text/plain', 'inline'),
    );
    assert.deepEqual(await divided(root), { text: 'A B C D K', html: 'A E K', files: 'C F G H J' });
  });

  test('a lone text or HTML is both bodies', async () => {
    assert.deepEqual(await divided(leaf('T', 'text/plain')), { text: 'T', html: 'T', files: '' });
    assert.deepEqual(await divided(leaf('H', 'text/html')), { text: 'H', html: 'H', files: '' });
  });

  test('alternatives go to the body they are for; one alone serves both', async () => {
    const both = multipart('alternative', leaf('T', 'text/plain'), leaf('H', 'text/html'));
    assert.deepEqual(await divided(both), { text: 'T', html: 'H', files: '' });
    const html = multipart('alternative', leaf('H', 'text/html'));
    assert.deepEqual(await divided(html), { text: 'H', html: 'H', files: '' });
    const other = multipart('alternative', leaf('T', 'text/plain'), leaf('C', 'text/calendar'));
    assert.deepEqual(await divided(other), { text: 'T', html: 'T', files: 'C' });
  });

  test('of multipart/related only the first part is body', async () => {
    const root = multipart(
      'related',
      leaf('H', 'text/html'),
      leaf('I', 'image/png'),
      leaf('T', 'text/plain'),
    );
    assert.deepEqual(await divided(root), { text: 'H', html: 'H', files: 'I T' });
  });

  test('what is an attachment by its disposition is one, and a text with a name behind the first', async () => {
    const root = multipart(
      'mixed',
      leaf('T', 'text/plain'),
      leaf('A', 'text/plain', 'attachment'),
      leaf('N', 'text/plain', 'inline; filename=notes.txt'),
      leaf('I', 'image/png', 'inline; filename=i.png'),
      leaf('V', 'video/mp4'),
      leaf('S', 'audio/ogg'),
    );
    assert.deepEqual(await divided(root), { text: 'T I V S', html: 'T I V S', files: 'A N' });
    assert.deepEqual(await divided(leaf('P', 'application/pdf')), { text: '', html: '', files: 'P' });
  });

  test('a picture that is in one body only is an attachment too', async () => {
    const root = multipart(
      'alternative',
      leaf('T', 'text/plain'),
      multipart('mixed', leaf('H', 'text/html'), leaf('I', 'image/png', 'inline')),
    );
    assert.deepEqual(await divided(root), { text: 'T', html: 'H I', files: 'I' });
  });
});
