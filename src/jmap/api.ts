// The API endpoint and the session over HTTP (RFC 8620 §2, §3.1), and the refusals of whole requests (§3.6.1).
import type { AccessToken } from '../access/index.ts';
import {
  type Exchange,
  HttpError,
  jsonReply,
  redirectReply,
  type Reply,
  type Route,
} from '../formats/http/index.ts';
import { parseIJson, RequestError } from '../formats/jmap/index.ts';
import { Processor, type ProcessorOptions } from './processor.ts';
import { refuse } from './refuse.ts';

const NO_STORE = { 'Cache-Control': 'no-cache, no-store' };
/** RFC 8620 §2 */
const SESSION_HEADERS = { 'Cache-Control': 'no-cache, no-store, must-revalidate' };
const JSON_HEADERS = { 'Content-Type': 'application/json', ...NO_STORE };

/** With a WebSocket beside it, both need the same processor. */
export function apiRoutes(from: Processor | ProcessorOptions): Route<AccessToken>[] {
  const processor = from instanceof Processor ? from : new Processor(from);
  const post = (path: string): Route<AccessToken> => ({
    method: 'POST',
    path,
    signIn: 'required',
    handle: (exchange) => api(exchange, processor),
  });
  return [
    {
      method: 'GET',
      path: '/.well-known/jmap',
      signIn: 'none',
      clear: true,
      handle: () =>
        redirectReply(307, '/jmap/session', {
          'Cache-Control': 'no-cache',
          // Discovery is open to every page.
          'Access-Control-Allow-Origin': '*',
        }),
    },
    {
      method: 'GET',
      path: '/jmap/session',
      // RFC 8620 §1.7: every request is authenticated; the 401 tells a client how.
      signIn: 'required',
      handle: async ({ caller, origin }) =>
        jsonReply(200, await processor.session(caller as AccessToken, origin), SESSION_HEADERS),
    },
    post('/jmap/'),
    post('/jmap'),
    post('/api'),
    post('/api/'),
  ];
}

async function api(exchange: Exchange<AccessToken>, processor: Processor): Promise<Reply> {
  const { client, origin } = exchange;
  const requester = { token: exchange.caller as AccessToken, client, origin };
  let leave: (() => void) | undefined;
  try {
    leave = processor.enter(requester);
    const value = parseIJson(await readBody(exchange, processor.maxRequestSize(requester.token)));
    return { status: 200, headers: JSON_HEADERS, body: await processor.answer(requester, value) };
  } catch (error) {
    if (error instanceof RequestError) return refuse(error);
    throw error;
  } finally {
    leave?.();
  }
}

async function readBody(exchange: Exchange<AccessToken>, limit: number): Promise<Uint8Array> {
  const type = (exchange.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json')
    throw new RequestError('notJSON', 'The content type must be application/json.');
  try {
    return await exchange.body(limit);
  } catch (error) {
    if (!(error instanceof HttpError) || error.problem.status !== 413) throw error;
    throw new RequestError('limit', `The request is larger than ${limit} bytes.`, 'maxSizeRequest');
  }
}
