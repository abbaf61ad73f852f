// A typed JMAP client over fetch (RFC 8620). It knows the same declarations as the server, and nothing else of
// it: the command line and the tests use it against any server.
import type {
  JmapResponse,
  JsonObject,
  MethodTypes,
  ResultReference,
  Session,
  UploadResult,
} from '../formats/jmap/index.ts';
import { CallFailed, RequestFailed } from './errors.ts';
import { JmapSocket } from './socket.ts';
import { parseEventStream, type StreamEvent } from './event-stream.ts';

export interface ClientOptions {
  /** Any address of the server: the session is found below it. */
  readonly origin: string;
  /** Value of the Authorization header; see `basic` and `bearer`. */
  readonly authorization?: string;
  readonly fetch?: typeof fetch;
}

export const basic = (name: string, secret: string): string =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
export const bearer = (token: string): string => `Bearer ${token}`;

/** Stands in for an argument: the value comes from an earlier call of the same request (RFC 8620 §3.7). */
export class Reference {
  readonly reference: ResultReference;
  constructor(reference: ResultReference) {
    this.reference = reference;
  }
}

/** `ref('q', 'Email/query', '/ids')` */
export const ref = (resultOf: string, name: string, path: string): Reference =>
  new Reference({ resultOf, name, path });

type Body = NonNullable<RequestInit['body']>;
type MethodName = keyof MethodTypes;
/** `accountId` may be left out: then it is the caller's own account. */
export type Args<M extends MethodName> = OptionalAccount<WithReferences<MethodTypes[M]['args']>>;
export type Result<M extends MethodName> = MethodTypes[M]['result'];
type WithReferences<T> = { readonly [K in keyof T]: T[K] | (K extends 'accountId' ? never : Reference) };
type OptionalAccount<T> = T extends { readonly accountId: string }
  ? Omit<T, 'accountId'> & { readonly accountId?: string }
  : T;

/** One call of a batch. */
export type BatchCall = { [M in MethodName]: readonly [name: M, args: Args<M>, callId?: string] }[MethodName];

type BatchResults<T extends readonly BatchCall[]> = {
  -readonly [I in keyof T]: T[I] extends readonly [infer M extends MethodName, ...unknown[]]
    ? Result<M>
    : never;
};

const USING = [
  'urn:ietf:params:jmap:core',
  'urn:ietf:params:jmap:mail',
  'urn:ietf:params:jmap:submission',
  'urn:ietf:params:jmap:vacationresponse',
  'urn:ietf:params:jmap:mdn',
  'urn:ietf:params:jmap:principals',
  'urn:ietf:params:jmap:blob',
  'urn:ietf:params:jmap:quota',
  'urn:ietf:params:jmap:emailpush',
];

export class JmapClient {
  readonly #options: ClientOptions;
  #session: Promise<Session> | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** The session; read once. Throws `RequestFailed`. */
  session(): Promise<Session> {
    this.#session ??= this.#readSession();
    return this.#session;
  }

  /** The caller's own account id. */
  async account(): Promise<string> {
    const { primaryAccounts, accounts } = await this.session();
    const id = primaryAccounts['urn:ietf:params:jmap:mail'] ?? Object.keys(accounts)[0];
    if (id === undefined) throw new Error('the session names no account');
    return id;
  }

  /** One call, typed. Throws `CallFailed` or `RequestFailed`. */
  async call<M extends MethodName>(name: M, args: Args<M>): Promise<Result<M>> {
    const response = await this.request([[name, await this.#prepare(name, args as JsonObject), 'c']]);
    const first = response.methodResponses[0];
    if (!first || first[0] === 'error') throw new CallFailed(name, first?.[1] ?? { type: 'noResponse' });
    return first[1] as unknown as Result<M>;
  }

  /**
   * Several calls in one request. Throws `CallFailed` for the first that failed. Each call needs a call id only
   * when another refers to it.
   */
  async batch<const T extends readonly BatchCall[]>(...calls: T): Promise<BatchResults<T>> {
    const prepared: [string, JsonObject, string][] = [];
    for (const [i, [name, args, callId]] of calls.entries()) {
      prepared.push([name, await this.#prepare(name, args as JsonObject), callId ?? `c${i}`]);
    }
    const { methodResponses } = await this.request(prepared);
    return calls.map(([name], i) => {
      const callId = prepared[i]?.[2];
      const answer = methodResponses.find((response) => response[2] === callId && response[0] === name);
      if (answer) return answer[1];
      const failed = methodResponses.find((response) => response[2] === callId && response[0] === 'error');
      throw new CallFailed(name, failed?.[1] ?? { type: 'noResponse' });
    }) as BatchResults<T>;
  }

  /** A request as it is, for methods without types (`x:`) and for tests. Throws `RequestFailed`. */
  async request(
    methodCalls: readonly (readonly [string, JsonObject, string])[],
    using?: readonly string[],
  ): Promise<JmapResponse> {
    const session = await this.session();
    const names = using ?? USING.filter((urn) => urn in session.capabilities);
    const answer = await this.post(JSON.stringify({ using: names, methodCalls }));
    return (await answer.json()) as JmapResponse;
  }

  /** Posts a body to the API endpoint. Throws `RequestFailed`. */
  async post(body: string | Uint8Array, contentType = 'application/json'): Promise<Response> {
    const { apiUrl } = await this.session();
    return this.#fetch(apiUrl, {
      method: 'POST',
      body: body as Body,
      headers: { 'Content-Type': contentType },
    });
  }

  async upload(
    body: Uint8Array | string,
    type = 'application/octet-stream',
    accountId?: string,
  ): Promise<UploadResult> {
    const { uploadUrl } = await this.session();
    const url = fill(uploadUrl, { accountId: accountId ?? (await this.account()) });
    const answer = await this.#fetch(url, {
      method: 'POST',
      body: body as Body,
      headers: { 'Content-Type': type },
    });
    return (await answer.json()) as UploadResult;
  }

  /** The response of a download; `headers` may ask for a range. Throws `RequestFailed`. */
  async download(
    blobId: string,
    options: { name?: string; type?: string; accountId?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const { downloadUrl } = await this.session();
    const { name = 'download', type = 'application/octet-stream', headers = {} } = options;
    const accountId = options.accountId ?? (await this.account());
    return this.#fetch(fill(downloadUrl, { accountId, blobId, name, type }), { headers });
  }

  /** Events of the account until the signal aborts or the server ends the stream (RFC 8620 §7.3). */
  async *events(
    options: { types?: string; closeafter?: 'state' | 'no'; ping?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<StreamEvent> {
    const { eventSourceUrl } = await this.session();
    const { types = '*', closeafter = 'no', ping = 0, signal } = options;
    const url = fill(eventSourceUrl, { types, closeafter, ping: String(ping) });
    const answer = await this.#fetch(url, {
      headers: { Accept: 'text/event-stream' },
      ...(signal && { signal }),
    });
    if (answer.body) yield* parseEventStream(answer.body);
  }

  /** A WebSocket (RFC 8887). Throws when the server offers none, or `RequestFailed`. */
  async socket(): Promise<JmapSocket> {
    const { capabilities } = await this.session();
    const url = capabilities['urn:ietf:params:jmap:websocket']?.['url'];
    if (typeof url !== 'string') throw new Error('the server offers no WebSocket');
    return JmapSocket.open(url, this.#options.authorization);
  }

  async #readSession(): Promise<Session> {
    const answer = await this.#fetch(new URL('/.well-known/jmap', this.#options.origin).href, {});
    const session = (await answer.json()) as Session;
    // RFC 8620 §2 demands absolute URLs; servers are met that send relative ones.
    const absolute = (url: string) =>
      new URL(url, answer.url).href.replaceAll('%7B', '{').replaceAll('%7D', '}');
    return {
      ...session,
      apiUrl: absolute(session.apiUrl),
      downloadUrl: absolute(session.downloadUrl),
      uploadUrl: absolute(session.uploadUrl),
      eventSourceUrl: absolute(session.eventSourceUrl),
    };
  }

  /** Adds the account and writes references as `#name`. */
  async #prepare(name: string, args: JsonObject): Promise<JsonObject> {
    const out: Record<string, unknown> = {};
    const aboutAccount = name !== 'Core/echo' && !name.startsWith('PushSubscription/');
    if (aboutAccount && !('accountId' in args)) out['accountId'] = await this.account();
    for (const [key, value] of Object.entries(args as Record<string, unknown>)) {
      if (value instanceof Reference) out[`#${key}`] = value.reference;
      else if (value !== undefined) out[key] = value;
    }
    return out as JsonObject;
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const { authorization, fetch: call = fetch } = this.#options;
    const headers = new Headers(init.headers);
    if (authorization !== undefined) headers.set('Authorization', authorization);
    const answer = await call(url, { ...init, headers });
    if (answer.ok) return answer;
    throw new RequestFailed(answer.status, await problemOf(answer));
  }
}

async function problemOf(answer: Response): Promise<Readonly<Record<string, unknown>>> {
  const text = await answer.text();
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return { title: answer.statusText, detail: text.slice(0, 200) };
  }
}

/** Level 1 URI templates (RFC 6570 §3.2.2). */
const fill = (template: string, values: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : encodeURIComponent(value);
  });
