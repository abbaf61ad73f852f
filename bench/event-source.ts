// Event sources (RFC 8620 §7.3): how long a change takes to reach one listener and the last of a thousand, and what
// memory each takes, as the slope between 1,000 and 3,000 connections:
//   npm run bench -- event-source
// Beside it what bare sockets take: a process that only writes the same bytes to as many connections. That is what the
// system and this reader cost, whoever serves.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { BenchImap } from './support/imap-client.ts';
import { median } from './support/measure.ts';
import { loadMessage } from './support/message.ts';
import { startWaypost } from './support/waypost.ts';

const STEPS = [1, 1000, 3000];
const TIMES = 9;
/** No two events of a stream come closer than the throttle. */
const THROTTLE_MS = 1200;

class Listener {
  readonly #socket: Socket;
  #events = 0;
  #waiting: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => {
      if (!data.includes('event: state')) return;
      this.#events++;
      this.#waiting?.();
    });
  }

  static async open(port: number, authorization: string): Promise<Listener> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const opened = new Promise<void>((resolve, reject) => {
      socket.once('data', (data) => {
        if (data.toString('latin1').startsWith('HTTP/1.1 200')) resolve();
        else reject(new Error(data.toString('latin1').slice(0, 100)));
      });
      socket.once('error', reject);
    });
    socket.write(
      `GET /jmap/eventsource/?types=Email&closeafter=no&ping=0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n\r\n`,
    );
    await opened;
    return new Listener(socket);
  }

  /** Resolves at the next event after this call. */
  next(): Promise<void> {
    const seen = this.#events;
    return new Promise((resolve) => {
      this.#waiting = () => {
        if (this.#events > seen) resolve();
      };
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Resident memory in KiB. */
const memoryOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? Number.NaN);

/** Opens listeners until there are `wanted`. */
async function widen(
  listeners: Listener[],
  wanted: number,
  port: number,
  authorization: string,
): Promise<void> {
  while (listeners.length < wanted) {
    const more = Math.min(50, wanted - listeners.length);
    listeners.push(
      ...(await Promise.all(Array.from({ length: more }, () => Listener.open(port, authorization)))),
    );
  }
}

/** Milliseconds from the beginning of `change` until the last has heard of it. */
async function timeToLast(listeners: readonly Listener[], change: () => unknown): Promise<number> {
  const all = Promise.all(listeners.map((listener) => listener.next()));
  const began = performance.now();
  await change();
  await all;
  return performance.now() - began;
}

const started = await startWaypost(1, '1');
const { server, process: child } = started;
const user = `${server.prefix}1@${server.domain}`;
const authorization = `Basic ${Buffer.from(`${user}:${server.password}`).toString('base64')}`;
const imap = await BenchImap.open({ host: server.host, port: server.imap, user, password: server.password });
const bare: ChildProcess = fork(new URL('support/bare-stream.ts', import.meta.url));
const [barePort] = (await once(bare, 'message')) as [number];
const listeners: Listener[] = [];
const bareListeners: Listener[] = [];
const memory = new Map<number, number>();
let alone = Number.NaN;
try {
  for (const step of STEPS) {
    await widen(listeners, step, server.http, authorization);
    memory.set(step, memoryOf(child.process.pid as number));
    await widen(bareListeners, step, barePort, authorization);
    const waits: number[] = [];
    const bareWaits: number[] = [];
    for (let n = 0; n < TIMES; n++) {
      await new Promise((resolve) => setTimeout(resolve, THROTTLE_MS));
      const message = loadMessage(1024, `event.${step}.${n}`);
      waits.push(await timeToLast(listeners, () => imap.append('INBOX', message)));
      bareWaits.push(await timeToLast(bareListeners, () => bare.send('write')));
    }
    const wait = median(waits);
    if (step === 1) alone = wait;
    console.log(
      `${String(step).padStart(5)} connections: ${wait.toFixed(1)} ms to the last (x${(wait / alone).toFixed(1)} of one), ` +
        `bare sockets ${median(bareWaits).toFixed(1)} ms; ${memory.get(step)} KiB resident`,
    );
  }
  const slope = ((memory.get(3000) as number) - (memory.get(1000) as number)) / 2000;
  console.log(`each connection: ${slope.toFixed(1)} KiB`);
} finally {
  for (const listener of [...listeners, ...bareListeners]) listener.close();
  bare.kill();
  imap.close();
  await started.stop();
}
