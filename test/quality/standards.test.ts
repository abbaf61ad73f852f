// The comparison of docs/standards.md with the references in the sources, and the house rules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf } from '../../scripts/check/conventions.ts';
import { compareStandards, readRows, referencesOf } from '../../scripts/check/standards.ts';

const page = `
| Standard | Title | State | Folders |
|---|---|---|---|
| RFC 9051 | IMAP4rev2 | full | \`src/imap\`, \`src/formats/imap\` |
| RFC 1939 | POP3 | none | |
| draft-ietf-jmap-filenode-13 | Files | partial | \`src/jmap\` |
`;

const good = [
  { file: 'src/imap/fetch.ts', standards: new Set(['RFC 9051']) },
  { file: 'src/formats/imap/fetch.ts', standards: new Set(['RFC 9051']) },
  { file: 'src/jmap/files.ts', standards: new Set(['draft-ietf-jmap-filenode-13']) },
];

test('references are found in every form that is written', () => {
  const found = referencesOf(
    '// RFC 9051 §6.4.5\n// (RFC 8620, RFC 8621 §4)\n/* draft-ietf-jmap-filenode-13 */ RFC 20x RFC2045',
  );
  assert.deepEqual([...found].sort(), ['RFC 8620', 'RFC 8621', 'RFC 9051', 'draft-ietf-jmap-filenode-13']);
});

test('a page that agrees with the sources passes', () => {
  assert.deepEqual(compareStandards(readRows(page), good), {
    ok: true,
    summary: '2 standards in force, 1 named as not implemented',
  });
});

test('each disagreement is named', () => {
  const faults = (rows: string, references = good) =>
    compareStandards(readRows(rows), references).details?.split('\n') ?? [];
  assert.match(
    faults(page, [...good, { file: 'src/pop3/x.ts', standards: new Set(['RFC 1939']) }])[0] ?? '',
    /RFC 1939: listed as none/,
  );
  assert.match(
    faults(page, [...good, { file: 'src/pop3/x.ts', standards: new Set(['RFC 2449']) }])[0] ?? '',
    /RFC 2449: referred to in src\/pop3\/x.ts/,
  );
  assert.match(
    faults(page, good.slice(1))[0] ?? '',
    /RFC 9051: listed as full, but nothing in src\/imap refers/,
  );
  assert.match(faults(page.replace('| full |', '| mostly |'))[0] ?? '', /not "mostly"/);
  assert.match(faults(`${page}| RFC 9051 | again | none | |\n`)[0] ?? '', /listed twice/);
  assert.deepEqual(faults('no table', []), ['docs/standards.md lists nothing']);
});

test('time, chance, unfinished work, length and the first line of a file', () => {
  const head = '// What it is for.\n';
  assert.deepEqual(faultsOf('src/a/x.ts', `${head}const t = now();\n`), []);
  assert.deepEqual(faultsOf('src/base/clock.ts', `${head}const t = Date.now();\n`), []);
  for (const line of [
    'const t = Date.now();',
    'const t = new Date();',
    'const r = Math.random();',
    "import { createHash,\n  randomUUID } from 'node:crypto';",
    '// TODO finish',
  ])
    assert.equal(faultsOf('src/a/x.ts', `${head}${line}\n`).length, 1, line);
  assert.equal(faultsOf('src/a/x.ts', "import x from 'y';\n").length, 1);
  assert.equal(faultsOf('src/a/x.ts', head + 'x;\n'.repeat(600)).length, 1);
});
