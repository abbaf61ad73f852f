// RFC 8621 §4.1.4 and §4.2: the values of text parts, hasAttachment and preview.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type BodyArgs, lines, MailWorld } from './mail-world.ts';

let world: MailWorld;
before(async () => {
  world = await MailWorld.start();
});
after(() => world.close());

async function value(bytes: Uint8Array, more: BodyArgs = {}) {
  const { bodyValues } = await world.get(await world.import(bytes), ['bodyValues'], {
    fetchAllBodyValues: true,
    ...more,
  });
  return Object.values(bodyValues)[0];
}

describe('§4.1.4 bodyValues', () => {
  const utf8 = 'Content-Type: text/plain; charset=utf-8';

  test('are those of the parts that the arguments name, by partId', async () => {
    const id = await world.import(
      lines(
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        'Content-Type: multipart/alternative; boundary=c',
        '',
        '--c',
        'Content-Type: text/plain',
        '',
        'plain',
        '--c',
        'Content-Type: text/html',
        '',
        '<p>html</p>',
        '--c--',
        '--b',
        'Content-Type: text/csv',
        'Content-Disposition: attachment',
        '',
        'a,b',
        '--b',
        'Content-Type: application/json',
        '',
        '{}',
        '--b--',
      ),
    );
    const values = async (args: BodyArgs) => {
      const { bodyValues, textBody, htmlBody, attachments } = await world.get(
        id,
        ['bodyValues', 'textBody', 'htmlBody', 'attachments'],
        args,
      );
      const ids = [...textBody, ...htmlBody, ...attachments].map(({ partId }) => partId);
      for (const key of Object.keys(bodyValues)) assert.ok(ids.includes(key));
      return Object.values(bodyValues).map((one) => one.value);
    };
    assert.deepEqual(await values({}), []);
    assert.deepEqual(await values({ fetchTextBodyValues: true }), ['plain']);
    assert.deepEqual(await values({ fetchHTMLBodyValues: true }), ['<p>html</p>']);
    assert.deepEqual(await values({ fetchTextBodyValues: true, fetchHTMLBodyValues: true }), [
      'plain',
      '<p>html</p>',
    ]);
    assert.deepEqual(await values({ fetchAllBodyValues: true }), ['plain', '<p>html</p>', 'a,b']);
  });

  test('have the transfer encoding and character set decoded, and LF for CRLF', async () => {
    const whole = { isEncodingProblem: false, isTruncated: false };
    assert.deepEqual(
      await value(
        lines(
          'Content-Type: text/plain; charset=iso-8859-1',
          'Content-Transfer-Encoding: quoted-printable',
          '',
          'caf=E9',
          'two',
        ),
      ),
      { value: 'café\ntwo\n', ...whole },
    );
    assert.deepEqual(
      await value(
        lines(
          'Content-Type: text/plain; charset=iso-2022-jp',
          'Content-Transfer-Encoding: base64',
          '',
          'GyRCRnxLXBsoQg==',
        ),
      ),
      { value: '日本', ...whole },
    );
    assert.deepEqual(await value(lines(utf8, '', 'naïve')), { value: 'naïve\n', ...whole });
    assert.deepEqual(await value(lines('X: no type', '', 'ascii')), { value: 'ascii\n', ...whole });
  });

  test('say so when something was malformed or unknown, and go on', async () => {
    const malformed = await value(Buffer.concat([lines(utf8, ''), Buffer.from('a\xffb', 'latin1')]));
    assert.deepEqual(malformed, { value: 'a\ufffdb', isEncodingProblem: true, isTruncated: false });
    for (const header of [
      ['Content-Type: text/plain; charset=x-unknown'],
      [utf8, 'Content-Transfer-Encoding: x-unknown'],
    ]) {
      const one = await value(lines(...header, '', 'text'));
      assert.deepEqual([one?.value, one?.isEncodingProblem], ['text\n', true]);
    }
  });

  test('§4.2 are cut to maxBodyValueBytes octets of UTF-8, between characters', async () => {
    const bytes = Buffer.concat([lines(utf8, ''), Buffer.from('aü€🎉z')]);
    const expected = ['a', 'a', 'aü', 'aü', 'aü', 'aü€', 'aü€', 'aü€', 'aü€', 'aü€🎉', 'aü€🎉z'];
    for (const [i, text] of expected.entries()) {
      const one = await value(bytes, { maxBodyValueBytes: i + 1 });
      assert.deepEqual(one, { value: text, isEncodingProblem: false, isTruncated: i + 1 < 11 }, `${i + 1}`);
    }
    assert.equal((await value(bytes, { maxBodyValueBytes: 0 }))?.value, 'aü€🎉z');
  });

  test('§4.2 of HTML are not cut inside a tag', async () => {
    const html = 'ab<a href="https://x.example/?a>b" title=\'c\'>link</a><br>end';
    const bytes = Buffer.concat([lines('Content-Type: text/html', ''), Buffer.from(html)]);
    for (let max = 1; max <= html.length; max++) {
      const one = await value(bytes, { maxBodyValueBytes: max });
      const text = one?.value ?? '';
      assert.ok(text.length <= max && html.startsWith(text));
      assert.doesNotMatch(
        text.replace(/<a href="https:\/\/x.example\/\?a>b" title='c'>|<\/a>|<br>/g, ''),
        /</,
        text,
      );
      assert.equal(one?.isTruncated, text.length < html.length);
    }
  });
});

describe('§4.1.4 hasAttachment and preview', () => {
  const withPart = (...part: string[]) =>
    world.import(
      lines(
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        '',
        'text',
        '--b',
        ...part,
        '',
        'x',
        '--b--',
      ),
    );

  test('hasAttachment is true where something that is not inline is among the attachments', async () => {
    const has = async (id: string) => world.property(id, 'hasAttachment');
    assert.equal(await has(await world.plain('none')), false);
    assert.equal(await has(await withPart('Content-Type: application/pdf')), true);
    assert.equal(
      await has(await withPart('Content-Type: image/png', 'Content-Disposition: attachment')),
      true,
    );
    assert.equal(
      await has(await withPart('Content-Type: application/pdf', 'Content-Disposition: inline')),
      false,
    );
    assert.equal(await has(await withPart('Content-Type: image/png', 'Content-Disposition: inline')), false);
  });

  test('preview is plain text of the body, 256 characters at most', async () => {
    const preview = async (...message: string[]) =>
      (await world.property(await world.import(lines(...message)), 'preview')) as string;
    assert.equal(await preview('Subject: s', '', 'Hello   there,', '', 'second'), 'Hello there, second');
    assert.equal(
      await preview('Content-Type: text/html', '', '<style>p{}</style><p>Hello <b>there</b></p>'),
      'Hello there',
    );
    const long = await preview('Content-Type: text/plain; charset=utf-8', '', 'wörd '.repeat(200));
    assert.ok([...long].length <= 256 && long.length > 200);
    const emoji = await preview('Content-Type: text/plain; charset=utf-8', '', '🎉'.repeat(400));
    assert.ok([...emoji].length <= 256 && !emoji.includes('\ufffd'));
    assert.equal(await preview('Subject: empty', ''), '');
  });
});
