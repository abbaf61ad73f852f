// bcrypt (`$2a$`, `$2b$`, `$2y$`) by a worker thread that is started when it is first needed and ends when it has
// been idle.
import { Worker } from 'node:worker_threads';
import { Unavailable } from '../../base/index.ts';
import type { BcryptReply, BcryptRequest } from './bcrypt-worker.ts';

const COST = 10;
const IDLE_MS = 30_000;

interface Waiting {
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: Error) => void;
}

let worker: Worker | undefined;
let idle: NodeJS.Timeout | undefined;
let lastId = 0;
const waiting = new Map<number, Waiting>();

export const verifyBcrypt = async (stored: string, secret: string): Promise<boolean> =>
  (await ask({ id: ++lastId, secret, stored })) === true;

export const hashBcrypt = async (secret: string): Promise<string> =>
  String(await ask({ id: ++lastId, secret, cost: COST }));

function ask(request: BcryptRequest): Promise<string | boolean> {
  clearTimeout(idle);
  worker ??= start();
  const answer = new Promise<string | boolean>((resolve, reject) =>
    waiting.set(request.id, { resolve, reject }),
  );
  worker.postMessage(request);
  return answer;
}

function start(): Worker {
  const started = new Worker(new URL('./bcrypt-worker.ts', import.meta.url));
  started.unref();
  started.on('message', ({ id, result }: BcryptReply) => {
    waiting.get(id)?.resolve(result);
    waiting.delete(id);
    if (waiting.size === 0) idle = setTimeout(() => stop(started), IDLE_MS).unref();
  });
  started.on('error', (error) => {
    stop(started);
    for (const { reject } of waiting.values())
      reject(new Unavailable('password checking', 1000, { cause: error }));
    waiting.clear();
  });
  return started;
}

function stop(which: Worker): void {
  if (worker === which) worker = undefined;
  void which.terminate();
}
