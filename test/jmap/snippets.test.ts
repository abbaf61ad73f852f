// SearchSnippet/get over HTTP with a real index (RFC 8621 §5).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { EmailCondition, FilterInput } from '../../src/formats/jmap/index.ts';
import { createMailSearch, EMAIL_INDEX, readColdsFrom, SEARCH_DEFAULTS } from '../../src/mail/index.ts';
import { openMemory, openMemorySearch } from '../../src/store/index.ts';
import { failure, type Person, SendingWorld, to } from './sending-world.ts';

let world: SendingWorld;
let ann: Person;
const index = openMemorySearch([EMAIL_INDEX]);
before(async () => {
  const stores = openMemory();
  const { data, blobs } = stores;
  const settings = { ...SEARCH_DEFAULTS, delayMs: 5 };
  const search = await createMailSearch({
    data,
    blobs,
    search: index,
    readColds: readColdsFrom(data),
    settings,
  });
  world = await SendingWorld.start({ stores, search });
  ann = await world.person('ann');
});
after(async () => {
  await world.close();
  await index.close();
});

const draft = (subject: string, body: string, type = 'text/plain') =>
  world.draft(ann, {
    subject,
    to: to(ann),
    bodyValues: { t: { value: body } },
    [type === 'text/html' ? 'htmlBody' : 'textBody']: [{ partId: 't', type } as never],
    ...(type === 'text/html' && { textBody: null as never }),
  });

const snippets = async (filter: FilterInput<EmailCondition> | null, ...emailIds: string[]) =>
  ann.client.call('SearchSnippet/get', { filter, emailIds });

test('hits are marked, all else is escaped, and a part without a hit is null', async () => {
  const id = await draft('Lunch & <tea>', 'We eat at noon.\nBring tea & <b>cake</b>, not coffee.');
  const both = await snippets({ text: 'tea' }, id);
  assert.deepEqual(both.list, [
    {
      emailId: id,
      subject: 'Lunch &amp; &lt;<mark>tea</mark>&gt;',
      preview: 'noon. Bring <mark>tea</mark> &amp; &lt;b&gt;cake&lt;/b&gt;, not coffee.',
    },
  ]);
  assert.equal(both.notFound, null);
  const body = await snippets({ body: 'cake' }, id);
  assert.equal(body.list[0]?.subject, null);
  assert.match(body.list[0]?.preview ?? '', /<mark>cake<\/mark>/);
  const subject = await snippets({ subject: 'lunch' }, id);
  assert.deepEqual(
    [subject.list[0]?.subject, subject.list[0]?.preview],
    ['<mark>Lunch</mark> &amp; &lt;tea&gt;', null],
  );
  const other = await snippets({ from: 'ann' }, id);
  assert.deepEqual(other.list, [{ emailId: id, subject: null, preview: null }]);
});

test('conditions below a NOT mark nothing; those below AND and OR do', async () => {
  const id = await draft('one two three', 'four');
  const filter = {
    operator: 'AND' as const,
    conditions: [
      { operator: 'OR' as const, conditions: [{ subject: 'one' }, { subject: 'nothing' }] },
      { operator: 'NOT' as const, conditions: [{ subject: 'two' }] },
    ],
  };
  const { list } = await snippets(filter, id);
  assert.equal(list[0]?.subject, '<mark>one</mark> two three');
});

test('a snippet is short, and is cut between characters and tags', async () => {
  const id = await draft('long', `${'früher '.repeat(100)}treffer ${'ünd '.repeat(300)}`);
  const { list } = await snippets({ body: 'treffer' }, id);
  const preview = list[0]?.preview ?? '';
  assert.match(preview, /^früher früher <mark>treffer<\/mark> ünd/);
  assert.ok(Buffer.byteLength(preview) <= 255 && Buffer.byteLength(preview) > 240);
});

test('HTML is shown as its text', async () => {
  const id = await draft('html', '<p>some <b>bold</b> &amp; plain</p>', 'text/html');
  const { list } = await snippets({ body: 'bold' }, id);
  assert.equal(list[0]?.preview?.trim(), 'some <mark>bold</mark> &amp; plain');
});

test('without a filter there is nothing to mark; unknown ids and too many are told', async () => {
  const id = await draft('plain', 'plain');
  const { list, notFound } = await snippets(null, id, 'zzzz', '!!', id);
  assert.deepEqual([list, notFound], [[{ emailId: id, subject: null, preview: null }], ['zzzz', '!!']]);
  assert.equal(
    await failure(snippets(null, ...Array.from({ length: 101 }, (_, i) => `x${i}`))),
    'requestTooLarge',
  );
  assert.equal(await failure(snippets({ colour: 'red' } as never, id)), 'unsupportedFilter');
});
