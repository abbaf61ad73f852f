// Fifty connections that deliver to one account at once share their commits: hardly any write is tried twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smtpLoad } from '../../bench/support/smtp-load.ts';
import { ServerProcess } from '../support/server.ts';

const ADDRESS = 'ann@waypost.test';
const CONNECTIONS = 50;
const MESSAGES = 1500;

for (const workers of [1, 2]) {
  test(`${CONNECTIONS} connections to one account, ${workers} worker(s)`, async (t) => {
    const server = await ServerProcess.start({ env: { WAYPOST_WORKERS: String(workers) } });
    try {
      await server.addAccount(ADDRESS);
      const load = { host: '127.0.0.1', port: server.port('smtp'), connections: CONNECTIONS, size: 3000 };
      await smtpLoad({ ...load, messages: MESSAGES, recipients: [ADDRESS], run: 'contention' });
      const { ids } = await server.jmap(ADDRESS).call('Email/query', { limit: 5000 });
      assert.equal(ids.length, MESSAGES);
      const { threads } = await server.status();
      const sum = (of: 'writes' | 'attempts' | 'commits') =>
        threads.reduce((total, { writes }) => total + writes[of], 0);
      t.diagnostic(
        `${sum('writes')} writes, ${sum('attempts')} attempts, ${sum('commits')} commits, by thread: ` +
          threads.map(({ writes }) => writes.writes).join(' '),
      );
      assert.ok(sum('writes') >= MESSAGES);
      assert.ok(sum('commits') < sum('writes'), 'commits are shared');
      // Threads take turns at the account instead of racing for it.
      assert.ok(sum('attempts') <= 1.1 * sum('writes'), `${sum('attempts')} attempts`);
    } finally {
      await server.stop();
    }
  });
}
