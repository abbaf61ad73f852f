// A server in a process of its own: the first start, the command line, restarts, signals, refusals to start.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { RequestFailed } from '../../src/client/index.ts';
import { runCommand, ServerProcess } from '../support/server.ts';

const base = mkdtempSync(path.join(tmpdir(), 'waypost-start-'));
after(() => rmSync(base, { recursive: true, force: true }));
let count = 0;
const newFolder = () => path.join(base, String(++count));
const PORTS = { WAYPOST_HTTP_PORT: '0', WAYPOST_HTTPS_PORT: '0' };

/** A start that must fail: status and the sentence on standard error. */
async function refusedStart(env: Readonly<Record<string, string>>, ...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await runCommand(['serve', ...args], { ...PORTS, ...env });
  assert.equal(stdout, '');
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
  return `${status} ${stderr.trim()}`;
}

describe('a first start', () => {
  let server: ServerProcess;
  const folder = newFolder();
  before(async () => {
    server = await ServerProcess.start({ folder, env: { WAYPOST_ADMIN_PASSWORD: '' } });
  });
  after(() => server.stop());

  test('prints one block with every address and the password of the administrator, which works', async () => {
    const password = /Password +(\w{20}) /.exec(server.stdout)?.[1];
    assert.ok(password, server.stdout);
    assert.equal(server.stderr, '');
    for (const name of ['http', 'https']) {
      assert.ok(server.stdout.includes(`${name}://127.0.0.1:${server.port(name)}`), name);
    }
    const session = await server.jmap('admin@waypost.test', password).session();
    assert.equal(session.username, 'admin@waypost.test');
  });

  test('makes a folder that only its owner can enter', () => {
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(statSync(path.join(folder, 'run')).mode & 0o777, 0o700);
    assert.equal(statSync(path.join(folder, 'run/operator.sock')).mode & 0o777, 0o600);
  });

  test('a restart says nothing of passwords, and keeps accounts and certificate', async () => {
    await server.addAccount('ann@waypost.test');
    const certificate = await certificateOf(server);
    assert.equal(await server.stop(), 0);
    server = await ServerProcess.start({ folder, env: { WAYPOST_ADMIN_PASSWORD: 'another' } });
    assert.ok(!server.stdout.includes('Password'), server.stdout);
    assert.equal((await server.jmap('ann@waypost.test').session()).username, 'ann@waypost.test');
    await assert.rejects(server.jmap('admin@waypost.test', 'another').session(), RequestFailed);
    assert.equal(await certificateOf(server), certificate);
  });
});

async function certificateOf(server: ServerProcess): Promise<string> {
  const { connect } = await import('node:tls');
  const socket = connect({ port: server.port('https'), host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

describe('the command line', () => {
  let server: ServerProcess;
  // Longer than the path of a socket may be.
  const folder = path.join(newFolder(), 'a-rather-long-name-of-a-folder'.repeat(5));
  before(async () => {
    mkdirSync(path.dirname(folder), { recursive: true });
    server = await ServerProcess.start({ folder });
  });
  after(() => server.stop());

  test('creates accounts, with a password of its own or a given one', async () => {
    const made = await server.command('account', 'create', 'Ann@Waypost.Test', '--name', 'Ann Example');
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stdout, /^Created ann@waypost\.test\.\nPassword: (\w{20}) /);
    const password = /Password: (\w+)/.exec(made.stdout)?.[1] ?? '';
    assert.equal((await server.jmap('ann@waypost.test', password).session()).username, 'ann@waypost.test');
    const easy = await server.command('account', 'create', 'bob@waypost.test', '--password', 'secret');
    assert.match(easy.stdout, /^Created bob@waypost\.test\.\nThe password is easy to guess\./);
    assert.equal((await server.jmap('bob@waypost.test', 'secret').session()).username, 'bob@waypost.test');
  });

  test('refuses what cannot be, in a sentence', async () => {
    const refused = async (...args: string[]) => {
      const { status, stdout, stderr } = await server.command('account', 'create', ...args);
      assert.equal(stdout, '');
      return `${status} ${stderr.trim()}`;
    };
    assert.match(await refused('admin@waypost.test'), /^1 waypost: There is an account, alias or list/);
    assert.match(await refused('ann@elsewhere.test'), /^1 waypost: elsewhere\.test is not a domain/);
    assert.match(await refused('nonsense'), /^1 waypost: nonsense is not an address/);
    assert.match(await refused('a b@waypost.test'), /^1 waypost: name cannot be "a b"\./);
    assert.match(await refused('cy@waypost.test', '--password', ''), /^1 waypost: The password is empty\./);
    assert.match(await refused(), /^64 error: missing required argument/);
  });

  test('lists accounts and shows the status', async () => {
    const list = await server.command('account', 'list');
    assert.match(
      list.stdout,
      /^ADDRESS +KIND +ROLES +NAME\nadmin@waypost\.test +user +Admin +Administrator\n/,
    );
    const json = JSON.parse((await server.command('account', 'list', '--json')).stdout) as {
      address: string;
    }[];
    assert.ok(json.some(({ address }) => address === 'ann@waypost.test'));
    const status = await server.command('status');
    assert.match(status.stdout, /Waypost +\d+\.\d+\.\d+, process \d+, ready\n/);
    assert.ok(status.stdout.includes(`http://127.0.0.1:${server.port('http')}`), status.stdout);
  });

  test('says so when no server runs', async () => {
    const { status, stderr } = await runCommand(['account', 'list'], { WAYPOST_DATA: newFolder() });
    assert.equal(status, 69);
    assert.match(stderr, /^waypost: No server runs on .*Start one/);
  });
});

test('a command finds the server from another folder, without being told where', async (t) => {
  if (process.platform !== 'linux') return t.skip('other systems do not list sockets');
  const folder = newFolder();
  const server = await ServerProcess.start({ folder });
  try {
    const { status, stdout, stderr } = await runCommand(
      ['status', '--json'],
      { WAYPOST_DATA: '' },
      { cwd: base },
    );
    // Others may run servers on this machine at the same time: then the command lists them, this one too.
    if (status === 0) assert.equal((JSON.parse(stdout) as { dataFolder: string }).dataFolder, folder);
    else assert.ok(stderr.includes(`\n  ${folder}\n`), stderr);
  } finally {
    await server.stop();
  }
});

describe('a start that cannot be', () => {
  test('the folder is in use: 75', async () => {
    const server = await ServerProcess.start({ folder: newFolder() });
    try {
      assert.match(await refusedStart({ WAYPOST_DATA: server.folder }), /^75 waypost: .*uses .*\.$/);
    } finally {
      await server.stop();
    }
  });

  test('the folder is a file: 74', async () => {
    const file = newFolder();
    writeFileSync(file, '');
    assert.match(await refusedStart({ WAYPOST_DATA: file }), /^74 waypost: The data folder cannot be used: /);
  });

  test('the folder may not be written: 74', async (t) => {
    if (process.getuid?.() === 0 && process.platform !== 'linux') return t.skip('nothing is closed to root');
    // Root may write anywhere, but not in what the kernel shows of itself.
    const closed = process.getuid?.() === 0 ? '/sys' : newFolder();
    if (closed !== '/sys') mkdirSync(closed, { mode: 0o500 });
    const said = await refusedStart({ WAYPOST_DATA: path.join(closed, 'waypost') });
    assert.match(said, /^74 waypost: The data folder cannot be used: E(?:ACCES|PERM|ROFS): /);
  });

  test('the folder cannot be made, and its file system says that it is missing: 74', async (t) => {
    if (process.platform !== 'linux') return t.skip('there is no /proc');
    const said = await refusedStart({ WAYPOST_DATA: '/proc/waypost/data' });
    assert.match(said, /^74 waypost: The data folder cannot be used: ENOENT: /);
  });

  test('the data is of another version: 70', async () => {
    const folder = newFolder();
    const server = await ServerProcess.start({ folder });
    await server.stop();
    const store = new DatabaseSync(path.join(folder, 'data/store.db'));
    store.exec('PRAGMA user_version = 99');
    store.close();
    assert.match(
      await refusedStart({ WAYPOST_DATA: folder }),
      /^70 waypost: The data store has layout 99; this program reads layout 1\.$/,
    );
  });

  test('a boot file that cannot be honoured: 78', async () => {
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'config.json'), '{\n  "wrokers": 2\n}');
    const said = await refusedStart({ WAYPOST_DATA: folder });
    assert.ok(said.startsWith(`78 waypost: ${folder}/config.json:2:3: there is no setting "wrokers"`), said);
    assert.ok(!existsSync(path.join(folder, 'data')));
  });

  test('a variable that cannot be used: 78', async () => {
    const said = await refusedStart({ WAYPOST_DATA: newFolder(), WAYPOST_SMTP_PORT: 'x' });
    assert.equal(said, '78 waypost: WAYPOST_SMTP_PORT: x is not a port number.');
  });

  test('every port is taken: 69; some are: the others are served', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    try {
      const all = Object.fromEntries(
        'SMTP SUBMISSION SUBMISSIONS LMTP IMAP IMAPS POP3 POP3S SIEVE HTTP HTTPS'
          .split(' ')
          .map((name) => [`WAYPOST_${name}_PORT`, String(port)]),
      );
      const folder = newFolder();
      const said = await refusedStart({ WAYPOST_DATA: folder, ...all });
      assert.match(said, /^69 waypost: No port could be opened: .*EADDRINUSE/);
      const server = await ServerProcess.start({ folder, env: { WAYPOST_HTTPS_PORT: String(port) } });
      try {
        assert.match(server.stdout, /! https is not open: .*EADDRINUSE/);
        const ready = await fetch(`${server.origin}/healthz/ready`);
        assert.equal(ready.status, 503);
        const live = await fetch(`${server.origin}/healthz/live`);
        assert.equal(live.status, 200);
      } finally {
        await server.stop();
      }
    } finally {
      taken.close();
    }
  });
});

describe('the end', () => {
  for (const [signal, workers] of [
    ['SIGINT', '1'],
    ['SIGTERM', '2'],
  ] as const) {
    test(`${signal} ends ${workers} worker(s) cleanly`, async () => {
      const folder = newFolder();
      const server = await ServerProcess.start({ folder, env: { WAYPOST_WORKERS: workers } });
      assert.equal((await fetch(`${server.origin}/healthz/ready`)).status, 200);
      assert.equal(await server.stop(signal), 0);
      assert.equal(server.stderr, '');
      assert.equal(existsSync(path.join(folder, 'run/operator.sock')), false);
      assert.equal(existsSync(path.join(folder, 'run/addresses.json')), false);
    });
  }

  test('a server does not outlive the launcher', async () => {
    const folder = newFolder();
    const launcher = path.join(import.meta.dirname, '../../bin/waypost.js');
    const child = spawn('node', [launcher, 'serve'], {
      env: { ...process.env, NODE_OPTIONS: '', WAYPOST_DATA: folder, ...PORTS },
      stdio: 'ignore',
    });
    const addresses = path.join(folder, 'run/addresses.json');
    await until(() => existsSync(addresses));
    const { pid } = JSON.parse(readFileSync(addresses, 'utf8')) as { pid: number };
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until(() => {
      try {
        return !process.kill(pid, 0);
      } catch {
        return true;
      }
    });
    const again = await ServerProcess.start({ folder });
    assert.equal(await again.stop(), 0);
  });
});

/** Waits for a condition, at most as long as a start on a busy machine may take. */
async function until(condition: () => boolean): Promise<void> {
  const started = performance.now();
  while (!condition()) {
    assert.ok(performance.now() - started < 30_000, 'waited for too long');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
