// Certificates and keys are read when they are written, wherever their text is kept.
import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { selfSigned } from '../../src/net/index.ts';
import { readSecret } from '../../src/registry/index.ts';
import { openRegistryWorld, type Json, type RegistryWorld } from '../support/registry.ts';

let world: RegistryWorld;
let folder: string;
before(async () => {
  world = await openRegistryWorld();
  folder = await mkdtemp(path.join(tmpdir(), 'waypost-keys-'));
});
after(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

const text = (secret: string): Json => ({ '@type': 'Text', secret });
const publicText = (value: string): Json => ({ '@type': 'Text', value });
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string;

describe('certificates', () => {
  test('tell their names, issuer and validity', async () => {
    const { cert, key } = await selfSigned(['mail.example.org', 'MX.example.org', '192.0.2.1']);
    const file = path.join(folder, 'key.pem');
    await writeFile(file, key);
    const id = await world.create('Certificate', {
      certificate: publicText(cert),
      privateKey: { '@type': 'File', filePath: file },
    });
    const shown = await world.get('Certificate', id);
    assert.deepEqual(shown['subjectAlternativeNames'], {
      '192.0.2.1': true,
      'mail.example.org': true,
      'mx.example.org': true,
    });
    assert.match(String(shown['issuer']), /CN=mail\.example\.org/);
    assert.ok(Date.parse(String(shown['notValidAfter'])) > Date.now());
    assert.deepEqual(shown['privateKey'], { '@type': 'File', filePath: file });
    const { ids } = await world.call(world.admin, 'x:Certificate/query', {
      filter: { subjectAlternativeNames: 'mx example' },
    });
    assert.deepEqual(ids, [id]);
  });

  test('that cannot be used are refused, with the property at fault', async () => {
    const [one, two] = [await selfSigned(['a.example']), await selfSigned(['b.example'])];
    for (const [certificate, privateKey, property] of [
      [publicText('nonsense'), text(one.key), 'certificate'],
      [publicText(one.cert), text('nonsense'), 'privateKey'],
      [publicText(one.cert), text(two.key), 'privateKey'],
      [publicText(one.cert), { '@type': 'File', filePath: path.join(folder, 'none') }, 'privateKey'],
      [
        publicText(one.cert),
        { '@type': 'EnvironmentVariable', variableName: 'WAYPOST_NO_SUCH' },
        'privateKey',
      ],
    ] as const) {
      const error = await world.refusedCreate('Certificate', { certificate, privateKey });
      assert.deepEqual([error.type, error.properties], ['invalidProperties', [property]]);
      assert.doesNotMatch(JSON.stringify(error), /PRIVATE KEY/);
    }
  });
});

describe('signing keys', () => {
  test('show the public key as it is published', async () => {
    const ed = generateKeyPairSync('ed25519');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const base = { domainId: world.domain };
    const first = await world.create('DkimSignature', {
      '@type': 'Dkim1Ed25519Sha256',
      selector: 'e1',
      privateKey: text(pem(ed.privateKey)),
      ...base,
    });
    const raw = ed.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
    assert.equal((await world.get('DkimSignature', first))['publicKey'], raw);
    const second = await world.create('DkimSignature', {
      '@type': 'Dkim1RsaSha256',
      selector: 'r1',
      privateKey: text(pem(rsa.privateKey)),
      ...base,
    });
    const spki = rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    assert.equal((await world.get('DkimSignature', second))['publicKey'], spki);
    const seed = ed.privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64');
    const third = await world.create('DkimSignature', {
      '@type': 'Dkim2Ed25519Sha256',
      selector: 'e2',
      privateKey: text(seed),
      ...base,
    });
    assert.equal((await world.get('DkimSignature', third))['publicKey'], raw);
  });

  test('of another kind, too short or under a bad name are refused', async () => {
    const ed = text(pem(generateKeyPairSync('ed25519').privateKey));
    const short = text(pem(generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey));
    for (const [type, selector, privateKey, property] of [
      ['Dkim1RsaSha256', 'x', ed, 'privateKey'],
      ['Dkim1RsaSha256', 'x', short, 'privateKey'],
      ['Dkim1Ed25519Sha256', 'x', text('nonsense'), 'privateKey'],
      ['Dkim1Ed25519Sha256', 'not a selector', ed, 'selector'],
    ] as const) {
      const json = { '@type': type, selector, privateKey, domainId: world.domain };
      const error = await world.refusedCreate('DkimSignature', json);
      assert.deepEqual([error.type, error.properties], ['invalidProperties', [property]]);
    }
  });
});

describe('public keys', () => {
  const armour = (bytes: number[]): string =>
    `-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: x\n\n${Buffer.from(bytes).toString('base64')}\n=AAAA\n-----END PGP PUBLIC KEY BLOCK-----\n`;

  test('are certificates or OpenPGP keys', async () => {
    const { cert } = await selfSigned(['someone@example.org']);
    const token = await world.token(await world.user('holder'));
    const old = [0x99, 0x01, 0x0d, 4, ...Array.from({ length: 40 }, (_, i) => i)];
    const recent = [0xc6, 0x33, 4, ...Array.from({ length: 51 }, (_, i) => i)];
    for (const key of [cert, armour(old), armour(recent)]) {
      await world.create('PublicKey', { description: 'k', key }, token);
    }
    const userId = [0xb4, 20, ...Array.from({ length: 20 }, (_, i) => i)];
    for (const key of [
      'nonsense',
      armour(userId),
      armour([]),
      armour(old).replace('BEGIN PGP PUBLIC', 'BEGIN PGP PRIVATE'),
    ]) {
      const error = await world.refusedCreate('PublicKey', { description: 'k', key }, token);
      assert.deepEqual([error.type, error.properties], ['invalidProperties', ['key']]);
    }
  });

  test('of OpenPGP do not serve algorithms of S/MIME', async () => {
    const token = await world.token(await world.user('pgp'));
    const old = [0x99, 0x01, 0x0d, 4, ...Array.from({ length: 40 }, (_, i) => i)];
    const publicKey = await world.create('PublicKey', { description: 'k', key: armour(old) }, token);
    const error = await world.refusedUpdate(
      'AccountSettings',
      'singleton',
      { encryptionAtRest: { '@type': 'Aes256Gcm', publicKey } },
      token,
    );
    assert.deepEqual([error.type, error.properties], ['invalidProperties', ['encryptionAtRest/publicKey']]);
    await world.update(
      'AccountSettings',
      'singleton',
      { encryptionAtRest: { '@type': 'Aes256', publicKey } },
      token,
    );
  });

  test('in use are not destroyed', async () => {
    const { cert } = await selfSigned(['someone@example.org']);
    const token = await world.token(await world.user('user-of-key'));
    const key = await world.create('PublicKey', { description: 'k', key: cert }, token);
    const encryptionAtRest = { '@type': 'Aes256', publicKey: key };
    await world.update('AccountSettings', 'singleton', { encryptionAtRest }, token);
    assert.equal((await world.refusedDestroy('PublicKey', key, token)).type, 'objectIsLinked');
    const stranger = await world.token(await world.user('borrower'));
    const error = await world.refusedUpdate('AccountSettings', 'singleton', { encryptionAtRest }, stranger);
    assert.equal(error.type, 'invalidForeignKey');
  });
});

describe('secrets of settings', () => {
  test('are read from where they are kept, without the line break at the end of a file', async () => {
    const file = path.join(folder, 'secret');
    await writeFile(file, 'from a file\r\n');
    process.env['WAYPOST_TEST_SECRET'] = 'from the environment';
    assert.equal(await readSecret({ '@type': 'File', filePath: file }), 'from a file');
    assert.equal(
      await readSecret({ '@type': 'EnvironmentVariable', variableName: 'WAYPOST_TEST_SECRET' }),
      'from the environment',
    );
    delete process.env['WAYPOST_TEST_SECRET'];
    assert.equal(await readSecret({ '@type': 'Value', secret: 's' }), 's');
    assert.equal(await readSecret({ '@type': 'Text', value: 't' }), 't');
    assert.equal(await readSecret({ '@type': 'None' }), undefined);
    await assert.rejects(readSecret({ '@type': 'File', filePath: folder }), /cannot be read: EISDIR/);
  });
});
