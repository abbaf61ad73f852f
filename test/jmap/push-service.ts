// A push service on this machine: takes messages over https and reads them with the subscriber's keys.
import { createDecipheriv, createECDH, hkdfSync } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';

export interface Pushed {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly json: Record<string, unknown>;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
}

export class TestPushService {
  readonly #server: Server;
  readonly #ecdh = createECDH('prime256v1');
  readonly #auth = Buffer.from('0123456789abcdef');
  readonly pushed: Pushed[] = [];
  /** Answers to come; 201 when there are none left. */
  readonly answers: Answer[] = [];
  #wake = (): void => undefined;

  private constructor(server: Server) {
    this.#server = server;
    this.#ecdh.generateKeys();
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts);
        const { headers, url = '' } = request;
        const text = headers['content-encoding'] === 'aes128gcm' ? this.decrypt(body) : body;
        this.pushed.push({
          path: url,
          headers,
          body,
          json: JSON.parse(text.toString()) as Record<string, unknown>,
        });
        const answer = this.answers.shift() ?? { status: 201 };
        response.writeHead(answer.status, answer.headers).end();
        this.#wake();
      });
    });
  }

  static async start(pair: { readonly cert: string; readonly key: string }): Promise<TestPushService> {
    const service = new TestPushService(createServer(pair));
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(path = '/push/secret'): string {
    return `https://127.0.0.1:${this.port}${path}`;
  }

  get keys(): { p256dh: string; auth: string } {
    return { p256dh: this.#ecdh.getPublicKey('base64url'), auth: this.#auth.toString('base64url') };
  }

  /** Waits for the next message that has not been taken yet. */
  async next(): Promise<Pushed> {
    while (this.pushed.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.pushed.shift() as Pushed;
  }

  decrypt(body: Buffer): Buffer {
    const salt = body.subarray(0, 16);
    const sender = body.subarray(21, 21 + (body[20] as number));
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#ecdh.getPublicKey(), sender]);
    const shared = this.#ecdh.computeSecret(sender);
    const material = Buffer.from(hkdfSync('sha256', shared, this.#auth, info, 32));
    const key = Buffer.from(hkdfSync('sha256', material, salt, 'Content-Encoding: aes128gcm\0', 16));
    const nonce = Buffer.from(hkdfSync('sha256', material, salt, 'Content-Encoding: nonce\0', 12));
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAuthTag(body.subarray(-16));
    const text = Buffer.concat([decipher.update(body.subarray(86, -16)), decipher.final()]);
    return text.subarray(0, text.lastIndexOf(2));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
