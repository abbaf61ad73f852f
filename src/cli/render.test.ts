import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { schemaDocument } from '../admin/index.ts';
import { columns, durationText, printable, recordLines, shortened, sizeText } from './render.ts';
import { SchemaView } from './schema-view.ts';
import { setErrorText } from './sentences.ts';
import { changedLines } from './watch.ts';

const view = new SchemaView(schemaDocument());

describe('what people read', () => {
  test('columns stand under each other, also with wide characters', () => {
    assert.equal(
      columns([
        ['A', 'B'],
        ['long', 'x'],
        ['日本', 'y'],
      ]),
      'A     B\nlong  x\n日本  y\n',
    );
  });

  test('spans and sizes have the largest unit that fits', () => {
    assert.deepEqual([1, 90_000, 60_000, 7_200_000, 604_800_000].map(durationText), [
      '1 ms',
      '90 s',
      '1 min',
      '2 h',
      '7 d',
    ]);
    assert.deepEqual([0, 1023, 1536, 10_485_760].map(sizeText), ['0 B', '1023 B', '1.5 KiB', '10 MiB']);
  });

  test('no control character of a value reaches the terminal', () => {
    assert.equal(printable('a\u001b[31mb\u0007\nc\td\u009b'), 'a�[31mb�⏎c d�');
    assert.equal(shortened('abcdef', 4), 'abc…');
  });

  test('a record is pointers and values, as update takes them', () => {
    const record = {
      id: 'b',
      name: 'example.org',
      isEnabled: true,
      aliases: { 'a.example': true, 'b.example': true },
      directoryId: 'c',
      dkimManagement: { '@type': 'Automatic', rotateAfter: 7_776_000_000 },
      description: null,
    };
    const names = (type: string, id: string) => (type === 'Directory' && id === 'c' ? 'Company' : undefined);
    assert.deepEqual(recordLines(view, 'x:Domain', record, names), [
      ['id', 'b'],
      ['name', 'example.org'],
      ['isEnabled', 'yes'],
      ['aliases', 'a.example, b.example'],
      ['directoryId', 'Company (c)'],
      ['dkimManagement', 'Automatic'],
      ['dkimManagement/rotateAfter', '90 d'],
      ['description', '-'],
    ]);
  });

  test('lists, rates and expressions too', () => {
    const lines = (object: string, record: object) =>
      recordLines(view, `x:${object}`, record as Record<string, unknown>, () => undefined);
    assert.deepEqual(lines('Http', { rateLimitAnonymous: { count: 5, period: 60_000 } }), [
      ['rateLimitAnonymous', '5/1m'],
    ]);
    assert.deepEqual(lines('Http', { allowedEndpoints: { match: {}, else: '200' } }), [
      ['allowedEndpoints', '200'],
    ]);
    assert.deepEqual(
      lines('Account', {
        '@type': 'User',
        aliases: { 0: { name: 'x', enabled: false } },
        quotas: { maxEmails: 3 },
      }),
      [
        ['@type', 'User'],
        ['aliases/0/name', 'x'],
        ['aliases/0/enabled', 'no'],
        ['quotas/maxEmails', '3'],
      ],
    );
  });

  test('watching tells only what changed', () => {
    assert.equal(changedLines(['a', 'b'], ['b', 'c']), '- a\n+ c\n');
    assert.equal(changedLines(['a'], ['a']), '');
  });
});

describe('a refusal', () => {
  for (const [error, sentence] of [
    [{ type: 'notFound' }, 'There is no such record.'],
    [
      { type: 'primaryKeyViolation', properties: ['name'], objectId: { object: 'Domain', id: 'b' } },
      'Domain b has this name already.',
    ],
    [
      {
        type: 'objectIsLinked',
        linkedObjects: [
          { object: 'Account', id: 'c' },
          { object: 'Account', id: 'd' },
        ],
      },
      'It is still used by Account c, Account d.',
    ],
    [
      { type: 'invalidForeignKey', objectId: { object: 'Role', id: 'zz' } },
      'Role zz does not exist, or is not of the right kind.',
    ],
    [
      {
        type: 'validationFailed',
        validationErrors: [
          { type: 'Required', property: 'name' },
          { type: 'MaxValue', property: 'port', required: 65_535 },
        ],
      },
      'name is missing. port may be at most 65535.',
    ],
    [{ type: 'invalidProperties', properties: ['secret'], description: 'too weak' }, 'secret: Too weak.'],
    [
      { type: 'invalidPatch', properties: ['a/b'], description: 'a/b: no such property' },
      'a/b: no such property.',
    ],
    [{ type: 'forbidden', description: 'You may not.' }, 'You may not.'],
    [{ type: 'overQuota' }, 'OverQuota.'],
  ] as const) {
    test(`of type ${error.type} is one sentence`, () => {
      assert.equal(setErrorText(error as unknown as Record<string, unknown>), sentence);
    });
  }
});
