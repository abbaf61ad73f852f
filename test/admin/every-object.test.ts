// Every server object through the command line: describe, create with the least, show, find, change, delete. Nothing
// here knows a single object beyond values that only a check of the type can tell apart.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { encodeId } from '../../src/base/index.ts';
import { selfSigned } from '../../src/net/index.ts';
import { DECLARATIONS, schema } from '../../src/registry/index.ts';
import { Samples, variantsOf } from '../support/samples.ts';
import { type AdminWorld, startAdminWorld } from './world.ts';

type Json = Record<string, unknown>;

const declarations = Object.values<schema.Declaration>(DECLARATIONS);
const stored = declarations.filter(({ source }) => source === undefined);

let world: AdminWorld;
let samples: Samples;
let administrator = '';
let serial = 0;
const known = new Map<string, Promise<string>>();

const pem = (type: 'rsa' | 'ed25519'): Json => {
  const options = {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  } as const;
  const { privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048, ...options })
      : generateKeyPairSync('ed25519', options);
  return { '@type': 'Text', secret: privateKey };
};

before(async () => {
  world = await startAdminWorld();
  administrator = encodeId((await world.services.access.directory.findAccount('admin@waypost.test')) ?? 0);
  const { cert, key } = await selfSigned(['mail.waypost.test']);
  samples = new Samples(referred, {
    'Certificate.certificate': { '@type': 'Text', value: cert },
    'Certificate.privateKey': { '@type': 'Text', secret: key },
    'PublicKey.key': cert,
    'PublicKey.accountId': administrator,
    'MaskedEmail.emailDomain': 'waypost.test',
    'MaskedEmail.emailPrefix': 'sample',
    'MaskedEmail.accountId': administrator,
    'SpamTrainingSample.accountId': administrator,
    'Dkim1Signature.privateKey': pem('ed25519'),
    'Dkim2Signature.privateKey': pem('ed25519'),
  });
});
after(() => world.close());

/** A record of a type to refer to, made when it is first needed. */
function referred(target: string): Promise<string> {
  let id = known.get(target);
  if (!id) {
    const [type, variant] = target.split('/') as [string, string | undefined];
    const declaration = declarations.find(({ name }) => name === type) as schema.Declaration;
    const first = schema.isUnion(declaration.shape) ? variantsOf(declaration.shape)[0]?.[0] : undefined;
    id = create(declaration, variant ?? first);
    known.set(target, id);
  }
  return id;
}

/** Creates a record on the command line; gives its id. */
async function create(declaration: schema.Declaration, tag: string | undefined): Promise<string> {
  const { name, shape, visibility } = declaration;
  const struct = schema.isUnion(shape) ? (shape.variants[tag as string] ?? null) : shape;
  const json = distinct(name, struct ? await samples.least(struct) : {});
  if (name === 'DkimSignature' && tag?.includes('Rsa')) json['privateKey'] = pem('rsa');
  const about = visibility === 'account' ? ['--account', 'admin@waypost.test'] : [];
  const target = tag === undefined ? name : `${name}/${tag}`;
  const printed = await world.ok('create', target, '--file', inFile(json), ...about);
  const id = new RegExp(`^Created ${name} (\\S+)\\.`).exec(printed)?.[1];
  assert.ok(id, printed);
  return id;
}

function inFile(json: Json): string {
  const file = world.file(`record-${serial}.json`);
  writeFileSync(file, JSON.stringify(json));
  return file;
}

/** Names are unique: every record that is made gets its own. */
function distinct(type: string, json: Json): Json {
  serial++;
  const own: Json = { ...json };
  for (const name of ['name', 'clientId', 'namespace', 'tag', 'extension', 'selector']) {
    if (typeof json[name] === 'string') own[name] = `c${serial}`;
  }
  if (type === 'Domain') own['name'] = `c${serial}.example`;
  if (typeof json['address'] === 'string' && type.endsWith('Ip')) own['address'] = `10.1.0.${serial & 255}`;
  return own;
}

/** A property of a kind that `--field` takes in one word, with another value for it. */
function simpleChange(
  { name, shape, clientsUpdate }: schema.Declaration,
  tag: string | undefined,
  shown: Json,
): [string, string, unknown] | undefined {
  const struct = schema.isUnion(shape) ? (shape.variants[tag as string] ?? null) : shape;
  for (const [property, field] of Object.entries(struct?.fields ?? {})) {
    if (field.spec.update !== 'mutable' || SETTLED.has(`${name}.${property}`)) continue;
    if (clientsUpdate && !clientsUpdate.includes(property)) continue;
    if (field.type['type'] === 'boolean') {
      return [property, shown[property] === true ? 'no' : 'yes', shown[property] !== true];
    }
    if (property === 'description') return [property, 'changed here', 'changed here'];
  }
  return undefined;
}

/** Without these the server, or the test, would lose its footing. */
const SETTLED = new Set(['Domain.isEnabled', 'NetworkListener.useTls', 'DnsResolver.tcpOnError']);

describe('every object on the command line', () => {
  for (const declaration of stored.filter(({ kind }) => kind === 'object')) {
    const { name, shape, clientsMay } = declaration;
    const tags = schema.isUnion(shape) ? variantsOf(shape).map(([tag]) => tag) : [undefined];
    for (const tag of tags) {
      test(tag === undefined ? name : `${name}/${tag}`, async () => {
        if (!clientsMay.includes('create')) {
          const target = tag === undefined ? name : `${name}/${tag}`;
          const { status, stderr } = await world.cli('create', target, '--json', '{}');
          assert.equal(status, 1);
          assert.match(stderr, /^error: the server alone may create records of/);
          return;
        }
        const id = await create(declaration, tag);
        const shown = JSON.parse(await world.ok('get', name, id, '--json')) as Json;
        assert.equal(shown['id'], id);
        assert.equal(shown['@type'], tag);
        assert.ok((await world.ok('get', name, id)).startsWith('id'));
        assert.ok((await world.ok('query', name, '--ids')).split('\n').includes(id));
        assert.match(await world.ok('query', name), /^ID/);
        const change = clientsMay.includes('update') ? simpleChange(declaration, tag, shown) : undefined;
        if (change) {
          const [property, text, value] = change;
          await world.ok('update', name, id, '--field', `${property}=${text}`);
          const changed = JSON.parse(await world.ok('get', name, id, '--json', '--fields', property)) as Json;
          assert.deepEqual(changed[property], value, property);
        }
        assert.equal(await world.ok('delete', name, id), `Deleted ${name} ${id}.\n`);
        assert.equal((await world.cli('get', name, id)).status, 1);
      });
    }
  }

  for (const declaration of stored.filter(({ kind }) => kind === 'singleton')) {
    const { name } = declaration;
    test(name, async () => {
      const shown = JSON.parse(await world.ok('get', name, '--json')) as Json;
      assert.equal(shown['id'], 'singleton');
      const change = simpleChange(declaration, shown['@type'] as string | undefined, shown);
      if (!change) return;
      const [property, text, value] = change;
      await world.ok('update', name, '--field', `${property}=${text}`);
      const changed = JSON.parse(await world.ok('get', name, '--json')) as Json;
      assert.deepEqual(changed[property], value, property);
      assert.equal((await world.cli('delete', name, 'singleton')).status, 64);
    });
  }

  for (const { name } of declarations) {
    test(`describe ${name}`, async () => {
      const page = await world.ok('describe', name);
      assert.match(page, new RegExp(`^${name}: \\S`));
      assert.match(page, new RegExp(`Permissions: sys${name}Get`));
      const json = JSON.parse(await world.ok('describe', name, '--json')) as Json;
      assert.equal(json['name'], name);
    });
  }
});
