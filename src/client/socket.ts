// A JMAP WebSocket of the client (RFC 8887): requests that may overtake each other, and state changes as they come.
import { WebSocket } from 'ws';
import type { JmapResponse, StateChangeEvent } from '../formats/jmap/index.ts';
import { RequestFailed } from './errors.ts';

/** RFC 8887 §4.3.5.1. */
export interface PushedStates extends StateChangeEvent {
  readonly pushState?: string;
}

interface Waiting {
  readonly resolve: (response: JmapResponse) => void;
  readonly reject: (error: Error) => void;
}

export class JmapSocket {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, Waiting>();
  readonly #pushed: PushedStates[] = [];
  #wake: (() => void) | undefined;
  #number = 0;
  #closed: number | undefined;
  /** Code of the Close frame, when the socket has closed. */
  readonly closed: Promise<number>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#receive((data as Buffer).toString()));
    this.closed = new Promise((resolve) => {
      socket.on('close', (code) => {
        this.#closed = code;
        for (const { reject } of this.#waiting.values()) reject(new Error(`the socket closed with ${code}`));
        this.#waiting.clear();
        this.#wake?.();
        resolve(code);
      });
    });
  }

  /** Opens a socket. Rejects with `RequestFailed` when the handshake is refused. */
  static open(url: string, authorization: string | undefined): Promise<JmapSocket> {
    const headers = authorization === undefined ? {} : { authorization };
    const socket = new WebSocket(url, 'jmap', { headers });
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('unexpected-response', (_request, { statusCode = 0 }) => {
        reject(new RequestFailed(statusCode, { title: 'the handshake was refused' }));
        socket.terminate();
      });
      socket.on('open', () => resolve(new JmapSocket(socket)));
    });
  }

  /** Throws `RequestFailed` for a RequestError. */
  request(using: readonly string[], methodCalls: readonly unknown[]): Promise<JmapResponse> {
    const id = String(this.#number++);
    const answer = new Promise<JmapResponse>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.send({ '@type': 'Request', id, using, methodCalls });
    return answer;
  }

  /** From now on state changes are pushed: those of these types, or of all. */
  enablePush(dataTypes: readonly string[] | null = null, pushState?: string): void {
    this.send({ '@type': 'WebSocketPushEnable', dataTypes, ...(pushState !== undefined && { pushState }) });
  }

  disablePush(): void {
    this.send({ '@type': 'WebSocketPushDisable' });
  }

  /** State changes as they come, until the socket closes. For one reader. */
  async *pushes(): AsyncGenerator<PushedStates> {
    for (;;) {
      const next = this.#pushed.shift();
      if (next) yield next;
      else if (this.#closed !== undefined) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Sends a message as it is. */
  send(message: unknown): void {
    this.#socket.send(JSON.stringify(message));
  }

  close(): Promise<number> {
    this.#socket.close(1000);
    return this.closed;
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const { '@type': type, requestId } = message;
    if (type === 'StateChange') {
      this.#pushed.push(message as unknown as PushedStates);
      this.#wake?.();
      return;
    }
    const waiting = typeof requestId === 'string' ? this.#waiting.get(requestId) : undefined;
    if (!waiting) return;
    this.#waiting.delete(requestId as string);
    if (type === 'Response') waiting.resolve(message as unknown as JmapResponse);
    else waiting.reject(new RequestFailed(Number(message['status']), message));
  }
}
