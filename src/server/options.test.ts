// What a server is started with: environment and boot file, and the sentences for what cannot be used.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { parseBootFile, readBootFile } from './boot-file.ts';
import { readEnvironment } from './environment.ts';
import { StartFailure } from './exit.ts';
import { serverOptions } from './options.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'waypost-options-'));
after(() => rmSync(folder, { recursive: true }));

/** Status and sentence of a start that fails. */
const failure = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof StartFailure, String(error));
    return `${error.status} ${error.message}`;
  }
  return assert.fail('was accepted');
};

describe('environment', () => {
  test('has defaults for everything, and empty values are unset', () => {
    const plain = readEnvironment({ WAYPOST_DOMAIN: '', WAYPOST_BIND: ' ', WAYPOST_SMTP_PORT: '' });
    assert.equal(plain.domain, 'waypost.test');
    assert.equal(plain.bind, undefined);
    assert.equal(plain.ports.size, 0);
    assert.equal(plain.logLevel, 'warn');
    assert.equal(plain.standardPorts, false);
  });

  test('reads every variable', () => {
    const env = readEnvironment({
      WAYPOST_DOMAIN: 'Bücher.Example.',
      WAYPOST_BIND: '[::1]',
      WAYPOST_SMTP_PORT: '0',
      WAYPOST_HTTPS_PORT: '8444',
      WAYPOST_WORKERS: '2',
      WAYPOST_LOG: 'INFO',
      WAYPOST_STANDARD_PORTS: '1',
      WAYPOST_PUBLIC_URL: 'https://mail.example.org/base/',
      WAYPOST_RECOVERY_ADMIN: ' root : a:b ',
      WAYPOST_HOSTNAME: 'MX.example.org',
      OTHER_SMTP_PORT: '7',
    });
    assert.equal(env.domain, 'xn--bcher-kva.example');
    assert.equal(env.bind, '::1');
    assert.deepEqual(
      [...env.ports].sort(([a], [b]) => (a < b ? -1 : 1)),
      [
        ['HTTPS', 8444],
        ['SMTP', 0],
      ],
    );
    assert.equal(env.workers, 2);
    assert.equal(env.logLevel, 'info');
    assert.equal(env.standardPorts, true);
    assert.equal(env.publicUrl, 'https://mail.example.org/base');
    assert.deepEqual(env.recoveryAdmin, { name: 'root', secret: 'a:b' });
    assert.equal(env.hostname, 'mx.example.org');
  });

  test('names the variable that cannot be used', () => {
    const wrong: [string, string][] = [
      ['DOMAIN', 'localhost'],
      ['DOMAIN', 'a b.test'],
      ['HOSTNAME', 'mail_1'],
      ['BIND', 'mail.example.org'],
      ['SMTP_PORT', '65536'],
      ['SMTP_PORT', '-1'],
      ['WORKERS', 'many'],
      ['LOG', 'loud'],
      ['STANDARD_PORTS', 'maybe'],
      ['PUBLIC_URL', 'ftp://example.org'],
      ['RECOVERY_ADMIN', 'root'],
      ['RECOVERY_ADMIN', ':secret'],
    ];
    for (const [name, value] of wrong) {
      const said = failure(() => readEnvironment({ [`WAYPOST_${name}`]: value }));
      assert.ok(said.startsWith(`78 WAYPOST_${name}: `), said);
    }
  });
});

describe('boot file', () => {
  test('is a data store, or an object of settings; paths are relative to it', () => {
    assert.deepEqual(parseBootFile('{"@type":"Sqlite"}', '/etc/w/config.json'), {});
    assert.deepEqual(
      parseBootFile(
        '{"dataStore":{"@type":"RocksDb"},"dataFolder":"../d","workers":0}',
        '/etc/w/config.json',
      ),
      { dataFolder: '/etc/d', workers: 0 },
    );
  });

  test('is refused with file, line, column and reason', () => {
    const said = (text: string) => failure(() => parseBootFile(text, 'c.json'));
    assert.equal(
      said('{\n  "workers": 1,\n  "wrokers": 2\n}'),
      '78 c.json:3:3: there is no setting "wrokers"; there are dataStore, dataFolder and workers.',
    );
    assert.match(said('{\n  "workers": }'), /^78 c\.json:2:14: this is not JSON: /);
    assert.match(said('[]'), /^78 c\.json:1:1: /);
    assert.match(said('{"workers":1.5}'), /^78 c\.json:1:2: workers must be a number/);
    assert.match(said('{"dataFolder":7}'), /^78 c\.json:1:2: dataFolder must be a path/);
    assert.match(said('{"@type":"PostgreSql","host":"db"}'), /"PostgreSql" is not available/);
    assert.match(said('{"dataStore":{"@type":"Sqlite","path":"x"}}'), /no setting "path"/);
  });

  test('may be missing unless it was asked for', () => {
    const missing = path.join(folder, 'missing.json');
    assert.deepEqual(readBootFile(missing, { required: false }), {});
    assert.match(
      failure(() => readBootFile(missing, { required: true })),
      /^78 The boot file cannot be read/,
    );
    assert.match(
      failure(() => readBootFile(folder, { required: false })),
      /^78 The boot file cannot be read/,
    );
  });
});

describe('options', () => {
  test('the command line wins over the environment, and that over the boot file', () => {
    writeFileSync(path.join(folder, 'config.json'), '{"workers":3,"dataFolder":"elsewhere"}');
    const fromFile = serverOptions({ config: path.join(folder, 'config.json') }, {});
    assert.equal(fromFile.folder, path.join(folder, 'elsewhere'));
    assert.equal(fromFile.workers, 3);
    const env = { WAYPOST_DATA: folder, WAYPOST_WORKERS: '2' };
    assert.deepEqual([serverOptions({}, env).folder, serverOptions({}, env).workers], [folder, 2]);
    assert.equal(serverOptions({ data: '/srv/mail' }, env).folder, '/srv/mail');
    assert.equal(serverOptions({}, {}).folder, path.resolve('data'));
    assert.ok(serverOptions({}, { WAYPOST_WORKERS: '0' }).workers >= 1);
  });
});
