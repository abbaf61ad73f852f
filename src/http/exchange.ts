// One request as the handlers see it: lazily parsed query, bounded bodies, and a signal that ends with the
// client.
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type Caller, type ClientAddress, type Exchange, HttpError } from '../formats/http/index.ts';

/** What a refused body may still send before the connection is cut, so that the client reads the refusal. */
const DISCARD_BYTES = 16 * 1024 * 1024;
const DISCARD_MS = 5000;

export class HttpExchange<C extends Caller> implements Exchange<C> {
  readonly request: IncomingMessage;
  readonly path: string;
  readonly client: ClientAddress;
  readonly secure: boolean;
  readonly origin: string;
  params: Readonly<Record<string, string>> = {};
  caller: C | undefined;
  readonly #response: ServerResponse | undefined;
  readonly #search: string;
  #query: URLSearchParams | undefined;
  #abort: AbortController | undefined;
  #continue: boolean;
  readonly #meter: (exchange: HttpExchange<C>) => Promise<void>;

  constructor(
    request: IncomingMessage,
    response: ServerResponse | undefined,
    facts: { path: string; search: string; client: ClientAddress; secure: boolean; origin: string },
    options: {
      readonly expectsContinue: boolean;
      readonly meter: (exchange: HttpExchange<C>) => Promise<void>;
    },
  ) {
    this.request = request;
    this.#response = response;
    this.path = facts.path;
    this.#search = facts.search;
    this.client = facts.client;
    this.secure = facts.secure;
    this.origin = facts.origin;
    this.#continue = options.expectsContinue;
    this.#meter = options.meter;
  }

  get method(): string {
    return this.request.method ?? 'GET';
  }

  get headers(): IncomingHttpHeaders {
    return this.request.headers;
  }

  get query(): URLSearchParams {
    return (this.#query ??= new URLSearchParams(this.#search));
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController();
      this.#abort = abort;
      const end = () => abort.abort();
      if (this.#response) this.#response.once('close', end);
      else this.request.socket.once('close', end);
      if (this.request.socket.destroyed) end();
    }
    return this.#abort.signal;
  }

  meter(): Promise<void> {
    return this.#meter(this);
  }

  /** Ends what waits on the signal. */
  stop(): void {
    this.#abort?.abort();
  }

  async body(limit: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.chunks(limit)) {
      parts.push(chunk);
      length += chunk.length;
    }
    return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts, length);
  }

  async *chunks(limit: number): AsyncIterable<Uint8Array> {
    const announced = Number(this.request.headers['content-length'] ?? 0);
    if (announced > limit) this.#refuse(limit);
    if (this.#continue) {
      // RFC 9110 §10.1.1: only who is going to read asks for the body.
      this.#continue = false;
      this.#response?.writeContinue();
    }
    let length = 0;
    try {
      for await (const chunk of this.request.iterator({ destroyOnReturn: false })) {
        length += (chunk as Uint8Array).length;
        if (length > limit) this.#refuse(limit);
        yield chunk as Uint8Array;
      }
    } catch (error) {
      if (error instanceof HttpError) throw error;
      throw new HttpError({ status: 400, detail: 'The request body ended early.' });
    }
  }

  #refuse(limit: number): never {
    throw new HttpError({ status: 413, detail: `The body is larger than ${limit} bytes.` });
  }
}

/** Reads and drops what still comes, up to a bound: closing at once would reset the answer away. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const { socket } = request;
  let length = 0;
  const cut = setTimeout(() => socket.destroy(), DISCARD_MS).unref();
  const end = () => clearTimeout(cut);
  request.on('data', (chunk: Uint8Array) => {
    length += chunk.length;
    if (length > DISCARD_BYTES) socket.destroy();
  });
  request.once('close', end);
  request.once('end', end);
  request.once('error', end);
  request.resume();
}
