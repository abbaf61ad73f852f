// Acknowledged means durable, as the kernel sees it: between two answers that a message was taken there is a
// finished sync of a file.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { RawClient } from '../support/raw-client.ts';
import { ServerProcess } from '../support/server.ts';
import { hasTool } from '../support/tools.ts';

const MESSAGES = 20;
/** Larger ones go through a file of their own. */
const LARGE = 1_500_000;

test('no message is acknowledged before it is synced', async (t) => {
  if (!hasTool(t, 'strace')) return;
  const server = await ServerProcess.start();
  try {
    const trace = path.join(server.folder, 'trace');
    const calls = 'fsync,fdatasync,write,writev,sendto,sendmsg';
    const strace = spawn(
      'strace',
      ['-f', '-s', '24', '-e', `trace=${calls}`, '-o', trace, '-p', String(server.process.pid)],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let said = '';
    strace.stderr.on('data', (text: Buffer) => (said += text.toString()));
    while (!said.includes('attached')) {
      if (strace.exitCode !== null) return t.skip(`strace may not attach here: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const client = await RawClient.connect(server.port('smtp'));
    await client.reply();
    await client.ask('EHLO durable.test');
    for (let i = 0; i < MESSAGES; i++) {
      await client.ask('MAIL FROM:<a@example.org>');
      await client.ask('RCPT TO:<admin@waypost.test>');
      await client.ask('DATA');
      const body = 'x'
        .repeat(70)
        .concat('\r\n')
        .repeat(i % 5 === 4 ? LARGE / 72 : 3);
      const answer = await client.send(`Subject: ${i}\r\n\r\n${body}.\r\n`).reply();
      assert.match(answer, /^250 2\.0\.0 Taken/);
    }
    client.close();
    const ended = once(strace, 'exit');
    strace.kill('SIGINT');
    await ended;
    const answers = syncsBeforeAnswers(readFileSync(trace, 'utf8'));
    assert.equal(answers.length, MESSAGES);
    assert.ok(
      answers.every((syncs) => syncs >= 1),
      `syncs before each answer: ${answers.join(' ')}`,
    );
    t.diagnostic(`syncs before each answer: ${answers.join(' ')}`);
  } finally {
    await server.stop();
  }
});

/** Syncs that were done since the answer before, for each answer that a message was taken. */
function syncsBeforeAnswers(trace: string): number[] {
  const answers: number[] = [];
  let syncs = 0;
  for (const line of trace.split('\n')) {
    if (/\bf(?:data)?sync\b.*= 0$/.test(line)) syncs++;
    else if (line.includes('"250 2.0.0 Taken')) {
      answers.push(syncs);
      syncs = 0;
    }
  }
  return answers;
}
