// One TCP connection of any protocol: reading lines, literals and pieces with back-pressure, writing within
// the peer's window, time-outs, byte limits, STARTTLS and the PROXY header.
//
// Reading pulls: a session asks for a line with `tryReadLine` and waits with `more` only when there is none.
// Writing gathers: replies stay in memory until the session waits for input, so that the replies to
// pipelined commands leave in one segment (RFC 2920 §3.2); `flush` sends them earlier.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { now, randomText } from '../base/index.ts';
import { type Endpoint, isLoopback, normalizeAddress } from './address.ts';
import { ByteQueue } from './byte-queue.ts';
import { MAX_PROXY_HEADER, parseProxyHeader, type ProxyHeader } from './proxy-protocol.ts';
import { acceptTls, tlsInfo, type TlsInfo, type TlsServer } from './tls.ts';

/** Unread octets above which the socket is paused. */
const MAX_UNREAD = 128 * 1024;
/** Octets gathered above which they are sent without waiting for a flush. */
const GATHER = 32 * 1024;
/** Unsent octets above which nothing more is read or accepted from the session until all of them are sent. */
const MAX_UNSENT = 256 * 1024;
/** A peer that takes nothing for so long is gone. */
const STALLED_MS = 60_000;
/** How long, and for how many octets, a peer is listened to after our last word, so that it can read it. */
const LINGER_MS = 5_000;
const LINGER_BYTES = 1024 * 1024;
const DEFAULT_IDLE_MS = 300_000;

/**
 * Why a connection gives no more input. `eof`: the peer has said all it had to say and may still listen;
 * `reset`: it is gone; `idle`, `duration`, `transfer`: a limit was passed; `stalled`: it takes nothing;
 * `shutdown`: we stop; `closed`: our side has closed it.
 */
export type EndReason =
  | 'eof'
  | 'reset'
  | 'idle'
  | 'duration'
  | 'transfer'
  | 'stalled'
  | 'shutdown'
  | 'closed';

/** Thrown by reads once no more input will come. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
  readonly reason: EndReason;
  constructor(reason: EndReason) {
    super(`the connection has ended: ${reason}`);
    this.reason = reason;
  }
}

export interface ConnectionOptions {
  /** Name of the listener that accepted it. */
  readonly listener: string;
  /** Called once when the socket has closed. */
  readonly onClose?: () => void;
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

const PREFIX = randomText(6, 'abcdefghijkmnpqrstuvwxyz23456789');
const RESOLVED = Promise.resolve();
let serial = 0;

export class Connection {
  /** Names the connection in telemetry. */
  readonly id = `${PREFIX}-${(++serial).toString(36)}`;
  readonly listener: string;
  /** Set once TLS is up between the peer and us. */
  tls: TlsInfo | undefined;
  /** What a trusted proxy said about its client. */
  proxied: ProxyHeader | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt = now();
  bytesIn = 0;
  bytesOut = 0;
  /** Milliseconds without input after which a waiting read ends with `idle`. */
  idleMs = DEFAULT_IDLE_MS;
  /** Milliseconds since 1970: input that arrives later ends the connection with `duration`. */
  deadline = Infinity;
  /** Octets of input above which the connection ends with `transfer`. */
  maxBytesIn = Infinity;
  /** The session's wish to be told when the listener drains. */
  onDrain: (() => void) | undefined;
  /** The session's wish to be told as soon as the peer is gone, while it is not reading. */
  onGone: (() => void) | undefined;

  #socket: Socket;
  #remote: Endpoint;
  #local: Endpoint;
  readonly #onClose: (() => void) | undefined;
  readonly #inbox = new ByteQueue();
  #waiting: Waiting | undefined;
  #idle: NodeJS.Timeout | undefined;
  #idleSet = 0;
  #paused = false;
  #end: EndReason | undefined;
  #closing = false;
  #discarded = 0;

  #text = '';
  #out: (string | Uint8Array)[] = [];
  #gathered = 0;
  #sending = 0;
  #sent: (() => void)[] = [];

  constructor(socket: Socket, options: ConnectionOptions) {
    this.listener = options.listener;
    this.#onClose = options.onClose;
    this.#socket = socket;
    this.#remote = { address: normalizeAddress(socket.remoteAddress), port: socket.remotePort ?? 0 };
    this.#local = { address: normalizeAddress(socket.localAddress), port: socket.localPort ?? 0 };
    socket.setNoDelay(true);
    this.#attach(socket);
  }

  /** The client: the peer of the socket, or whom a trusted proxy speaks for. */
  get remote(): Endpoint {
    return this.proxied?.source ?? this.#remote;
  }

  get local(): Endpoint {
    return this.proxied?.destination ?? this.#local;
  }

  /** The peer of the socket itself. */
  get peer(): Endpoint {
    return this.#remote;
  }

  /** What the client says is protected on its way: TLS with us, or with the trusted proxy. */
  get secure(): boolean {
    return this.tls !== undefined || this.proxied?.tls === true;
  }

  /** Passwords may cross this connection: it is protected, or never leaves the machine. */
  get allowsPlainPasswords(): boolean {
    return this.secure || isLoopback(this.remote.address);
  }

  /** True once the peer is gone or our side has closed: nothing more can be sent. */
  get gone(): boolean {
    return this.#closing || this.#socket.destroyed;
  }

  /** Octets accepted by `put` and `write` that the kernel has not taken yet. */
  get unsent(): number {
    return this.#gathered + this.#socket.writableLength;
  }

  /** Octets that have arrived and are not read. */
  get unread(): number {
    return this.#inbox.length;
  }

  // Reading

  /**
   * The next line without its end (CRLF or bare LF), if it has arrived.
   * @param max longest line in octets, its end included.
   * @throws LineTooLong once such a line has been thrown away up to its end; reading may go on.
   */
  tryReadLine(max: number): Buffer | undefined {
    // A peer that does not take its replies gets no more of its commands done.
    return this.unsent > MAX_UNSENT ? undefined : this.#inbox.line(max);
  }

  /** As `tryReadLine`, waiting for the line. @throws ConnectionEnded */
  async readLine(max: number): Promise<Buffer> {
    for (;;) {
      const line = this.tryReadLine(max);
      if (line !== undefined) return line;
      await this.more();
    }
  }

  /** The octets that have arrived and lie together, as a view that `consume` takes. */
  peek(): Buffer | undefined {
    return this.#inbox.peek();
  }

  consume(count: number): void {
    this.#inbox.consume(count);
  }

  /** The next octets that have arrived, as a view, at most `max`. */
  tryTake(max: number): Buffer | undefined {
    return this.#inbox.take(max);
  }

  /** The next `count` octets together, if all have arrived; for small counts (below 64 KiB). */
  tryReadBytes(count: number): Buffer | undefined {
    if (this.#inbox.length < count) return undefined;
    const view = this.#inbox.peekTogether(count)?.subarray(0, count) ?? Buffer.alloc(0);
    if (count > 0) this.#inbox.consume(count);
    return view;
  }

  /** Exactly `count` octets, handed on in the pieces they arrive in; waits for the sink. @throws ConnectionEnded */
  async readInto(count: number, sink: (piece: Buffer) => void | Promise<void>): Promise<void> {
    for (let left = count; left > 0; ) {
      const piece = this.#inbox.take(left);
      if (piece === undefined) {
        await this.more();
        continue;
      }
      left -= piece.length;
      const busy = sink(piece);
      if (busy !== undefined) await busy;
    }
  }

  /** Exactly `count` octets in one piece; the caller bounds `count`. @throws ConnectionEnded */
  async readBytes(count: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    await this.readInto(count, (piece) => void pieces.push(piece));
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, count);
  }

  /**
   * Sends what was written and waits for input beyond what `unread` counts now.
   * @throws ConnectionEnded when none will come. One reader at a time.
   */
  more(): Promise<void> {
    this.flush();
    if (this.#end !== undefined) return Promise.reject(new ConnectionEnded(this.#end));
    if (this.unsent > MAX_UNSENT) return this.drained();
    if (this.#waiting !== undefined) throw new Error('two readers on one connection');
    if (this.#paused) {
      this.#paused = false;
      this.#socket.resume();
    }
    this.#armIdle();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Ends input now: what is unread is dropped, the waiting read and all later ones end with this reason. */
  interrupt(reason: EndReason): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#inbox.clear();
    this.#wake();
  }

  // Writing

  /** Adds to what is sent next. For replies and other small things; text is sent as UTF-8. */
  put(data: string | Uint8Array): void {
    if (this.gone) return;
    if (typeof data === 'string') {
      this.#text += data;
    } else {
      if (this.#text !== '') this.#out.push(this.#text);
      this.#text = '';
      this.#out.push(data);
    }
    this.#gathered += data.length;
    if (this.#gathered > GATHER) this.flush();
  }

  /**
   * As `put`, but resolves only when the peer has room for more. For everything large, in pieces of at most
   * 256 KiB. @throws ConnectionEnded when the peer is gone or takes nothing for 60 s.
   */
  write(data: string | Uint8Array): Promise<void> {
    this.put(data);
    return this.unsent > MAX_UNSENT || this.gone ? this.drained() : RESOLVED;
  }

  /** Sends what was gathered. */
  flush(): void {
    if (this.#gathered === 0) return;
    const socket = this.#socket;
    const { bytesWritten } = socket;
    const text = this.#text;
    const out = this.#out;
    this.#text = '';
    this.#gathered = 0;
    if (this.gone) {
      this.#out = [];
      return;
    }
    this.#sending++;
    if (out.length === 0) {
      socket.write(text, this.#onSent);
    } else {
      this.#out = [];
      if (text !== '') out.push(text);
      socket.cork();
      for (let i = 0; i < out.length - 1; i++) socket.write(out[i] as string | Uint8Array);
      socket.write(out.at(-1) as string | Uint8Array, this.#onSent);
      socket.uncork();
    }
    this.bytesOut += socket.bytesWritten - bytesWritten;
  }

  /** Sends what was gathered and waits until the kernel has taken all. @throws ConnectionEnded */
  async drained(): Promise<void> {
    this.flush();
    if (this.#sending > 0 && !this.#socket.destroyed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => this.#fail('stalled'), STALLED_MS);
        this.#sent.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    if (this.#socket.destroyed) throw new ConnectionEnded(this.#end ?? 'reset');
  }

  // Changing what is below

  /**
   * STARTTLS: sends what was written (the go-ahead), throws away all input received in clear, which nobody
   * vouches for (RFC 3207 §6), and does the handshake.
   * @throws the error of the handshake; the connection is gone then.
   */
  async startTls(server: TlsServer): Promise<void> {
    await this.drained();
    this.#inbox.clear();
    const plain = this.#socket.pause();
    while (plain.read() !== null);
    await this.#secure(server);
  }

  /** Implicit TLS: as `startTls`, but what has arrived is the handshake. */
  async acceptTls(server: TlsServer): Promise<void> {
    await this.drained();
    this.#giveBack();
    await this.#secure(server);
  }

  /**
   * Reads the PROXY header that a trusted proxy must send first.
   * @throws ConnectionEnded, or an error that says what is wrong with it.
   */
  async readProxyHeader(timeoutMs = 5000): Promise<void> {
    const before = this.idleMs;
    this.idleMs = timeoutMs;
    const until = now() + timeoutMs;
    for (let need = 1; ; ) {
      const bytes = this.#inbox.peekTogether(need);
      const parse = bytes === undefined ? { need: 1 } : parseProxyHeader(bytes);
      if ('header' in parse) {
        this.#inbox.consume(parse.length);
        this.proxied = parse.header;
        this.idleMs = before;
        return;
      }
      if ('invalid' in parse) throw new Error(`PROXY header: ${parse.invalid}`);
      if (this.#inbox.length >= MAX_PROXY_HEADER) throw new Error('PROXY header: too long');
      if (now() > until) throw new ConnectionEnded('idle');
      need = parse.need;
      if (this.#inbox.length < need) await this.more();
    }
  }

  /**
   * Gives the socket to a protocol engine of its own, with what is unread. It is paused: `resume` it when the
   * engine listens. This object is done with then.
   */
  release(): Socket {
    this.flush();
    this.#giveBack();
    this.#detach();
    clearTimeout(this.#idle);
    this.#closing = true;
    this.#end ??= 'closed';
    if (this.#onClose) this.#socket.once('close', this.#onClose);
    return this.#socket;
  }

  /**
   * Sends what was written and closes. Input is read and dropped for a moment more, so that the last reply is
   * not lost to a reset.
   */
  close(): void {
    if (this.#closing) return;
    this.flush();
    this.interrupt('closed');
    this.#inbox.clear();
    this.#closing = true;
    clearTimeout(this.#idle);
    const socket = this.#socket;
    if (socket.destroyed) return;
    // One timer for both waits: until all is sent, then until the peer has closed too.
    this.#idle = setTimeout(() => socket.destroy(), STALLED_MS);
    socket.end(() => {
      clearTimeout(this.#idle);
      if (!socket.destroyed) this.#idle = setTimeout(() => socket.destroy(), LINGER_MS);
    });
    socket.resume();
  }

  /** Closes at once, without another word. */
  destroy(): void {
    this.interrupt('closed');
    this.#socket.destroy();
  }

  // The socket's events

  #attach(socket: Socket): void {
    socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onSocketClose);
    socket.on('error', this.#onError);
    if (socket instanceof TLSSocket) socket.on('_tlsError', this.#onError);
  }

  #detach(): void {
    const socket = this.#socket;
    socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onSocketClose);
    // Its errors stay listened to: a socket below TLS can still fail.
    socket.off('_tlsError', this.#onError);
  }

  /** Puts what is unread back into the paused socket. */
  #giveBack(): void {
    this.#socket.pause();
    const early = Buffer.concat(this.#inbox.drain());
    if (early.length > 0) this.#socket.unshift(early);
  }

  async #secure(server: TlsServer): Promise<void> {
    this.#detach();
    clearTimeout(this.#idle);
    this.#idle = undefined;
    const plain = this.#socket;
    try {
      const secured = await acceptTls(plain, server);
      this.#socket = secured;
      this.tls = tlsInfo(secured);
      this.#paused = false;
      this.#attach(secured);
      secured.resume();
    } catch (error) {
      plain.destroy();
      this.#onSocketClose();
      throw error;
    }
  }

  readonly #onData = (piece: Buffer): void => {
    this.bytesIn += piece.length;
    if (this.#end === undefined) {
      if (now() > this.deadline) return this.interrupt('duration');
      if (this.bytesIn > this.maxBytesIn) return this.interrupt('transfer');
      this.#inbox.push(piece);
      if (this.#inbox.length >= MAX_UNREAD) {
        this.#paused = true;
        this.#socket.pause();
      }
      this.#wake();
      return;
    }
    this.#discarded += piece.length;
    if (this.#discarded > LINGER_BYTES) this.#socket.destroy();
  };

  readonly #onEnd = (): void => {
    this.#end ??= 'eof';
    this.#wake();
    if (this.#closing) return;
    this.onGone?.();
  };

  readonly #onError = (): void => {
    this.#socket.destroy();
  };

  readonly #onSocketClose = (): void => {
    clearTimeout(this.#idle);
    this.#end ??= 'reset';
    this.#inbox.clear();
    this.#text = '';
    this.#out = [];
    this.#gathered = 0;
    this.#wake();
    this.#settleSent();
    this.#onClose?.();
    this.onGone?.();
  };

  readonly #onSent = (): void => {
    this.#sending--;
    if (this.#sending === 0 && this.#sent.length > 0) this.#settleSent();
  };

  #settleSent(): void {
    const sent = this.#sent;
    this.#sent = [];
    for (const resolve of sent) resolve();
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    if (this.#end === undefined) waiting.resolve();
    else waiting.reject(new ConnectionEnded(this.#end));
  }

  #fail(reason: EndReason): void {
    this.interrupt(reason);
    this.#socket.destroy();
  }

  /** One timer a connection: started again by each wait, ignored when it fires while nobody waits. */
  #armIdle(): void {
    if (this.#idle !== undefined && this.#idleSet === this.idleMs) {
      this.#idle.refresh();
      return;
    }
    clearTimeout(this.#idle);
    this.#idleSet = this.idleMs;
    this.#idle = setTimeout(() => {
      if (this.#waiting !== undefined) this.interrupt('idle');
    }, this.idleMs);
  }
}
