// The operator's socket: lines, answers, refusals, and what is not a request.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { addSink, Invalid } from '../../base/index.ts';
import { callOperator, findFolder, OperatorFailure } from './client.ts';
import { lineSplitter, MAX_LINE } from './protocol.ts';
import { type OperatorHandlers, type OperatorServer, serveOperator } from './server.ts';
import { socketPath } from './socket.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'waypost-operator-'));
const run = path.join(folder, 'run');
const handlers = {
  'account.list': async () => [],
  'account.create': async ({ address }: { address: string }) => {
    if (address === 'fault') throw new TypeError('a fault of ours with a secret in it');
    throw new Invalid(`${address} is not an address`);
  },
} as unknown as OperatorHandlers;

let server: OperatorServer;
before(async () => {
  mkdirSync(run);
  server = await serveOperator(run, handlers);
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Sends octets as they are; gives the answers, each line parsed. */
async function raw(text: string): Promise<unknown[]> {
  const socket = connect(socketPath(run));
  socket.end(text);
  let answer = '';
  socket.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
  await once(socket, 'close');
  return answer
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

describe('the socket', () => {
  test('is for its owner only', () => {
    assert.equal(statSync(socketPath(run)).mode & 0o777, 0o600);
  });

  test('answers, refuses in a sentence, and keeps faults to itself', async () => {
    assert.deepEqual(await callOperator(folder, 'account.list', {}), []);
    const said = (address: string) =>
      callOperator(folder, 'account.create', { address }).then(
        () => assert.fail('was done'),
        (error: unknown) => {
          assert.ok(error instanceof OperatorFailure && !error.notRunning);
          return error.message;
        },
      );
    assert.equal(await said('nobody'), 'nobody is not an address.');
    const events: string[] = [];
    const end = addSink((name) => events.push(name));
    assert.match(
      await said('fault'),
      /^Something went wrong here; the log has more under the reference \w+\.$/,
    );
    end();
    assert.deepEqual(events, ['server.unexpected-error']);
  });

  test('several requests on one connection, also those that are none', async () => {
    const answers = await raw(
      '{"id":1,"command":"account.list"}\n\nnonsense\n{"id":2,"command":"toString"}\n{"id":3,"command":"account.list","arguments":{}}\n',
    );
    const byId = new Map(answers.map((one) => [(one as { id: number }).id, one]));
    assert.equal(answers.length, 4);
    assert.deepEqual(byId.get(1), { id: 1, result: [] });
    assert.deepEqual(byId.get(2), { id: 2, error: { message: 'This server knows no command "toString".' } });
    assert.deepEqual(byId.get(3), { id: 3, result: [] });
    assert.ok('error' in (byId.get(0) as object));
  });

  test('says so when there is no server', async () => {
    await assert.rejects(
      callOperator(path.join(folder, 'elsewhere'), 'account.list', {}),
      (error) => error instanceof OperatorFailure && error.notRunning,
    );
    assert.equal(findFolder(folder), folder);
  });
});

describe('lines', () => {
  test('come out whole, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n') && text.trim() !== ''),
        ),
        fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
        (lines, sizes) => {
          const whole = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          const found: string[] = [];
          const split = lineSplitter((line) => found.push(line));
          for (let at = 0; at < whole.length; ) {
            const size = sizes.next().value as number;
            split(whole.subarray(at, at + size));
            at += size;
          }
          assert.deepEqual(found, lines);
        },
      ),
    );
  });

  test('that never end are refused', () => {
    const split = lineSplitter(() => assert.fail('there is no line'));
    const piece = Buffer.alloc(1024 * 1024, 'x');
    assert.throws(() => {
      for (let length = 0; length <= MAX_LINE; length += piece.length) split(piece);
    }, RangeError);
  });
});
