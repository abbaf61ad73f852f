// A JMAP client for load: node:http over kept-alive connections, answers parsed and checked for errors.
import { Agent, request } from 'node:http';
import type { Server } from './sides.ts';

interface Session {
  readonly apiUrl: string;
  readonly uploadUrl: string;
  readonly primaryAccounts: Readonly<Record<string, string>>;
}

type Arguments = Readonly<Record<string, unknown>>;
type Response = Readonly<Record<string, unknown>>;

const MAIL = 'urn:ietf:params:jmap:mail';

export class BenchJmap {
  readonly account: string;
  readonly #api: URL;
  readonly #upload: URL;
  readonly #authorization: string;
  readonly #agent: Agent;

  private constructor(session: Session, base: URL, authorization: string, agent: Agent) {
    this.account = session.primaryAccounts[MAIL] ?? '';
    this.#api = new URL(session.apiUrl, base);
    this.#upload = new URL(session.uploadUrl.replace('{accountId}', encodeURIComponent(this.account)), base);
    this.#authorization = authorization;
    this.#agent = agent;
  }

  static async open(server: Server, connections = 1, account = 1): Promise<BenchJmap> {
    const name = `${server.prefix}${account}@${server.domain}`;
    const authorization = `Basic ${Buffer.from(`${name}:${server.password}`).toString('base64')}`;
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    let url = new URL(`http://${server.host}:${server.http}/.well-known/jmap`);
    for (let hops = 0; hops < 5; hops++) {
      const { status, location, body } = await send('GET', url, authorization, agent);
      if (location !== undefined) url = new URL(location, url);
      else if (status === 200)
        return new BenchJmap(JSON.parse(body.toString()) as Session, url, authorization, agent);
      else throw new Error(`the session answered ${status}`);
    }
    throw new Error('the session redirects for ever');
  }

  /** Runs one call; throws when it fails. */
  async call(method: string, args: Arguments): Promise<Response> {
    const [response] = await this.calls([[method, args]]);
    return response as Response;
  }

  async calls(calls: readonly (readonly [method: string, args: Arguments])[]): Promise<Response[]> {
    const request = {
      using: ['urn:ietf:params:jmap:core', MAIL],
      methodCalls: calls.map(([method, args], i) => [
        method,
        { accountId: this.account, ...args },
        String(i),
      ]),
    };
    const { status, body } = await send(
      'POST',
      this.#api,
      this.#authorization,
      this.#agent,
      JSON.stringify(request),
    );
    if (status !== 200) throw new Error(`${calls[0]?.[0]}: ${status} ${body.toString().slice(0, 200)}`);
    const { methodResponses } = JSON.parse(body.toString()) as {
      methodResponses: [string, Response, string][];
    };
    return methodResponses.map(([name, response]) => {
      if (name === 'error') throw new Error(`${calls[0]?.[0]}: ${JSON.stringify(response).slice(0, 300)}`);
      return response;
    });
  }

  /** Blob id of the bytes. */
  async upload(bytes: Uint8Array): Promise<string> {
    const { status, body } = await send(
      'POST',
      this.#upload,
      this.#authorization,
      this.#agent,
      bytes,
      'message/rfc822',
    );
    if (status !== 200 && status !== 201)
      throw new Error(`upload: ${status} ${body.toString().slice(0, 200)}`);
    return (JSON.parse(body.toString()) as { blobId: string }).blobId;
  }

  close(): void {
    this.#agent.destroy();
  }
}

interface HttpAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: Buffer;
}

function send(
  method: string,
  url: URL,
  authorization: string,
  agent: Agent,
  body?: string | Uint8Array,
  type = 'application/json',
): Promise<HttpAnswer> {
  const headers = {
    authorization,
    accept: 'application/json',
    ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent, headers }, (incoming) => {
      const pieces: Buffer[] = [];
      incoming.on('data', (piece: Buffer) => pieces.push(piece));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const { statusCode = 0 } = incoming;
        const isRedirect = statusCode >= 300 && statusCode < 400;
        resolve({
          status: statusCode,
          location: isRedirect ? incoming.headers.location : undefined,
          body: Buffer.concat(pieces),
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
