// The way to the server: the operator's socket on the same machine, without credentials, or JMAP over HTTP with a name
// and a password or a token.
import { request as httpsRequest } from 'node:https';
import type { SchemaDocument } from '../admin/index.ts';
import { CommandFailure, Status } from './failure.ts';
import { type Json, textOf } from './json.ts';

export interface ConnectionOptions {
  readonly data?: string;
  readonly url?: string;
  readonly user?: string;
  readonly password?: string;
  readonly apiKey?: string;
  readonly insecure?: boolean;
}

export type Call = readonly [name: string, args: Json, callId: string];

export interface Answer {
  readonly responses: readonly Call[];
  readonly createdIds: Readonly<Record<string, string>>;
}

export interface Connection {
  /** Runs the calls of one request. @throws CommandFailure when there is no answer */
  send(calls: readonly Call[], createdIds?: Readonly<Record<string, string>>): Promise<Answer>;
  schema(): Promise<SchemaDocument>;
  /** Records that one call may read or change. */
  readonly atOnce: { readonly get: number; readonly set: number };
  /** True for the socket: whoever runs the server. */
  readonly isOperator: boolean;
  /** Records with their secrets in clear; the socket alone gives them. */
  readonly reveal?: (object: string, ids: readonly string[]) => Promise<readonly Json[]>;
}

/** HTTP when an address is given (`--url`, `WAYPOST_URL`), else the socket. @throws CommandFailure */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const url = options.url ?? setting('URL');
  // A folder that is named on the command line means the server of that folder.
  if (url === undefined || (options.url === undefined && options.data !== undefined)) {
    return operatorConnection(options.data);
  }
  return httpConnection(url, options);
}

const setting = (name: string): string | undefined => process.env[`WAYPOST_${name}`]?.trim() || undefined;

async function operatorConnection(data: string | undefined): Promise<Connection> {
  const { callOperator, findFolder, OperatorFailure } = await import('../server/index.ts');
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OperatorFailure)) throw error;
      throw new CommandFailure(error.message, error.notRunning ? Status.unavailable : Status.refused);
    }
  };
  const folder = await guarded(() => Promise.resolve(findFolder(data ?? setting('DATA'))));
  return {
    isOperator: true,
    atOnce: { get: 500, set: 500 },
    send: async (methodCalls, createdIds = {}) => {
      const answer = await guarded(() =>
        callOperator(folder, 'jmap', { using: [], methodCalls, createdIds }),
      );
      return {
        responses: answer.methodResponses as readonly Call[],
        createdIds: answer.createdIds,
      };
    },
    schema: () => guarded(() => callOperator(folder, 'schema', {})),
    reveal: (object, ids) => guarded(() => callOperator(folder, 'reveal', { object, ids })),
  };
}

async function httpConnection(url: string, options: ConnectionOptions): Promise<Connection> {
  const [{ JmapClient }, authorization] = await Promise.all([
    import('../client/index.ts'),
    authorizationOf(options),
  ]);
  const origin = originOf(url);
  const fetchWith = options.insecure ? trustingFetch : fetch;
  const client = new JmapClient({ origin, authorization, fetch: fetchWith });
  const guarded = <T>(work: () => Promise<T>): Promise<T> => reach(origin, work);
  const session = await guarded(() => client.session());
  if (session.username === '') throw unauthorized(origin);
  const core = session.capabilities['urn:ietf:params:jmap:core'] as
    | { readonly maxObjectsInGet?: number; readonly maxObjectsInSet?: number }
    | undefined;
  return {
    isOperator: false,
    atOnce: { get: core?.maxObjectsInGet ?? 100, set: core?.maxObjectsInSet ?? 100 },
    send: async (methodCalls, createdIds = {}) => {
      const using = ['urn:ietf:params:jmap:core'];
      const answer = await guarded(() => client.post(JSON.stringify({ using, methodCalls, createdIds })));
      const body = (await answer.json()) as {
        methodResponses: readonly Call[];
        createdIds?: Readonly<Record<string, string>>;
      };
      return { responses: body.methodResponses, createdIds: body.createdIds ?? {} };
    },
    schema: async () => {
      const answer = await guarded(() => read(fetchWith, `${origin}/api/schema`, authorization));
      return (await answer.json()) as SchemaDocument;
    },
  };
}

function originOf(url: string): string {
  const parsed = URL.parse(/^https?:\/\//i.test(url) ? url : `https://${url}`);
  if (!parsed) throw new CommandFailure(`"${url}" is no address like https://mail.example.org`, Status.usage);
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`;
}

async function authorizationOf(options: ConnectionOptions): Promise<string> {
  const { basic, bearer } = await import('../client/index.ts');
  const token = options.apiKey ?? (options.user === undefined ? setting('TOKEN') : undefined);
  if (token !== undefined) return bearer(token);
  const user = options.user ?? setting('USER');
  if (user === undefined) {
    throw new CommandFailure(
      'Say who you are: --user with a password, or an API key in WAYPOST_TOKEN.',
      Status.usage,
    );
  }
  const password = options.password ?? setting('PASSWORD') ?? (await askPassword(user));
  return basic(user, password);
}

/** Asks on the terminal, without showing what is typed. */
async function askPassword(user: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new CommandFailure(`The password of ${user} is missing: set WAYPOST_PASSWORD.`, Status.usage);
  }
  const [{ createInterface }, { Writable }] = await Promise.all([
    import('node:readline/promises'),
    import('node:stream'),
  ]);
  process.stderr.write(`Password of ${user}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  const password = await reader.question('');
  reader.close();
  process.stderr.write('\n');
  return password;
}

/** Turns what HTTP says into a sentence. */
async function reach<T>(origin: string, work: () => Promise<T>): Promise<T> {
  const { RequestFailed } = await import('../client/index.ts');
  try {
    return await work();
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    if (error instanceof RequestFailed) {
      if (error.status === 401) throw unauthorized(origin);
      const detail = textOf(error.problem['detail'] ?? error.problem['title'] ?? `status ${error.status}`);
      throw new CommandFailure(
        `${origin} refused: ${detail}`,
        error.status === 403 ? Status.noPermission : Status.refused,
      );
    }
    throw new CommandFailure(`${origin} cannot be reached: ${reasonOf(error)}`, Status.unavailable);
  }
}

const unauthorized = (origin: string): CommandFailure =>
  new CommandFailure(`${origin} does not accept this name and password, or this token.`, Status.noPermission);

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: inner } = (cause ?? error) as NodeJS.ErrnoException;
  if (code !== undefined && CERTIFICATE_FAULTS.has(code)) {
    return 'its certificate is not trusted (use -k to go on all the same)';
  }
  return inner || message;
}

const CERTIFICATE_FAULTS: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
]);

async function read(fetchWith: typeof fetch, url: string, authorization: string): Promise<Response> {
  const answer = await fetchWith(url, { headers: { Authorization: authorization } });
  if (answer.ok) return answer;
  const { RequestFailed } = await import('../client/index.ts');
  throw new RequestFailed(answer.status, { title: answer.statusText });
}

/** `fetch` that takes any certificate (`-k`), as far as this program needs it: whole bodies and redirects. */
const trustingFetch = (async (input: string | URL, init: RequestInit = {}): Promise<Response> => {
  let url = new URL(input);
  if (url.protocol === 'http:') return fetch(url, init);
  for (let hop = 0; hop < MAX_REDIRECTS; hop++) {
    const answer = await requestOnce(url, init);
    const location = answer.headers.get('Location');
    if (answer.status < 300 || answer.status >= 400 || location === null) return answer;
    const next = new URL(location, url);
    // Credentials stay with the server they were given for.
    if (next.origin !== url.origin) throw new Error(`it sends us to ${next.origin}`);
    url = next;
  }
  throw new Error('it redirects without end');
}) as typeof fetch;

const MAX_REDIRECTS = 5;

function requestOnce(url: URL, init: RequestInit): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const request = httpsRequest(
    url,
    {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      rejectUnauthorized: false,
    },
    (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        const headers = new Headers();
        for (let i = 0; i < answer.rawHeaders.length; i += 2) {
          headers.append(answer.rawHeaders[i] as string, answer.rawHeaders[i + 1] as string);
        }
        const response = new Response(parts.length > 0 ? Buffer.concat(parts) : null, {
          status: answer.statusCode ?? 500,
          headers,
        });
        Object.defineProperty(response, 'url', { value: url.href });
        resolve(response);
      });
    },
  );
  request.on('error', reject);
  request.end(init.body as string | Uint8Array | undefined);
  return promise;
}
