// A raw client for tests of faces: sends octets as they are and waits for what comes back.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

/** What an expectation waits for at most, in milliseconds. */
const PATIENCE = 5000;

export class RawClient {
  socket: Socket | TLSSocket;
  /** Everything received and not yet consumed, one character an octet. */
  received = '';
  /** True once the server has closed its side. */
  ended = false;
  #changed: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#listen();
  }

  static async connect(port: number, from?: string): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, ...(from && { localAddress: from }) });
    const client = new RawClient(socket);
    await once(socket, 'connect');
    return client;
  }

  static async connectTls(port: number, alpn?: string[]): Promise<RawClient> {
    const client = await RawClient.connect(port);
    await client.startTls(alpn);
    return client;
  }

  send(data: string | Uint8Array): this {
    this.socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
    return this;
  }

  /** Our side has nothing more to say; we still listen. */
  finish(): this {
    this.socket.end();
    return this;
  }

  /** Consumes up to and including the text; fails with what came instead. */
  async until(text: string): Promise<string> {
    return this.#wait(() => {
      const at = this.received.indexOf(text);
      return at < 0 ? undefined : at + text.length;
    }, text);
  }

  /** Consumes one line, without its end. */
  async line(): Promise<string> {
    return (await this.until('\r\n')).slice(0, -2);
  }

  /** Consumes a reply of SMTP's form, all its lines, without the last line's end. */
  async reply(): Promise<string> {
    for (let text = ''; ; ) {
      const line = await this.line();
      text += line;
      if (line[3] !== '-') return text;
      text += '\n';
    }
  }

  /** Sends a command and consumes its reply. */
  ask(command: string): Promise<string> {
    return this.send(`${command}\r\n`).reply();
  }

  /** Waits until the server has closed and returns what it said until then. */
  async rest(): Promise<string> {
    return this.#wait(() => (this.ended ? this.received.length : undefined), 'the end');
  }

  /** Waits until more has been received. */
  async more(): Promise<void> {
    const before = this.received.length;
    await this.#wait(() => (this.received.length > before ? 0 : undefined), 'more');
  }

  async startTls(alpn?: string[]): Promise<void> {
    this.socket.removeAllListeners('data');
    const secured = connectTls({
      socket: this.socket,
      rejectUnauthorized: false,
      servername: 'mail.example.org',
      ...(alpn && { ALPNProtocols: alpn }),
    });
    this.socket = secured;
    this.received = '';
    this.#listen();
    await once(secured, 'secureConnect');
  }

  close(): void {
    this.socket.destroy();
  }

  #listen(): void {
    const ended = () => {
      this.ended = true;
      this.#changed?.();
    };
    this.socket.on('data', (piece: Buffer) => {
      this.received += piece.toString('latin1');
      this.#changed?.();
    });
    this.socket.on('end', ended).on('close', ended).on('error', ended);
  }

  async #wait(length: () => number | undefined, what: string): Promise<string> {
    const started = performance.now();
    for (;;) {
      const found = length();
      if (found !== undefined) {
        const text = this.received.slice(0, found);
        this.received = this.received.slice(found);
        return text;
      }
      const left = PATIENCE - (performance.now() - started);
      if (left <= 0 || this.ended) {
        throw new Error(`waited for ${JSON.stringify(what)}, got ${JSON.stringify(this.received)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
