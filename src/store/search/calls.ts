// Calls over a message port: one message asks, one answers. Errors of ours arrive as what they were.
import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import { LimitExceeded, Unsupported, WaypostError } from '../../base/index.ts';
import { SearchRefused, SearchUnavailable } from './errors.ts';

interface Request {
  readonly call: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

type Answer =
  | { readonly call: number; readonly value: unknown }
  | { readonly call: number; readonly error: Failure };

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly limit?: string;
  readonly what?: string;
  readonly value?: number;
}

/** A message port, or a worker as its owner sees it. */
type Port = MessagePort | Worker;

/** Answers calls that arrive at a port; `handle` may throw. */
export function answerCalls(
  port: MessagePort,
  handle: (name: string, args: readonly unknown[]) => unknown,
): void {
  port.on('message', (request: Request) => void answer(request));

  async function answer({ call, name, args }: Request): Promise<void> {
    let reply: Answer;
    try {
      reply = { call, value: await handle(name, args) };
    } catch (error) {
      reply = { call, error: failureOf(error) };
    }
    port.postMessage(reply);
  }
}

/** The side that calls. */
export class Caller {
  readonly #port: Port;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  #last = 0;
  #failure: Error | undefined;

  constructor(port: Port) {
    this.#port = port;
    port.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.call);
      this.#waiting.delete(answer.call);
      if ('error' in answer) waiting?.reject(errorOf(answer.error));
      else waiting?.resolve(answer.value);
      if (this.#waiting.size === 0) port.unref();
    });
    port.on('close', () => this.fail(new SearchUnavailable('it was closed')));
    port.unref();
  }

  call(name: string, args: readonly unknown[], transfer: readonly Transferable[] = []): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const call = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      // An open call keeps the thread alive, an idle port does not.
      this.#port.ref();
      this.#port.postMessage({ call, name, args } satisfies Request, [...transfer]);
    });
  }

  /** Calls without wanting an answer. */
  tell(name: string, args: readonly unknown[]): void {
    if (this.#failure === undefined) this.#port.postMessage({ call: 0, name, args } satisfies Request, []);
  }

  /** No call will be answered any more. */
  fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof LimitExceeded) {
    const { name, message, limit, value } = error;
    return { name, message, limit, value };
  }
  if (error instanceof Unsupported) return { name: error.name, message: error.message, what: error.what };
  return {
    name: error instanceof WaypostError ? error.name : '',
    message: error instanceof Error ? error.message : String(error),
  };
}

function errorOf({ name, message, limit = '', value = 0, what = '' }: Failure): Error {
  if (name === 'Unsupported') return new Unsupported(what);
  if (name === 'LimitExceeded') return new LimitExceeded(limit, value, message);
  if (name === 'SearchRefused') return new SearchRefused(message);
  return new SearchUnavailable(message.replace(/^the search index is not available: /, ''));
}
