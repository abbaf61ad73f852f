// The API endpoint and the session over HTTP (RFC 8620 §2, §3.1), and the refusals of whole requests (§3.6.1).
import { type AccessToken, permission } from '../access/index.ts';
import {
  type Exchange,
  HttpError,
  jsonReply,
  redirectReply,
  type Reply,
  type Route,
} from '../formats/http/index.ts';
import { parseIJson, readRequest, RequestError, type Session } from '../formats/jmap/index.ts';
import type { AccountDirectory, RequestContext } from './context.ts';
import { checkCapabilities, type MethodTable, runCalls } from './engine.ts';
import { Gate } from './gate.ts';
import { refuse } from './refuse.ts';
import { writeResponse } from './result.ts';
import { anonymousSession, knownCapabilities, sessionFor } from './session.ts';
import type { JmapSettings } from './settings.ts';
import { Slice } from './slice.ts';

export interface ApiOptions {
  readonly table: MethodTable;
  readonly directory: AccountDirectory;
  readonly settings: () => JmapSettings;
}

const NO_STORE = { 'Cache-Control': 'no-cache, no-store' };
const JSON_HEADERS = { 'Content-Type': 'application/json', ...NO_STORE };

export function apiRoutes(options: ApiOptions): Route<AccessToken>[] {
  const sessions = new Sessions(options);
  const known = knownCapabilities(options.table);
  const gate = new Gate();
  const post = (path: string): Route<AccessToken> => ({
    method: 'POST',
    path,
    signIn: 'required',
    handle: (exchange) => api(exchange, options, sessions, known, gate),
  });
  return [
    {
      method: 'GET',
      path: '/.well-known/jmap',
      signIn: 'none',
      clear: true,
      handle: () => redirectReply(307, '/jmap/session', { 'Cache-Control': 'no-cache' }),
    },
    {
      method: 'GET',
      path: '/jmap/session',
      signIn: 'optional',
      handle: async ({ caller, origin }) => jsonReply(200, await sessions.of(caller, origin), NO_STORE),
    },
    post('/jmap/'),
    post('/jmap'),
    post('/api'),
    post('/api/'),
  ];
}

async function api(
  exchange: Exchange<AccessToken>,
  options: ApiOptions,
  sessions: Sessions,
  known: ReadonlySet<string>,
  gate: Gate,
): Promise<Reply> {
  const token = exchange.caller as AccessToken;
  const settings = options.settings();
  const unlimited = exchange.client.exempt || token.has(permission('unlimitedRequests'));
  const leave = gate.enter(token.account, unlimited ? Infinity : settings.maxConcurrentRequests);
  if (!leave) {
    return refuse(new RequestError('limit', 'Too many requests at once.', 'maxConcurrentRequests'));
  }
  try {
    const request = readRequest(
      parseIJson(await readBody(exchange, token, settings)),
      settings.maxMethodCalls,
    );
    checkCapabilities(request.using, known);
    const context: RequestContext = {
      token,
      client: exchange.client,
      directory: options.directory,
      created: new Map(Object.entries(request.createdIds ?? {})),
      slice: new Slice(),
      limits: {
        maxObjectsInGet: settings.getMaxResults,
        maxObjectsInSet: settings.setMaxObjects,
        maxQueryResults: settings.queryMaxResults,
        maxChanges: settings.changesMaxResults,
      },
    };
    const responses = await runCalls(request, context, options.table);
    const { state } = await sessions.of(token, exchange.origin);
    const createdIds = request.createdIds && { createdIds: Object.fromEntries(context.created) };
    const body = await writeResponse(responses, { ...createdIds, sessionState: state }, context.slice);
    return { status: 200, headers: JSON_HEADERS, body };
  } catch (error) {
    if (error instanceof RequestError) return refuse(error);
    throw error;
  } finally {
    leave();
  }
}

async function readBody(
  exchange: Exchange<AccessToken>,
  token: AccessToken,
  settings: JmapSettings,
): Promise<Uint8Array> {
  const type = (exchange.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new RequestError('notJSON', 'The content type must be application/json.');
  const limit = token.has(permission('unlimitedUploads')) ? UNLIMITED_BODY : settings.maxRequestSize;
  try {
    return await exchange.body(limit);
  } catch (error) {
    if (!(error instanceof HttpError) || error.problem.status !== 413) throw error;
    throw new RequestError('limit', `The request is larger than ${limit} bytes.`, 'maxSizeRequest');
  }
}

/** A request body has to fit in memory, whoever sends it. */
const UNLIMITED_BODY = 256 * 1024 * 1024;

/** Sessions of the tokens in use: made again when the token, the settings or the origin is another. */
class Sessions {
  readonly #options: ApiOptions;
  readonly #kept = new WeakMap<AccessToken, { settings: JmapSettings; origin: string; session: Session }>();

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  async of(token: AccessToken | undefined, origin: string): Promise<Session> {
    const { table, directory } = this.#options;
    const settings = this.#options.settings();
    if (!token) return anonymousSession({ table, settings, origin });
    const kept = this.#kept.get(token);
    if (kept && token.current && kept.settings === settings && kept.origin === origin) return kept.session;
    const session = sessionFor(token, await directory.visible(token), { table, settings, origin });
    this.#kept.set(token, { settings, origin, session });
    return session;
  }
}
