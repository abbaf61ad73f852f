// Which certificate a client is shown, and which clients are turned away, as the registry says; at once.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:tls';
import { after, afterEach, before, describe, test } from 'node:test';
import { encodeId } from '../../src/base/index.ts';
import { selfSigned } from '../../src/net/index.ts';
import { DECLARATIONS, SERVER_CONTEXT, SINGLETON } from '../../src/registry/index.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
const folder = mkdtempSync(path.join(tmpdir(), 'waypost-certificates-'));
before(async () => {
  world = await startWorld({ exempt: (address) => address === '127.0.0.1' });
});
after(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

async function shown(servername?: string): Promise<string> {
  const socket = connect({
    port: world.port('imaps'),
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: ['imap'],
    ...(servername !== undefined && { servername }),
  });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return String(subject.CN);
}

/** Waits until the change has reached the listeners. */
async function eventually(expected: string, servername?: string): Promise<void> {
  for (let left = 50; left > 0 && (await shown(servername)) !== expected; left--) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(await shown(servername), expected);
}

async function add(names: readonly string[], days?: number): Promise<number> {
  const { cert, key } = await selfSigned(names, days);
  const { id } = await world.services.registry.write.create(
    DECLARATIONS.Certificate,
    { certificate: { '@type': 'Text', value: cert }, privateKey: { '@type': 'Text', secret: key } },
    SERVER_CONTEXT,
  );
  return id;
}

describe('certificates', () => {
  afterEach(async () => {
    const { registry } = world.services;
    await registry.write.update(
      DECLARATIONS.SystemSettings,
      SINGLETON,
      { defaultCertificateId: null },
      SERVER_CONTEXT,
    );
    for (const { id } of await registry.all('Certificate')) {
      await registry.write.destroy(DECLARATIONS.Certificate, id, SERVER_CONTEXT);
    }
    await eventually('mail.waypost.test');
  });

  test('without any, the self-signed one', async () => {
    assert.equal(await shown(), 'mail.waypost.test');
    assert.equal(await shown('other.example'), 'mail.waypost.test');
  });

  test('by the exact name, then by a wildcard of one label', async () => {
    await add(['one.example', 'exact.wild.example']);
    await add(['star', '*.wild.example']);
    await eventually('one.example', 'one.example');
    assert.equal(await shown('exact.wild.example'), 'one.example');
    assert.equal(await shown('a.wild.example'), 'star');
    assert.notEqual(await shown('a.b.wild.example'), 'one.example');
    assert.equal(await shown('A.WILD.example'), 'star');
  });

  test('without a name the default one, else that of the host, else the newest', async () => {
    const first = await add(['first.example']);
    await add(['second.example']);
    await eventually('second.example');
    await add(['host', 'mail.waypost.test']);
    await eventually('host');
    await world.services.registry.write.update(
      DECLARATIONS.SystemSettings,
      SINGLETON,
      { defaultCertificateId: encodeId(first) },
      SERVER_CONTEXT,
    );
    await eventually('first.example');
  });

  test('of two for a name the one that is valid for longer', async () => {
    await add(['long', 'same.example'], 1000);
    await add(['short', 'same.example'], 10);
    await eventually('long', 'same.example');
  });

  test('one from files that cannot be read any more is left out, and the others stay', async () => {
    const { cert, key } = await selfSigned(['file.example']);
    const [certificate, privateKey] = [path.join(folder, 'cert'), path.join(folder, 'key')];
    writeFileSync(certificate, cert);
    writeFileSync(privateKey, key);
    await world.services.registry.write.create(
      DECLARATIONS.Certificate,
      {
        certificate: { '@type': 'File', filePath: certificate },
        privateKey: { '@type': 'File', filePath: privateKey },
      },
      SERVER_CONTEXT,
    );
    await eventually('file.example', 'file.example');
    rmSync(privateKey);
    await add(['text.example']);
    await eventually('text.example', 'text.example');
    assert.equal(await shown('file.example'), 'text.example');
  });
});

describe('clients', () => {
  /** What a client from an address is told at once; empty when it is turned away. */
  async function greeting(from: string): Promise<string> {
    const socket = connectTcp({ port: world.port('smtp'), host: '127.0.0.1', localAddress: from });
    let text = '';
    socket.on('data', (piece: Buffer) => {
      text += piece.toString();
      socket.destroy();
    });
    socket.on('error', () => undefined);
    await once(socket, 'close');
    return text.slice(0, 3);
  }

  test('a blocked address is turned away until the block ends; an exempt one never is', async () => {
    const { write } = world.services.registry;
    assert.equal(await greeting('127.0.0.2'), '220');
    const { id } = await write.create(DECLARATIONS.BlockedIp, { address: '127.0.0.0/24' }, SERVER_CONTEXT);
    await until(async () => (await greeting('127.0.0.2')) === '');
    assert.equal(await greeting('127.0.0.1'), '220');
    await write.create(DECLARATIONS.AllowedIp, { address: '127.0.0.3' }, SERVER_CONTEXT);
    await until(async () => (await greeting('127.0.0.3')) === '220');
    assert.equal(await greeting('127.0.0.2'), '');
    await write.destroy(DECLARATIONS.BlockedIp, id, SERVER_CONTEXT);
    await until(async () => (await greeting('127.0.0.2')) === '220');
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let left = 50; left > 0; left--) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail('waited for too long');
}
