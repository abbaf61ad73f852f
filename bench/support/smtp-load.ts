// An SMTP load: connections that each deliver one message after the other on one session, as a relay does.
import { connect, type Socket } from 'node:net';
import { loadMessage } from './message.ts';

export interface SmtpLoad {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  readonly messages: number;
  /** Octets of each message. */
  readonly size: number;
  /** Message n goes to recipient n modulo their number. */
  readonly recipients: readonly string[];
  /** Makes the messages of this run differ from those of others. */
  readonly run: string;
  /** A new connection for each message. */
  readonly reconnect?: boolean;
}

/** Delivers all messages; resolves with the seconds from the first connection to the last 250. */
export async function smtpLoad(load: SmtpLoad): Promise<number> {
  let next = 0;
  const began = performance.now();
  const work = async (): Promise<void> => {
    let session: SmtpSession | undefined;
    for (let n = next++; n < load.messages; n = next++) {
      session ??= await SmtpSession.open(load.host, load.port);
      const recipient = load.recipients[n % load.recipients.length] as string;
      await session.deliver(recipient, loadMessage(load.size, `${load.run}.${n}`));
      if (load.reconnect) {
        await session.quit();
        session = undefined;
      }
    }
    await session?.quit();
  };
  await Promise.all(Array.from({ length: load.connections }, work));
  return (performance.now() - began) / 1000;
}

class SmtpSession {
  readonly #socket: Socket;
  #text = '';
  #replies: string[] = [];
  #waiting: ((reply: string) => void) | undefined;
  #failed: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => {
      this.#text += data.toString('latin1');
      for (let end = this.#text.indexOf('\r\n'); end >= 0; end = this.#text.indexOf('\r\n')) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        if (line[3] !== '-') this.#push(line);
      }
    });
    const fail = (error: Error) => {
      this.#failed = error;
      this.#push(`000 ${error.message}`);
    };
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('connection closed')));
  }

  static async open(host: string, port: number): Promise<SmtpSession> {
    const session = new SmtpSession(connect({ host, port, noDelay: true }));
    await session.#expect('220');
    session.#socket.write('EHLO load.example.net\r\n');
    await session.#expect('250');
    return session;
  }

  async deliver(recipient: string, message: Uint8Array): Promise<void> {
    this.#socket.write(`MAIL FROM:<sender@example.net>\r\nRCPT TO:<${recipient}>\r\nDATA\r\n`);
    await this.#expect('250');
    await this.#expect('250');
    await this.#expect('354');
    this.#socket.write(message);
    this.#socket.write('.\r\n');
    await this.#expect('250');
  }

  async quit(): Promise<void> {
    this.#socket.removeAllListeners('close');
    this.#socket.write('QUIT\r\n');
    await this.#expect('221');
    this.#socket.destroy();
  }

  #push(reply: string): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting(reply);
    else this.#replies.push(reply);
  }

  async #expect(code: string): Promise<void> {
    const reply =
      this.#replies.shift() ?? (await new Promise<string>((resolve) => (this.#waiting = resolve)));
    if (!reply.startsWith(code)) throw this.#failed ?? new Error(`wanted ${code}, got ${reply}`);
  }
}
