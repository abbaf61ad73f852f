import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { schemaDocument, type SchemaType } from '../admin/index.ts';
import { CommandFailure } from './failure.ts';
import { closest, SchemaView } from './schema-view.ts';
import { parseValue } from './values.ts';

const view = new SchemaView(schemaDocument());
const resolve = (type: string, text: string) => Promise.resolve(`${type}:${text}`);
const parse = (type: SchemaType, text: string) => parseValue(view, type, text, 'here', resolve);

describe('a value on the command line', () => {
  for (const [type, text, value] of [
    [{ type: 'boolean' }, 'yes', true],
    [{ type: 'boolean' }, 'Off', false],
    [{ type: 'number', format: 'unsignedInteger' }, '42', 42],
    [{ type: 'number', format: 'float' }, '-1.5', -1.5],
    [{ type: 'number', format: 'duration' }, '30s', 30_000],
    [{ type: 'number', format: 'duration' }, '2 h', 7_200_000],
    [{ type: 'number', format: 'duration' }, '1500', 1500],
    [{ type: 'number', format: 'size' }, '10M', 10_485_760],
    [{ type: 'number', format: 'size' }, '1.5KiB', 1536],
    [{ type: 'number', format: 'size' }, '7 b', 7],
    [{ type: 'utcDateTime' }, '2031-02-03', '2031-02-03T00:00:00Z'],
    [{ type: 'utcDateTime' }, '2031-02-03T04:05:06+01:00', '2031-02-03T03:05:06Z'],
    [{ type: 'enum', enumName: 'AccountType' }, 'user', 'User'],
    [{ type: 'objectId', objectName: 'x:Account/Group' }, 'team', 'Account:team'],
    [{ type: 'objectId', objectName: 'x:Domain' }, '#d', '#d'],
    [{ type: 'set', class: { type: 'string' } }, 'a, b,', { a: true, b: true }],
    [{ type: 'set', class: { type: 'string' } }, '{"a":true}', { a: true }],
    [{ type: 'set', class: { type: 'string' } }, '', {}],
    [{ type: 'object', objectName: 'x:UserRoles' }, 'admin', { '@type': 'Admin' }],
    [{ type: 'object', objectName: 'x:Expression' }, "'a' + b", { match: {}, else: "'a' + b" }],
    [{ type: 'object', objectName: 'x:Rate' }, '10/1m', { count: 10, period: 60_000 }],
    [{ type: 'object', objectName: 'x:Rate' }, '10/h', { count: 10, period: 3_600_000 }],
    [{ type: 'map', keyClass: { type: 'string' }, valueClass: { type: 'number' } }, '{"a":1}', { a: 1 }],
    [{ type: 'string', nullable: true }, 'null', null],
    [{ type: 'string', nullable: true }, '', null],
    [{ type: 'string' }, 'null', 'null'],
    [{ type: 'string' }, ' kept = as it is ', ' kept = as it is '],
  ] as const satisfies readonly (readonly [SchemaType, string, unknown])[]) {
    test(`${JSON.stringify(type)} of "${text}"`, async () => {
      assert.deepEqual(await parse(type, text), value);
    });
  }

  for (const [type, text, message] of [
    [{ type: 'boolean' }, 'maybe', /^here: "maybe" is neither yes nor no$/],
    [{ type: 'number', format: 'duration' }, '3 moons', /no time span such as 30s/],
    [{ type: 'number', format: 'size' }, 'big', /no size such as 500K/],
    [{ type: 'number', format: 'integer' }, '3s', /is no number/],
    [{ type: 'utcDateTime' }, 'tomorrow', /is no time such as/],
    [{ type: 'enum', enumName: 'AccountType' }, 'Robot', /is none of User, Group/],
    [{ type: 'enum', enumName: 'Permission' }, 'imapFetsch', /did you mean imapFetch\?/],
    [{ type: 'object', objectName: 'x:UserRoles' }, 'root', /is none of User, Admin, Custom/],
    [{ type: 'object', objectName: 'x:Rate' }, 'often', /JSON with count, period is expected/],
    [{ type: 'objectList', objectName: 'x:EmailAlias' }, '[1]', /JSON with parts is expected/],
  ] as const satisfies readonly (readonly [SchemaType, string, RegExp])[]) {
    test(`${JSON.stringify(type)} is not "${text}"`, async () => {
      await assert.rejects(parse(type, text), (error) => {
        assert.ok(error instanceof CommandFailure);
        assert.equal(error.status, 64);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  test('of any text is a value or a refusal in words', async () => {
    const types: readonly SchemaType[] = Object.values(schemaDocument().fields).flatMap(({ properties }) =>
      Object.values(properties).map(({ type }) => type),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...types), fc.string(), async (type, text) => {
        try {
          assert.notEqual(await parse(type, text), undefined);
        } catch (error) {
          assert.ok(error instanceof CommandFailure, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a name of an object', () => {
  test('is found in any spelling', () => {
    for (const text of [
      'DkimSignature',
      'x:DkimSignature',
      'dkim-signature',
      'DKIMSIGNATURE',
      'dkim_signature',
    ]) {
      assert.equal(view.find(text).name, 'DkimSignature');
    }
    assert.deepEqual(
      [view.find('account/group').variant, view.find('oauth-client').name],
      ['Group', 'OAuthClient'],
    );
  });

  test('that is unknown is refused with the nearest one', () => {
    assert.throws(() => view.find('domian'), /there is no object "domian"; did you mean Domain\?/);
    assert.throws(() => view.find('account/robot'), /Account has no variant "robot"; it has User, Group/);
    assert.throws(() => view.find('zzzzzzzzzzzz'), /there is no object "zzzzzzzzzzzz"$/);
    assert.equal(closest('rateLimitAnonymos', ['rateLimitAnonymous', 'rateLimit']), 'rateLimitAnonymous');
  });

  test('types are found at pointers', () => {
    assert.equal(view.typeAt('x:Account', ['aliases', '0', 'name'], 'User')?.type, 'string');
    assert.equal(view.typeAt('x:Account', ['quotas', 'maxEmails'], 'User')?.type, 'number');
    assert.equal(view.typeAt('x:Role', ['enabledPermissions', 'imapFetch'])?.type, 'boolean');
    assert.equal(view.typeAt('x:Domain', ['dkimManagement', 'rotateAfter'])?.format, 'duration');
    assert.equal(view.typeAt('x:Domain', ['name', 'deeper']), undefined);
    assert.equal(view.typeAt('x:Account', ['credentials'], 'Group'), undefined);
  });
});
