// Runs the calls of a request in order (RFC 8620 §3.3 to §3.7): finds the method, resolves references and the
// account, checks the permission, and turns what a handler throws into its error response.
import { checkPermission, findPermission } from '../access/index.ts';
import { AccessDenied, decodeId, emit, encodeId } from '../base/index.ts';
import {
  isResultReference,
  type Json,
  type JsonObject,
  type JmapRequest,
  ReferenceBudget,
  RequestError,
  resolvePointer,
} from '../formats/jmap/index.ts';
import type { RequestContext } from './context.ts';
import { MethodError, methodErrorFor } from './errors.ts';
import type { Call, JmapMethod } from './method.ts';
import { type MethodResponse, resultValue } from './result.ts';
import { hasChanged } from './set.ts';

export type MethodTable = ReadonlyMap<string, JmapMethod>;

/** Values that the references of one request may copy. */
const REFERENCE_VALUES = 200_000;

export function methodTable(methods: readonly JmapMethod[]): MethodTable {
  const table = new Map<string, JmapMethod>();
  for (const method of methods) {
    if (table.has(method.name)) throw new Error(`two methods are named ${method.name}`);
    table.set(method.name, method);
  }
  return table;
}

/** Throws `unknownCapability` for a URN that this server does not advertise. */
export function checkCapabilities(using: readonly string[], known: ReadonlySet<string>): void {
  for (const urn of using) {
    if (!known.has(urn))
      throw new RequestError('unknownCapability', `The capability ${urn.slice(0, 200)} is not known.`);
  }
}

/** Runs all calls; never throws for what a call does. */
export async function runCalls(
  request: JmapRequest,
  shared: Omit<RequestContext, 'using'>,
  table: MethodTable,
): Promise<MethodResponse[]> {
  const responses: MethodResponse[] = [];
  const using = new Set(request.using);
  const context: RequestContext = { ...shared, using };
  const budget = new ReferenceBudget(REFERENCE_VALUES);
  for (const [name, args, callId] of request.methodCalls) {
    const started = performance.now();
    const implicit: MethodResponse[] = [];
    let failed: string | undefined;
    let call: Call | undefined;
    try {
      const method = table.get(name);
      if (!method || !enabled(method, using))
        throw new MethodError('unknownMethod', 'There is no such method.');
      const resolved = resolveArguments(args, responses, budget);
      call = await openCall(method, resolved, context, (response, result) =>
        implicit.push({ name: response, result, callId }),
      );
      authorize(method, resolved, call);
      responses.push({ name, result: await method.handle(call, resolved), callId });
    } catch (error) {
      const refusal = methodErrorFor(error);
      // RFC 8620 §3.6.2: any other error says that nothing has changed.
      if (call && hasChanged(call)) refusal['type'] = 'serverPartialFail';
      failed = refusal['type'] as string;
      responses.push({ name: 'error', result: refusal, callId });
    }
    responses.push(...implicit);
    const ms = performance.now() - started;
    emit('jmap.call', { method: name, account: context.token.account, ms, error: failed }, 'debug');
    if (context.slice.due()) await context.slice.pause();
  }
  return responses;
}

/** A method is there only for requests that name one of its capabilities (RFC 8620 §3.3). */
const enabled = (method: JmapMethod, using: ReadonlySet<string>): boolean =>
  method.capabilities.length === 0 || method.capabilities.some((urn) => using.has(urn));

/** Replaces `#name` arguments by what they refer to (RFC 8620 §3.7). */
export function resolveArguments(
  args: JsonObject,
  responses: readonly MethodResponse[],
  budget: ReferenceBudget,
): JsonObject {
  const names = Object.keys(args);
  if (!names.some((name) => name.startsWith('#'))) return args;
  const resolved = Object.create(null) as JsonObject;
  for (const name of names) {
    const value = args[name] as Json;
    if (!name.startsWith('#')) {
      resolved[name] = value;
      continue;
    }
    const plain = name.slice(1);
    if (Object.hasOwn(args, plain)) {
      throw new MethodError('invalidArguments', `"${plain}" and "${name}" are both given.`, {
        arguments: [plain],
      });
    }
    resolved[plain] = resolveReference(value, responses, budget, name);
  }
  return resolved;
}

function resolveReference(
  reference: Json,
  responses: readonly MethodResponse[],
  budget: ReferenceBudget,
  name: string,
): Json {
  const fail = (reason: string) => new MethodError('invalidResultReference', `"${name}" ${reason}`);
  if (!isResultReference(reference)) throw fail('is not a ResultReference.');
  // The first response of that call id, never one behind it: the name is only checked.
  const target = responses.find(({ callId }) => callId === reference.resultOf);
  if (!target) throw fail('refers to no earlier call.');
  if (target.name !== reference.name) throw fail('names another response than that call has.');
  const value = resolvePointer(resultValue(target.result), reference.path, budget);
  if (value === undefined) throw fail('has a path that does not resolve.');
  return value;
}

/** Finds the account that the call is about (RFC 8620 §3.6.2). */
async function openCall(
  method: JmapMethod,
  args: JsonObject,
  request: RequestContext,
  append: Call['append'],
): Promise<Call> {
  const base = { request, token: request.token, append };
  if (method.account === 'none') return { ...base, accountId: 0, accountText: '', member: true };
  const { accountId } = args;
  if (method.account === 'registry') return { ...base, ...(await registryAccount(accountId, request)) };
  if (typeof accountId !== 'string') {
    throw new MethodError('invalidArguments', 'accountId: must be a string', { arguments: ['accountId'] });
  }
  const id = decodeId(accountId);
  const account = id === undefined ? undefined : await request.directory.find(request.token, id);
  if (!account) throw new MethodError('accountNotFound', 'There is no such account.');
  if (!account.member && method.account === 'member') {
    // RFC 8620 §2: the account does not list the capability of such a method.
    throw new MethodError('accountNotSupportedByMethod', 'Only the owner and members may do this.');
  }
  return { ...base, accountId: account.id, accountText: accountId, member: account.member };
}

/** For server objects the own account is meant by default, and any other that the caller is no member of is refused. */
async function registryAccount(
  accountId: Json | undefined,
  request: RequestContext,
): Promise<Pick<Call, 'accountId' | 'accountText' | 'member'>> {
  const { token } = request;
  const own = encodeId(token.account);
  if (accountId === undefined || accountId === null || accountId === own) {
    return { accountId: token.account, accountText: own, member: true };
  }
  if (typeof accountId !== 'string') {
    throw new MethodError('invalidArguments', 'accountId: must be a string', { arguments: ['accountId'] });
  }
  const id = decodeId(accountId);
  const account = id === undefined ? undefined : await request.directory.find(token, id);
  if (!account?.member) throw new MethodError('forbidden', 'Only the owner and members may do this.');
  return { accountId: account.id, accountText: accountId, member: true };
}

/** Throws `forbidden` unless the caller holds what the method needs for these arguments. */
export function authorize(method: JmapMethod, args: JsonObject, { token }: Call): void {
  try {
    const { anyOf } = method;
    if (anyOf && !anyOf.some((name) => holds(token, name))) throw new AccessDenied(anyOf[0] as string);
    checkPermission(token, method, args);
  } catch (error) {
    if (!(error instanceof AccessDenied)) throw error;
    const { permission } = error;
    emit('security.unauthorized', { account: token.account, permission, operation: method.name }, 'warn');
    throw new MethodError('forbidden', 'You are not authorized to perform this action.', { permission });
  }
}

function holds(token: Call['token'], name: string): boolean {
  const permission = findPermission(name);
  return permission !== undefined && token.has(permission);
}
