// Which licence expressions the licence check accepts.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { accepts, checkLicences } from '../../scripts/check/licences.ts';

test('a choice is accepted when one side is, a sum when both sides are', () => {
  for (const expression of ['MIT', '(MIT OR EUPL-1.1+)', 'EUPL-1.1+ OR MIT', 'Apache-2.0 AND MIT', '((ISC))'])
    assert.equal(accepts(expression), true, expression);
  for (const expression of [
    'AGPL-3.0-only',
    'MIT AND GPL-3.0-only',
    '(MIT OR ISC) AND GPL-2.0-only',
    'UNLICENSED',
    'SEE LICENSE IN LICENSE',
    '',
    'MIT OR',
    '(MIT',
    'MIT)',
    'MIT ISC',
  ])
    assert.equal(accepts(expression), false, expression);
});

test('what is installed counts, whatever the lockfile says; other platforms are judged by the lockfile', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'waypost-licences-'));
  try {
    const put = (name: string, value: unknown) => {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), JSON.stringify(value));
    };
    const lock = (packages: object) => put('package-lock.json', { packages: { '': {}, ...packages } });
    put('node_modules/a/package.json', { license: 'MIT' });
    put('node_modules/old/package.json', { licenses: [{ type: 'GPL-3.0' }, { type: 'MIT' }] });
    lock({ 'node_modules/a': {}, 'node_modules/old': {}, 'node_modules/far': { license: 'ISC' } });
    assert.deepEqual(checkLicences(root), { ok: true, summary: '3 packages' });

    put('node_modules/a/package.json', { license: 'SSPL-1.0' });
    lock({
      'node_modules/a': { license: 'MIT' },
      'node_modules/none': {},
      'node_modules/far': { license: 'LGPL-3.0+' },
    });
    const verdict = checkLicences(root);
    assert.equal(verdict.ok, false);
    assert.deepEqual(verdict.details?.split('\n'), [
      'node_modules/a: SSPL-1.0',
      'node_modules/none: no licence named',
      'node_modules/far: LGPL-3.0+',
    ]);
    lock({});
    assert.equal(checkLicences(root).ok, false);
  } finally {
    rmSync(root, { recursive: true });
  }
});
