// Nasty messages, each with the structure and the values that must be found in it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fuzz } from '../../src/formats/mime/fuzz.ts';
import {
  type HeaderProperty,
  headerProperty,
  mediaType,
  type Message,
  parseHeaderProperty,
  parseMessage,
  partText,
} from '../../src/formats/mime/index.ts';

const FOLDER = new URL('../corpus/mime/', import.meta.url);
const read = (name: string): Buffer => readFileSync(new URL(`${name}.eml`, FOLDER));

/** Types of all parts in the order of the table, nesting as digits of depth. */
function outline(message: Message): string {
  const depth: number[] = [];
  return message.parts
    .map((part) => {
      depth[part.index] = part.parent < 0 ? 0 : (depth[part.parent] ?? 0) + 1;
      return `${depth[part.index]}:${mediaType(part)}`;
    })
    .join(' ');
}

const OUTLINES: Readonly<Record<string, string>> = {
  empty: '0:text/plain',
  'header-only': '0:text/plain',
  'bare-lf': '0:multipart/mixed 1:text/plain 1:text/plain',
  'unclosed-multipart': '0:multipart/mixed 1:text/plain 1:text/html',
  'boundary-prefix': '0:multipart/mixed 1:multipart/alternative 2:text/plain 2:text/html 1:image/png',
  'same-boundary': '0:multipart/mixed 1:multipart/mixed 2:text/plain 1:text/plain',
  'boundary-missing': '0:text/plain',
  'boundary-never': '0:text/plain',
  'boundary-split': '0:multipart/mixed 1:text/plain',
  'boundary-special': '0:multipart/mixed 1:text/plain',
  'duplicate-content-type': '0:text/plain',
  digest: '0:multipart/digest 1:message/rfc822 2:text/plain 1:text/plain',
  'nested-messages': '0:message/rfc822 1:message/rfc822 2:multipart/mixed 3:text/plain',
  'encoded-message': '0:message/rfc822',
  'empty-parts': '0:multipart/mixed 1:text/plain 1:text/plain 1:text/html',
  'related-inline': '0:multipart/related 1:text/html 1:image/png',
  truncated: '0:text/plain',
};

const HEADERS: readonly [file: string, property: string, value: unknown][] = [
  ['mbox-from-line', 'header:Subject:asText', 'from a folder'],
  ['late-header', 'header:To', ' b@example.org'],
  ['bare-cr', 'header:Subject:asText', 'carriage return'],
  ['nul-octets', 'header:Subject', ' nul'],
  ['eight-bit-header', 'header:Subject:asText', 'caf\ufffd ü'],
  ['eight-bit-header', 'header:To:asAddresses', [{ name: '日本', email: 'n@example.org' }]],
  ['header-garbage', 'header:good', ' field'],
  ['header-garbage', 'header:X-Tab', ' before colon'],
  ['endless-comment', 'header:To:asAddresses', [{ name: 'never closed', email: 'b@example.org' }]],
  ['odd-addresses', 'header:From:asAddresses', [{ name: 'Ann', email: 'a@example.org' }]],
  ['odd-addresses', 'header:To:asGroupedAddresses', [{ name: 'Undisclosed recipients', addresses: [] }]],
  [
    'odd-addresses',
    'header:Cc:asAddresses',
    [
      { name: null, email: 'c@example.org' },
      { name: 'Quoted, Name', email: 'd@example.org' },
      { name: null, email: 'joe@example.org' },
      { name: 'Doe, John', email: 'e@example.org' },
      { name: 'no brackets', email: 'f@example.org' },
      { name: null, email: 'g@example.org' },
    ],
  ],
  [
    'odd-addresses',
    'header:Bcc:asGroupedAddresses',
    [
      {
        name: 'Group',
        addresses: [
          { name: null, email: 'h@example.org' },
          { name: 'I', email: 'i@example.org' },
        ],
      },
      { name: null, addresses: [{ name: null, email: 'j@example.org' }] },
    ],
  ],
  ['odd-addresses', 'header:Sender:asAddresses', [{ name: 'just a name', email: '' }]],
  ['odd-words', 'header:Subject:asText', '=?utf-8?Q?not closed ü x=?utf-8?Q?glued?= € =?nobody?Q?x?= ü'],
  ['odd-dates', 'header:Date:asDate', null],
  ['odd-dates', 'header:Resent-Date:asDate', '1970-01-01T00:00:00-05:00'],
];

const TEXTS: readonly [file: string, part: number, text: string, isEncodingProblem: boolean][] = [
  ['no-blank-line', 0, 'Dear reader,\nthe blank line is missing.\n', false],
  ['broken-base64', 0, 'Hello world', true],
  ['broken-qp', 0, 'ü =ZZ =3 trailing \nsoft break ', true],
  ['unknown-encoding', 0, 'Uryyb\n', true],
  ['unknown-charset', 0, 'naïve\n', true],
  ['wrong-charset', 0, 'na\ufffdve caf\ufffd\n', true],
  ['uuencode', 0, 'hello', false],
  ['boundary-split', 1, 'joined', false],
];

test('every file of the corpus keeps the promises of the parser', () => {
  const names = readdirSync(FOLDER);
  assert.ok(names.length > 30);
  for (const name of names) {
    const bytes = readFileSync(new URL(name, FOLDER));
    assert.doesNotThrow(() => fuzz(bytes), name);
  }
});

test('structures', () => {
  for (const [name, expected] of Object.entries(OUTLINES)) {
    assert.equal(outline(parseMessage(read(name))), expected, name);
  }
});

test('header values', () => {
  for (const [name, property, expected] of HEADERS) {
    const bytes = read(name);
    const asked = parseHeaderProperty(property) as HeaderProperty;
    assert.deepEqual(
      headerProperty(bytes, parseMessage(bytes).parts[0], asked),
      expected,
      `${name} ${property}`,
    );
  }
});

test('texts', () => {
  for (const [name, index, text, isEncodingProblem] of TEXTS) {
    const bytes = read(name);
    const part = parseMessage(bytes).parts[index];
    assert.ok(part);
    const found = partText(bytes, part);
    if (name === 'broken-base64') assert.ok(found.text.startsWith(text), found.text);
    else assert.equal(found.text, text, name);
    assert.equal(found.isEncodingProblem, isEncodingProblem, name);
  }
});

test('names of files', () => {
  const [odd] = parseMessage(read('odd-parameters')).parts;
  assert.equal(odd.disposition, 'attachment');
  assert.equal(odd.dispositionParameters.find((p) => p.name === 'filename')?.value, "x'y");
  assert.equal(odd.parameters.find((p) => p.name === 'name')?.value, '€');
  assert.equal(parseMessage(read('concatenated-base64')).parts[0].size, 6);
});
