// The helper endpoints of the administrator's interface: the schema document, and what the caller may do.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { SchemaDocument, SchemaType } from '../../src/admin/index.ts';
import { basic } from '../../src/client/index.ts';
import { DECLARATIONS, PERMISSION_NAMES, schema } from '../../src/registry/index.ts';
import { startWorld, type World, WORLD_PASSWORD } from '../support/world.ts';

let world: World;
let document: SchemaDocument;
before(async () => {
  world = await startWorld();
  await world.addAccount('ann');
  document = (await (await get('/api/schema')).json()) as SchemaDocument;
});
after(() => world.close());

const get = (path: string, name: string | undefined = 'admin', more: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${world.port('http')}${path}`, {
    ...more,
    headers: {
      ...(name !== '' && { Authorization: basic(`${name}@waypost.test`, WORLD_PASSWORD) }),
      ...more.headers,
    },
  });

describe('the schema document', () => {
  test('is behind a redirect to an address that names its content', async () => {
    const first = await get('/api/schema', 'ann', { redirect: 'manual' });
    assert.equal(first.status, 302);
    const location = first.headers.get('Location') ?? '';
    assert.match(location, /^\/api\/schema\/[\w-]{22}$/);
    const whole = await get(location, 'ann', { redirect: 'manual' });
    assert.equal(whole.status, 200);
    assert.match(whole.headers.get('Cache-Control') ?? '', /immutable/);
    assert.equal(whole.headers.get('Content-Encoding'), 'gzip');
    const stale = await get('/api/schema/AAAAAAAAAAAAAAAAAAAAAA', 'ann', { redirect: 'manual' });
    assert.deepEqual([stale.status, stale.headers.get('Location')], [302, location]);
  });

  test('comes plain to who takes no gzip', async () => {
    const plain = await get('/api/schema', 'ann', { headers: { 'Accept-Encoding': 'identity' } });
    assert.equal(plain.headers.get('Content-Encoding'), null);
    assert.deepEqual(await plain.json(), document);
    const refused = await get('/api/schema', 'ann', { headers: { 'Accept-Encoding': 'gzip;q=0, identity' } });
    assert.equal(refused.headers.get('Content-Encoding'), null);
  });

  test('is for those who have signed in', async () => {
    assert.equal((await get('/api/schema', '')).status, 401);
    assert.equal((await get('/api/account', '')).status, 401);
  });

  test('names exactly the declared objects and all permissions', () => {
    const names = Object.entries(document.objects)
      .filter(([, { type }]) => type !== 'view')
      .map(([name]) => name.slice(2));
    assert.deepEqual(names.sort(), Object.keys(DECLARATIONS).sort());
    assert.deepEqual(
      document.enums['Permission']?.map(({ name }) => name),
      [...PERMISSION_NAMES],
    );
    for (const [name, { permissionPrefix }] of Object.entries(document.objects)) {
      assert.ok(PERMISSION_NAMES.includes(`${permissionPrefix}Get` as never), name);
    }
  });

  test('leads nowhere into the void: every type, form, list and section is there', () => {
    const check = (type: SchemaType | undefined, at: string): void => {
      if (!type) return;
      if (type.type === 'object' || type.type === 'objectList') {
        assert.ok(document.schemas[type.objectName ?? ''], `${at}: ${type.objectName}`);
      }
      if (type.type === 'enum') assert.ok(document.enums[type.enumName ?? ''], `${at}: ${type.enumName}`);
      if (type.type === 'objectId')
        assert.ok(document.objects[type.objectName ?? ''], `${at}: ${type.objectName}`);
      check(type.class, at);
      check(type.keyClass, at);
      check(type.valueClass, at);
    };
    for (const [name, { properties }] of Object.entries(document.fields)) {
      for (const [property, { type }] of Object.entries(properties)) check(type, `${name}.${property}`);
      const inForm = document.forms[name]?.sections.flatMap(({ fields }) =>
        fields.map((field) => field.name),
      );
      assert.deepEqual(inForm?.sort(), Object.keys(properties).sort(), name);
    }
    for (const [name, entry] of Object.entries(document.schemas)) {
      const within =
        entry.type === 'single'
          ? [entry.schemaName]
          : entry.variants.flatMap(({ schemaName }) => schemaName ?? []);
      for (const one of within) assert.ok(document.fields[one], `${name}: ${one}`);
    }
    for (const [name, { type }] of Object.entries(document.objects)) {
      assert.equal(name in document.lists, type !== 'singleton', name);
      if (type !== 'view') assert.ok(document.schemas[name], name);
    }
    const shown = Object.values(document.layouts).flatMap((sections) =>
      sections.flatMap(({ items }) => items.map(({ object }) => object)),
    );
    const wanted = Object.keys(DECLARATIONS).filter((name) => name !== 'Bootstrap');
    assert.deepEqual(shown.sort(), wanted.map((name) => `x:${name}`).sort());
  });

  test('tells apart shapes of one name', () => {
    const fields = new Map<string, string>();
    const seen = new Set<schema.Shape>();
    const visit = (shape: schema.Shape): void => {
      if (seen.has(shape)) return;
      seen.add(shape);
      const structs = schema.isUnion(shape) ? Object.values(shape.variants) : [shape];
      for (const struct of structs) {
        if (!struct) continue;
        const names = JSON.stringify(Object.keys(struct.fields));
        assert.equal(fields.get(struct.name) ?? names, names, `two shapes are named ${struct.name}`);
        fields.set(struct.name, names);
        for (const field of Object.values(struct.fields)) field.kind.shapes?.forEach(visit);
      }
    };
    for (const { shape } of Object.values<schema.Declaration>(DECLARATIONS)) visit(shape);
    assert.ok(fields.size > 200);
  });
});

describe('what the caller may do', () => {
  test('is every permission for an administrator, and exactly the effective ones for others', async () => {
    const admin = (await (await get('/api/account')).json()) as { permissions: string[]; edition: string };
    assert.deepEqual(admin.permissions, [...PERMISSION_NAMES]);
    assert.equal(admin.edition, 'enterprise');
    const ann = (await (await get('/api/account', 'ann')).json()) as {
      permissions: string[];
      locale: string;
    };
    assert.equal(ann.permissions.length, 243);
    assert.ok(!ann.permissions.includes('sysAccountGet'));
    assert.equal(ann.locale, 'en_US');
  });
});
