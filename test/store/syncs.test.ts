// Watches the system calls of a writing process: each acknowledged commit was synced before, and commits that
// arrive together share a sync.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';

const hasStrace = spawnSync('strace', ['-V']).status === 0;
const COMMITS = 20;

it('syncs once before it answers a commit', { skip: hasStrace ? false : 'strace is not installed' }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'waypost-syncs-'));
  try {
    const trace = path.join(folder, 'trace');
    const script = path.join(import.meta.dirname, 'sync-writer.child.ts');
    const args = ['-f', '-o', trace, '-e', 'trace=fsync,fdatasync,write', process.execPath, script];
    const run = spawnSync('strace', [...args, path.join(folder, 'data'), String(COMMITS)], {
      encoding: 'utf8',
    });
    assert.equal(run.status, 0, run.stderr);
    /** Syncs between the marks that the process wrote. */
    const syncs = new Map<string, number>();
    let since = 0;
    for (const line of readFileSync(trace, 'utf8').split('\n')) {
      if (/(?:fsync|fdatasync)(?:\(\d+\)| resumed>\))\s+= 0/.test(line)) since++;
      const mark = /write\(1, "(\w+)\\n"/.exec(line)?.[1];
      if (mark === undefined) continue;
      syncs.set(mark, since);
      since = 0;
    }
    for (let i = 0; i < COMMITS; i++) assert.equal(syncs.get(`single${i}`), 1);
    // the first may be on its way before the others arrive
    assert.ok((syncs.get('together') ?? 0) >= 1 && (syncs.get('together') ?? 99) <= 2);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
