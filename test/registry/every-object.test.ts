// Every server object, by its declaration: create with the least, read back with all defaults, change each
// property, find by each filter, refuse wrong values one by one, destroy.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { decodeId, encodeId } from '../../src/base/index.ts';
import { selfSigned } from '../../src/net/index.ts';
import { DECLARATIONS, schema, SERVER_CONTEXT } from '../../src/registry/index.ts';
import { openRegistryWorld, type Json, type RegistryWorld } from '../support/registry.ts';
import { Samples, type Special, variantsOf, wrongValue } from '../support/samples.ts';

const declarations = Object.values<schema.Declaration>(DECLARATIONS);
const pem = (type: 'rsa' | 'ed25519'): string => {
  const options = {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  } as const;
  return type === 'rsa'
    ? generateKeyPairSync('rsa', { modulusLength: 2048, ...options }).privateKey
    : generateKeyPairSync('ed25519', options).privateKey;
};

let world: RegistryWorld;
let samples: Samples;
const special: Record<string, unknown> = {};
const known = new Map<string, Promise<string>>();
let serial = 0;

before(async () => {
  world = await openRegistryWorld();
  const { cert: certificate, key } = await selfSigned(['mail.example.org', '127.0.0.1']);
  Object.assign(special, {
    'Certificate.certificate': { '@type': 'Text', value: certificate },
    'Certificate.privateKey': { '@type': 'Text', secret: key },
    'PublicKey.key': certificate,
    'PublicKey.accountId': encodeId(world.admin.account),
    'MaskedEmail.emailDomain': 'example.org',
    'MaskedEmail.emailPrefix': 'sample',
    'MaskedEmail.accountId': encodeId(world.admin.account),
    'SpamTrainingSample.accountId': encodeId(world.admin.account),
    'EncryptionAtRest.publicKey': undefined,
    'SystemSettings.defaultHostname': 'mail.example.org',
  } satisfies Special);
  for (const name of ['Email', 'FileNode', 'CalendarEvent', 'ContactCard', 'SieveScript']) {
    special[`Archived${name}.accountId`] = encodeId(world.admin.account);
  }
  for (const [tag, type] of [
    ['1', 'ed25519'],
    ['2', 'ed25519'],
  ] as const) {
    special[`Dkim${tag}Signature.privateKey`] = { '@type': 'Text', secret: pem(type) };
  }
  samples = new Samples(referred, special);
});
after(() => world.close());

/** A record of a type to refer to, made when it is first needed. */
function referred(target: string): Promise<string> {
  let id = known.get(target);
  if (!id) {
    const [type, variant] = target.split('/') as [string, string | undefined];
    const declaration = schemaOf(type);
    const tag =
      variant ?? (schema.isUnion(declaration.shape) ? variantsOf(declaration.shape)[0]?.[0] : undefined);
    id = make(declaration, tag).then((made) => made.id);
    known.set(target, id);
  }
  return id;
}

const schemaOf = (type: string): schema.Declaration =>
  declarations.find(({ name }) => name === type) as schema.Declaration;

const structOf = ({ shape }: schema.Declaration, tag: string | undefined): schema.Struct | null =>
  schema.isUnion(shape) ? (shape.variants[tag as string] ?? null) : shape;

/** Names are unique: every made record gets its own. */
function distinct(declaration: schema.Declaration, json: Json): Json {
  serial++;
  const own: Json = { ...json };
  for (const name of ['name', 'clientId', 'namespace', 'tag', 'extension', 'selector']) {
    if (typeof json[name] === 'string') own[name] = `s${serial}`;
  }
  if (declaration.name === 'Domain') own['name'] = `s${serial}.example`;
  if (typeof json['address'] === 'string' && declaration.name.endsWith('Ip'))
    own['address'] = `10.0.${serial >> 8}.${serial & 255}`;
  return own;
}

async function make(
  declaration: schema.Declaration,
  tag: string | undefined,
): Promise<{ id: string; json: Json }> {
  const struct = structOf(declaration, tag);
  const json = distinct(declaration, struct ? await samples.least(struct) : {});
  if (tag !== undefined) json['@type'] = tag;
  if (declaration.name === 'DkimSignature' && tag?.includes('Rsa')) {
    json['privateKey'] = { '@type': 'Text', secret: pem('rsa') };
  }
  if (declaration.clientsMay.includes('create'))
    return { id: await world.create(declaration.name, json), json };
  const context = { ...SERVER_CONTEXT, account: world.admin.account };
  const { id } = await world.registry.write.create(declaration, json, context);
  return { id: encodeId(id), json };
}

const stored = declarations.filter(({ source }) => source === undefined);

describe('every object', () => {
  for (const declaration of stored.filter(({ kind }) => kind === 'object')) {
    const tags = schema.isUnion(declaration.shape)
      ? variantsOf(declaration.shape).map(([tag]) => tag)
      : [undefined];
    for (const tag of tags) {
      test(tag === undefined ? declaration.name : `${declaration.name} ${tag}`, async () => {
        const { id, json } = await make(declaration, tag);
        await showsDefaults(declaration, tag, id, json);
        await staysWhenWrittenBack(declaration, id);
        await refusesWrongValues(declaration, tag, id);
        await changes(declaration, tag, id);
        await staysWhenWrittenBack(declaration, id);
        await isFound(declaration, id);
        await world.destroy(declaration.name, id);
        await assert.rejects(world.get(declaration.name, id), /no /);
      });
    }
  }
});

describe('every singleton', () => {
  for (const declaration of stored.filter(({ kind }) => kind === 'singleton')) {
    test(declaration.name, async () => {
      const shown = await world.get(declaration.name, 'singleton');
      const tags = schema.isUnion(declaration.shape)
        ? variantsOf(declaration.shape).map(([tag]) => tag)
        : [undefined];
      for (const tag of tags) {
        const struct = structOf(declaration, tag);
        const json = {
          ...(struct ? await samples.least(struct) : {}),
          ...(tag === undefined ? {} : { '@type': tag }),
        };
        await world.update(declaration.name, 'singleton', json);
        await refusesWrongValues(declaration, tag, 'singleton');
        await changes(declaration, tag, 'singleton');
      }
      assert.equal(shown['id'], 'singleton');
    });
  }

  test('none of them can be broken by what reading it gave', async () => {
    for (const { name } of stored.filter(({ kind }) => kind === 'singleton')) {
      const { id: _, ...shown } = await world.get(name, 'singleton');
      await world.update(name, 'singleton', shown);
    }
  });
});

describe('variants that are not supported', () => {
  const refusals = [...unionsOf(declarations.map(({ shape }) => shape))].filter(
    (union) => Object.keys(union.refused).length > 0,
  );

  test('are refused with a sentence that says why', async () => {
    assert.ok(refusals.length >= 8, String(refusals.length));
    for (const [type, property, value] of [
      ['BlobStore', '@type', { '@type': 'FoundationDb' }],
      ['Coordinator', '@type', { '@type': 'Zenoh', config: 'x' }],
      ['Metrics', 'openTelemetry/@type', { openTelemetry: { '@type': 'Grpc' } }],
    ] as const) {
      const error = await world.refusedUpdate(type, 'singleton', value);
      assert.deepEqual([error.type, error.properties], ['invalidPatch', [property]]);
      assert.match(error.description ?? '', /not supported: use/);
    }
    const tracer = await world.refusedCreate('Tracer', { '@type': 'OtelGrpc' });
    assert.match(tracer.description ?? '', /use OtelHttp/);
  });
});

function* unionsOf(shapes: readonly schema.Shape[], seen = new Set<schema.Shape>()): Generator<schema.Union> {
  for (const shape of shapes) {
    if (seen.has(shape)) continue;
    seen.add(shape);
    if (schema.isUnion(shape)) yield shape;
    const structs = schema.isUnion(shape) ? Object.values(shape.variants) : [shape];
    const inner = structs.flatMap((one) =>
      Object.values(one?.fields ?? {}).flatMap((field) => field.kind.shapes ?? []),
    );
    yield* unionsOf(inner, seen);
  }
}

async function showsDefaults(
  declaration: schema.Declaration,
  tag: string | undefined,
  id: string,
  json: Json,
): Promise<void> {
  const shown = await world.get(declaration.name, id);
  assert.equal(shown['@type'], tag);
  for (const [name, field] of Object.entries(structOf(declaration, tag)?.fields ?? {})) {
    if (field.isComputed || field.spec.update === 'serverSet') continue;
    if (field.spec.omitNull && !(name in json)) {
      assert.ok(!(name in shown), name);
      continue;
    }
    assert.ok(name in shown, `${declaration.name} does not show ${name}`);
    if (!(name in json) && name !== 'createdAt' && name !== 'accountId') {
      assert.deepEqual(shown[name], schema.formatField(field, field.initial()), name);
    }
  }
  assert.doesNotMatch(JSON.stringify(shown), /PRIVATE KEY/);
}

/** What was read can be written back as it is, secrets and what the server sets with it, and changes nothing. */
async function staysWhenWrittenBack(declaration: schema.Declaration, id: string): Promise<void> {
  if (!declaration.clientsMay.includes('update')) return;
  const record = async () => (await world.registry.load(declaration, [decodeId(id) as number]))[0];
  const before = await record();
  const { id: _, ...shown } = await world.get(declaration.name, id);
  await world.update(declaration.name, id, shown);
  assert.deepEqual(await record(), before, declaration.name);
}

/** Properties that a client may change. */
function* changeable(
  declaration: schema.Declaration,
  tag: string | undefined,
): Generator<[string, schema.Field<unknown>]> {
  for (const [name, field] of Object.entries(structOf(declaration, tag)?.fields ?? {})) {
    if (field.spec.update !== 'mutable' || name === 'memberTenantId' || name === 'accountId') continue;
    if (declaration.clientsUpdate && !declaration.clientsUpdate.includes(name)) continue;
    yield [name, field];
  }
}

async function refusesWrongValues(
  declaration: schema.Declaration,
  tag: string | undefined,
  id: string,
): Promise<void> {
  const patch: Json = {};
  for (const [name, field] of changeable(declaration, tag)) patch[name] = wrongValue(field);
  if (!declaration.clientsMay.includes('update')) {
    assert.equal((await world.refusedUpdate(declaration.name, id, patch)).type, 'forbidden');
    return;
  }
  const names = Object.keys(patch);
  if (names.length === 0) return;
  const error = await world.refusedUpdate(declaration.name, id, patch);
  assert.equal(error.type, 'invalidPatch');
  const whole = error.properties?.map((pointer) => pointer.split('/')[0]);
  assert.deepEqual(new Set(whole), new Set(names), 'every wrong value is named');
}

/** Changes that another check of the type refuses, or that would break the test's own footing. */
const FIXED = new Set([
  'Account.credentials',
  'Account.roles',
  'Account.permissions',
  'Account.encryptionAtRest',
  'Account.domainId',
  'Account.memberGroupIds',
  'Role.roleIds',
  'Role.enabledPermissions',
  'Role.disabledPermissions',
  'Tenant.permissions',
  'Tenant.roles',
  'Domain.name',
  'Domain.isEnabled',
  'Account.name',
  'Account.aliases',
  'Authentication.defaultAdminRoleIds',
  'Authentication.directoryId',
  'SystemSettings.defaultDomainId',
  'Email.maxMaskedAddresses',
  'Email.maxPublicKeys',
]);

async function changes(declaration: schema.Declaration, tag: string | undefined, id: string): Promise<void> {
  if (!declaration.clientsMay.includes('update')) return;
  const struct = structOf(declaration, tag);
  for (const [name, field] of changeable(declaration, tag)) {
    const place = `${struct?.name ?? ''}.${name}`;
    if (FIXED.has(`${declaration.name}.${name}`) || place in special) continue;
    const value = field.spec.nullable ? null : await samples.value(field, place, ++serial % 7);
    await world.update(declaration.name, id, { [name]: value });
    const shown = await world.get(declaration.name, id);
    if (value === null) assert.equal(shown[name] ?? null, null, place);
    else if (typeof value !== 'object' && shown[name] !== '****') assert.deepEqual(shown[name], value, place);
  }
}

async function isFound(declaration: schema.Declaration, id: string): Promise<void> {
  const record = await world.registry.load(declaration, [decodeId(id) as number]);
  const value = record[0]?.value;
  assert.ok(value);
  const shown = await world.get(declaration.name, id);
  for (const [name, filter] of Object.entries(declaration.filters)) {
    const wanted = filterValue(filter, value, shown);
    if (wanted === undefined) continue;
    const result = await world.call(world.admin, `x:${declaration.name}/query`, {
      filter: { [name]: wanted },
    });
    assert.ok(
      (result['ids'] as string[]).includes(id),
      `${declaration.name} by ${name} ${JSON.stringify(wanted)}`,
    );
  }
}

function filterValue(filter: schema.Filter, value: schema.Plain, shown: Json): unknown {
  switch (filter.match) {
    case 'words':
      return filter.properties
        .map((name) => value[name])
        .find((one) => typeof one === 'string' && /\w\w/.test(one));
    case 'derived': {
      const [first] = filter.values(value);
      return first === undefined ? undefined : schema.formatField(filter.field, first);
    }
    case 'exact': {
      const one = shown[filter.property];
      return typeof one === 'object' && one !== null ? Object.keys(one)[0] : (one ?? undefined);
    }
  }
}
