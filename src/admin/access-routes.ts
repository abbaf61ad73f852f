// The operations about access as HTTP endpoints: arguments in the query, or in a JSON body for a change that is tried
// out.
import type { AccessToken } from '../access/index.ts';
import { Invalid } from '../base/index.ts';
import { type Exchange, HttpError, jsonReply, type Reply, type Route } from '../formats/http/index.ts';
import {
  ADMIN_OPERATIONS,
  type AdminOperation,
  type AdminServices,
  runAdminOperation,
} from './access-operations.ts';

/** Most bytes of a body of this interface. */
const MAX_BODY = 1024 * 1024;

/** Where each operation is found. */
const PLACES: Readonly<Record<string, readonly ['GET' | 'POST', string]>> = {
  'x:Access/explain': ['GET', '/api/access/explain'],
  'x:Access/diff': ['POST', '/api/access/diff'],
  'x:Access/compare': ['GET', '/api/access/compare'],
  'x:Access/holders': ['GET', '/api/access/holders'],
  'x:Access/audit': ['GET', '/api/access/audit'],
  'x:AuditTrail/query': ['GET', '/api/audit'],
};

export const accessRoutes = (services: AdminServices): Route<AccessToken>[] =>
  ADMIN_OPERATIONS.map((operation) => {
    const place = PLACES[operation.name];
    if (!place) throw new Error(`there is no place for ${operation.name}`);
    const [method, path] = place;
    return {
      method,
      path,
      signIn: 'required',
      handle: (exchange) => answer(operation, services, exchange),
    };
  });

async function answer(
  operation: AdminOperation,
  services: AdminServices,
  exchange: Exchange<AccessToken>,
): Promise<Reply> {
  const token = exchange.caller as AccessToken;
  const args = exchange.method === 'POST' ? await jsonBody(exchange) : Object.fromEntries(exchange.query);
  try {
    const request = { services, token, client: exchange.client.address };
    return jsonReply(200, await runAdminOperation(operation, request, args), { 'Cache-Control': 'no-store' });
  } catch (error) {
    if (error instanceof Invalid) throw new HttpError({ status: 400, detail: error.message });
    throw error;
  }
}

async function jsonBody(exchange: Exchange<AccessToken>): Promise<Readonly<Record<string, unknown>>> {
  const type = (exchange.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new HttpError({ status: 415, detail: 'The body has to be JSON.' });
  const bytes = await exchange.body(MAX_BODY);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new HttpError({ status: 400, detail: 'The body is not JSON.' });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new HttpError({ status: 400, detail: 'The body has to be a JSON object.' });
  }
  return json as Readonly<Record<string, unknown>>;
}
