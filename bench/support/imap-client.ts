// A raw IMAP client that costs little next to the server: it counts untagged responses and octets, and looks
// for the tagged line only.
import { connect, type Socket } from 'node:net';

export interface ImapTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export interface Answer {
  /** Octets received. */
  readonly bytes: number;
  /** Lines that begin with `* `, outside literals. */
  readonly untagged: number;
  /** The tagged line. */
  readonly last: string;
  /** First characters of each line, when they were asked for. */
  readonly lines: readonly string[];
}

export class BenchImap {
  readonly #socket: Socket;
  #rest: Buffer<ArrayBuffer> = Buffer.alloc(0);
  #skip = 0;
  #tag = 0;
  #bytes = 0;
  #untagged = 0;
  #lines: string[] = [];
  #keep = false;
  #wanted = '*';
  #settle: { resolve: (line: string) => void; reject: (error: Error) => void } | undefined;
  #literal: (() => void) | undefined;
  /** A line whose end is behind a literal. */
  #open = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => this.#read(data as Buffer<ArrayBuffer>));
    socket.on('error', (error) => this.#settle?.reject(error));
    socket.on('close', () => this.#settle?.reject(new Error('the server closed the connection')));
  }

  static async open({ host, port, user, password }: ImapTarget): Promise<BenchImap> {
    const socket = connect({ host, port, noDelay: true });
    const client = new BenchImap(socket);
    await client.#line('*');
    await client.command(`LOGIN "${user}" "${password}"`);
    return client;
  }

  async command(text: string, options: { readonly keep?: boolean } = {}): Promise<Answer> {
    return this.#run(`${text}\r\n`, options.keep ?? false);
  }

  /** APPEND with a synchronising literal. */
  async append(mailbox: string, message: Uint8Array): Promise<void> {
    this.#literal = () => {
      this.#socket.write(Buffer.concat([message, Buffer.from('\r\n')]));
    };
    await this.#run(`APPEND ${mailbox} {${message.length}}\r\n`, false);
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.end();
  }

  async #run(command: string, keep: boolean): Promise<Answer> {
    const tag = `a${++this.#tag}`;
    this.#bytes = 0;
    this.#untagged = 0;
    this.#lines = [];
    this.#keep = keep;
    const done = this.#line(`${tag} `);
    this.#socket.write(`${tag} ${command}`);
    const last = await done;
    if (!last.startsWith('OK', tag.length + 1)) throw new Error(`${command.slice(0, 80).trim()}: ${last}`);
    return { bytes: this.#bytes, untagged: this.#untagged, last, lines: this.#lines };
  }

  #line(wanted: string): Promise<string> {
    this.#wanted = wanted;
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#settle = { resolve, reject };
    return promise;
  }

  #read(chunk: Buffer<ArrayBuffer>): void {
    this.#bytes += chunk.length;
    let data = chunk;
    if (this.#skip > 0) {
      if (data.length <= this.#skip) {
        this.#skip -= data.length;
        return;
      }
      data = data.subarray(this.#skip);
      this.#skip = 0;
    }
    if (this.#rest.length > 0) data = Buffer.concat([this.#rest, data]);
    this.#rest = Buffer.alloc(0);
    let at = 0;
    while (at < data.length) {
      const end = data.indexOf(10, at);
      if (end < 0) {
        this.#rest = data.subarray(at);
        return;
      }
      const next = this.#take(data, at, end);
      if (next > data.length) {
        this.#skip = next - data.length;
        return;
      }
      at = next;
    }
  }

  /** Looks at one line and gives the offset behind it and its literal. */
  #take(data: Buffer, at: number, end: number): number {
    const first = !this.#open;
    const last = data[end - 2];
    let next = end + 1;
    this.#open = false;
    if (last === 0x7d) {
      const brace = data.lastIndexOf(0x7b, end);
      const size = Number(data.toString('latin1', brace + 1, end - 2));
      if (brace >= at && Number.isInteger(size)) {
        next += size;
        this.#open = true;
      }
    }
    if (!first) return next;
    if (data[at] === 0x2b && this.#literal) {
      const send = this.#literal;
      this.#literal = undefined;
      send();
      return next;
    }
    if (data[at] === 0x2a) this.#untagged++;
    if (this.#keep) this.#lines.push(data.toString('latin1', at, Math.min(end, at + 200)));
    if (data.toString('latin1', at, at + this.#wanted.length) === this.#wanted) {
      const settle = this.#settle;
      this.#settle = undefined;
      this.#wanted = '\n';
      settle?.resolve(data.toString('latin1', at, end - 1));
    }
    return next;
  }
}
