// Answers about access over the wire: why, what a change would do, who may do what, and who changed what. One table;
// JMAP methods (`x:Access/explain`...) and HTTP endpoints are both made of it.
import {
  type Access,
  type AccessToken,
  administrators,
  auditAccess,
  checkPermission,
  compareAccess,
  explainAccess,
  findPermission,
  GRANTING_TYPES,
  holdersOf,
  type Operation,
  type PermissionName,
  type PlannedChange,
  simulateAccess,
  TokenCaller,
} from '../access/index.ts';
import { AccessDenied, decodeId, emit, encodeId, Invalid, NotFound } from '../base/index.ts';
import { DECLARATIONS, Refusal, type Registry, schema, type TrailQuery } from '../registry/index.ts';

export interface AdminServices {
  readonly registry: Registry;
  readonly access: Access;
}

/** One request: who asks, from where, and of what. */
export interface AdminRequest {
  readonly services: AdminServices;
  readonly token: AccessToken;
  /** Address of the client. */
  readonly client?: string;
}

type Args = Readonly<Record<string, unknown>>;
export type AdminOperation = Operation<AdminRequest, Args, object>;

const LOOK = ['sysAccountGet', 'sysRoleGet'] as const satisfies readonly PermissionName[];
const LOOK_AT_ALL = [...LOOK, 'sysAccountQuery'] as const satisfies readonly PermissionName[];

/** Entries of one answer. */
const MAX_ITEMS = 1000;
const MAX_CHANGES = 500;

/** By name. One's own explanation needs no permission; without `account` it is the caller's own. */
export const ADMIN_OPERATIONS: readonly AdminOperation[] = [
  {
    name: 'x:Access/explain',
    permission: (args) => (args['account'] === undefined ? 'none' : LOOK),
    permissions: LOOK,
    handle: explain,
  },
  {
    name: 'x:Access/diff',
    permission: (args) => (args['account'] === undefined ? LOOK_AT_ALL : LOOK),
    permissions: LOOK_AT_ALL,
    handle: diff,
  },
  { name: 'x:Access/compare', permission: LOOK, handle: compare },
  { name: 'x:Access/holders', permission: LOOK_AT_ALL, handle: holders },
  { name: 'x:Access/audit', permission: LOOK_AT_ALL, handle: audit },
  { name: 'x:AuditTrail/query', permission: 'sysLogQuery', handle: trail },
];

/**
 * Runs an operation after checking what it needs.
 * @throws AccessDenied, NotFound, Invalid, Refusal
 */
export async function runAdminOperation(
  operation: AdminOperation,
  request: AdminRequest,
  given: Args,
): Promise<object> {
  const { token } = request;
  const args = await withoutOwn(request, present(given));
  try {
    checkPermission(token, operation, args);
  } catch (error) {
    if (error instanceof AccessDenied) {
      const { permission } = error;
      emit(
        'security.unauthorized',
        { account: token.account, permission, operation: operation.name },
        'warn',
      );
    }
    throw error;
  }
  try {
    return await operation.handle(request, args);
  } catch (error) {
    // What a planned change cannot be is a fault of the arguments.
    if (error instanceof Refusal) throw new Invalid(error.message);
    throw error;
  }
}

/** Null and empty stand for what was not given. */
const present = (args: Args): Args =>
  Object.fromEntries(
    Object.entries(args).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  );

/** Who names the own account means the own account. */
async function withoutOwn({ token, services }: AdminRequest, args: Args): Promise<Args> {
  const { account, ...others } = args;
  if (typeof account !== 'string') return args;
  const own =
    account === encodeId(token.account) ||
    (account.includes('@') && (await services.access.directory.findAccount(account)) === token.account);
  return own ? others : args;
}

async function explain(request: AdminRequest, args: Args): Promise<object> {
  const { services, token } = request;
  const name = permissionArgument(args);
  const credential = textArgument(args, 'credential');
  if (args['account'] === undefined && credential === undefined) {
    return { account: encodeId(token.account), address: token.address, ...token.explain(idOf(name)) };
  }
  const id = args['account'] === undefined ? token.account : await accountArgument(request, args, 'account');
  const explanation = await explainAccess(services.registry, id, name, credential);
  if (!explanation) throw new NotFound('credential', credential ?? '');
  return { account: encodeId(id), address: await addressOf(services, id), ...explanation };
}

async function diff(request: AdminRequest, args: Args): Promise<object> {
  const { services, token, client } = request;
  const only = args['account'] === undefined ? undefined : await accountArgument(request, args, 'account');
  const changes = changesArgument(args['changes']);
  const context = { caller: new TokenCaller(token, client), account: token.account, created: new Map() };
  const effects = await collect(simulateAccess(services.registry, changes, context, only));
  return { effects: effects.items, complete: effects.complete };
}

async function compare(request: AdminRequest, args: Args): Promise<object> {
  const [first, second] = [
    await accountArgument(request, args, 'first'),
    await accountArgument(request, args, 'second'),
  ];
  const compared = await compareAccess(request.services.registry, first, second);
  if (!compared) throw new NotFound('account', encodeId(first));
  const brief = ({ id, address }: typeof compared.first) => ({ id, address });
  return { ...compared, first: brief(compared.first), second: brief(compared.second) };
}

async function holders({ services, token }: AdminRequest, args: Args): Promise<object> {
  const permission = permissionArgument(args);
  const found: object[] = [];
  let complete = true;
  pages: for await (const page of holdersOf(services.registry, permission)) {
    for (const { account, ...holder } of page) {
      if (!(await isInTenant(services, token, account))) continue;
      if (found.length === MAX_ITEMS) {
        complete = false;
        break pages;
      }
      found.push(holder);
    }
  }
  return { permission, holders: found, complete };
}

async function audit({ services, token }: AdminRequest): Promise<object> {
  const listed = await collect(administrators(services.registry, token.tenant));
  // A tenant's administrator reviews its tenant; findings speak of all.
  const findings =
    token.tenant === undefined
      ? await collect(auditAccess(services.registry))
      : { items: [], complete: true };
  return {
    administrators: listed.items,
    findings: findings.items,
    complete: listed.complete && findings.complete,
  };
}

/** The trail tells of all tenants, so none of them reads it. */
async function trail({ services, token }: AdminRequest, args: Args): Promise<object> {
  if (token.tenant !== undefined) throw new AccessDenied('sysLogQuery');
  const type = typeArgument(args);
  const id = textArgument(args, 'id');
  const by = textArgument(args, 'by');
  const before = numberArgument(args, 'before');
  const limit = numberArgument(args, 'limit') ?? 100;
  const query: TrailQuery = {
    limit: Math.min(Math.max(limit, 1), MAX_ITEMS),
    ...(before !== undefined && { before }),
    ...(type !== undefined && { type }),
    ...(id !== undefined && { id }),
    ...(by !== undefined && { by: await whoMade(services, by) }),
  };
  const page = await services.registry.trail(query);
  const names = new Map<string, string>();
  for (const { by: who, actor } of page.entries) {
    for (const one of [who, actor]) {
      if (one === undefined || names.has(one)) continue;
      names.set(one, (await addressOf(services, decodeId(one) ?? 0)) ?? one);
    }
  }
  const entries = page.entries.map((entry) => ({
    ...entry,
    time: new Date(entry.time).toISOString(),
    byName: entry.client === 'operator' ? 'operator' : names.get(entry.by),
    ...(entry.actor !== undefined && { actorName: names.get(entry.actor) }),
  }));
  return { entries, ...(page.next !== undefined && { next: page.next }) };
}

/** A type by any spelling: `x:OAuthClient`, `oauth-client`. */
function typeArgument(args: Args): string | undefined {
  const text = textArgument(args, 'type');
  if (text === undefined) return undefined;
  const plain = (name: string) => name.replace(/^x:/, '').replaceAll('-', '').toLowerCase();
  const type = Object.keys(DECLARATIONS).find((name) => plain(name) === plain(text));
  if (type === undefined) throw invalid('type', `there is no object "${text}"`);
  return type;
}

async function whoMade({ access }: AdminServices, by: string): Promise<string> {
  if (!by.includes('@')) return by;
  const id = await access.directory.findAccount(by);
  if (id === undefined) throw new NotFound('account', by);
  return encodeId(id);
}

async function collect<T>(from: AsyncIterable<T>): Promise<{ items: T[]; complete: boolean }> {
  const items: T[] = [];
  for await (const one of from) {
    if (items.length === MAX_ITEMS) return { items, complete: false };
    items.push(one);
  }
  return { items, complete: true };
}

const idOf = (name: PermissionName) => findPermission(name) as NonNullable<ReturnType<typeof findPermission>>;

function permissionArgument(args: Args): PermissionName {
  const name = textArgument(args, 'permission');
  if (name === undefined) throw invalid('permission', 'the name of a permission is expected');
  if (findPermission(name) === undefined) throw invalid('permission', `there is no permission "${name}"`);
  return name as PermissionName;
}

/** An account by its id or address, as far as the caller may know of it. */
async function accountArgument(request: AdminRequest, args: Args, name: string): Promise<number> {
  const { services, token } = request;
  const text = textArgument(args, name);
  if (text === undefined) throw invalid(name, 'the id or address of an account is expected');
  const id = text.includes('@') ? await services.access.directory.findAccount(text) : decodeId(text);
  if (id === undefined || !(await isInTenant(services, token, id))) throw new NotFound('account', text);
  return id;
}

/** True for an account that exists for the caller: those of a tenant know of no other. */
async function isInTenant({ registry }: AdminServices, token: AccessToken, id: number): Promise<boolean> {
  const account = await registry.object('Account', id);
  return account !== undefined && (token.tenant === undefined || account.memberTenantId === token.tenant);
}

async function addressOf({ registry }: AdminServices, id: number): Promise<string | undefined> {
  const account = id === 0 ? undefined : await registry.object('Account', id);
  const domain = account && (await registry.object('Domain', account.domainId));
  return account && `${account.name}@${domain?.name ?? ''}`;
}

function textArgument(args: Args, name: string): string | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > 512) throw invalid(name, 'a text is expected');
  return value;
}

/** Also as text: that is what a query string holds. */
function numberArgument(args: Args, name: string): number | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) {
    throw invalid(name, 'a whole number is expected');
  }
  return number;
}

/** Lines of a plan, or one of them, as far as they are about access; the others change no permission. */
function changesArgument(json: unknown): PlannedChange[] {
  const lines = Array.isArray(json) ? json : [json];
  if (lines.length > MAX_CHANGES) throw invalid('changes', `at most ${MAX_CHANGES} changes at one time`);
  return lines.flatMap((line: unknown, i) => plannedChanges(line, `changes/${i}`));
}

function plannedChanges(line: unknown, at: string): PlannedChange[] {
  if (!schema.isObject(line)) throw invalid(at, 'a change is an object with @type, object and value');
  const { '@type': op, object, id, value } = line;
  if (typeof object !== 'string') throw invalid(`${at}/object`, 'the name of an object is expected');
  const wanted = object.replace(/^x:/, '').split('/')[0]?.toLowerCase();
  const type = GRANTING_TYPES.find((one) => one.toLowerCase() === wanted);
  switch (op) {
    case 'create':
      if (!schema.isObject(value)) throw invalid(`${at}/value`, 'an object of records is expected');
      return type === undefined
        ? []
        : Object.entries(value).map(([key, one]) => ({ op: 'create', type, key, value: one }));
    case 'update': {
      const target = id ?? (type === 'Authentication' ? 'singleton' : undefined);
      if (typeof target !== 'string') throw invalid(`${at}/id`, 'the id of a record is expected');
      return type === undefined ? [] : [{ op: 'update', type, id: target, value }];
    }
    case 'destroy': {
      if (typeof id !== 'string') throw invalid(`${at}/id`, 'the id of a record is expected');
      return type === undefined ? [] : [{ op: 'destroy', type, id }];
    }
    default:
      throw invalid(`${at}/@type`, 'a change is create, update or destroy');
  }
}

const invalid = (property: string, reason: string): Invalid => new Invalid([{ property, reason }]);
