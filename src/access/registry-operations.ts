// The methods of every server object as operations with permissions: `x:Domain/get`, `x:Domain/set`,
// `x:Domain/query`. Generated from the declarations; a face mounts them as they are.
import { AccessDenied, decodeId } from '../base/index.ts';
import {
  DECLARATIONS,
  isSingletonType,
  type MethodContext,
  type MethodLimits,
  MethodRefusal,
  methodGet,
  methodQuery,
  methodSet,
  type PermissionName,
  type Registry,
  type schema,
} from '../registry/index.ts';
import { TokenCaller } from './caller.ts';
import { checkPermission, type Operation } from './operation.ts';
import { permission } from './permissions.ts';
import type { AccessToken } from './token.ts';

/** What a method call knows beside its arguments. */
export interface RegistryCall {
  readonly token: AccessToken;
  /** Ids of what the request created, by the client's names; `/set` adds to it. */
  readonly created: Map<string, string>;
}

export type MethodArguments = Readonly<Record<string, unknown>>;
export type RegistryOperation = Operation<RegistryCall, MethodArguments, MethodArguments>;

/**
 * The operations of all declared types. They throw `AccessDenied`, and `MethodRefusal` with the method-level
 * error of RFC 8620 §3.6.2. `accountId` may be left out; it is the caller's own account then.
 */
export function registryOperations(registry: Registry): readonly RegistryOperation[] {
  return Object.values<schema.Declaration>(DECLARATIONS).flatMap((declaration) => [
    getOperation(registry, declaration),
    setOperation(registry, declaration),
    ...(declaration.kind === 'object' ? [queryOperation(registry, declaration)] : []),
  ]);
}

function getOperation(registry: Registry, declaration: schema.Declaration): RegistryOperation {
  return {
    name: `x:${declaration.name}/get`,
    permission: operationPermission(declaration, 'Get'),
    handle: async (call, args) => ({
      ...(await methodGet(registry, declaration, args, context(registry, call, args))),
    }),
  };
}

function queryOperation(registry: Registry, declaration: schema.Declaration): RegistryOperation {
  return {
    name: `x:${declaration.name}/query`,
    permission: operationPermission(declaration, 'Query'),
    handle: (call, args) => methodQuery(registry, declaration, args, context(registry, call, args)),
  };
}

function setOperation(registry: Registry, declaration: schema.Declaration): RegistryOperation {
  const parts = SET_PARTS.map(
    ([argument, operation]) => [argument, operationPermission(declaration, operation)] as const,
  );
  return {
    name: `x:${declaration.name}/set`,
    // which of the three are needed depends on the arguments; a caller with none of them is told so
    permission: (args) => {
      const needed = parts.filter(([argument]) => isGiven(args, argument)).map(([, name]) => name);
      return needed.length > 0 ? needed : 'none';
    },
    permissions: [...new Set(parts.map(([, name]) => name))],
    async handle(call, args) {
      if (!parts.some(([, name]) => call.token.has(permission(name)))) {
        throw new AccessDenied(parts[0]?.[1] ?? '');
      }
      checkPermission(call.token, this, args);
      return methodSet(registry, declaration, args, context(registry, call, args));
    },
  };
}

const SET_PARTS = [
  ['create', 'Create'],
  ['update', 'Update'],
  ['destroy', 'Destroy'],
] as const;

/** A back-reference counts as given: what it will hold is not known yet. */
function isGiven(args: MethodArguments, name: string): boolean {
  if (args[`#${name}`] !== undefined) return true;
  const value = args[name];
  if (typeof value !== 'object' || value === null) return value !== null && value !== undefined;
  return Object.keys(value).length > 0;
}

/** For a singleton every change is an update. */
function operationPermission(
  { name }: schema.Declaration,
  operation: 'Get' | 'Create' | 'Update' | 'Destroy' | 'Query',
): PermissionName {
  if (isSingletonType(name)) return `sys${name}${operation === 'Get' ? 'Get' : 'Update'}`;
  return `sys${name}${operation}`;
}

function context(registry: Registry, { token, created }: RegistryCall, args: MethodArguments): MethodContext {
  return {
    caller: new TokenCaller(token),
    account: accountOf(token, args),
    created,
    limits: limits(registry),
  };
}

function accountOf(token: AccessToken, args: MethodArguments): number {
  const given = args['accountId'];
  if (given === undefined || given === null) return token.account;
  if (typeof given !== 'string') throw new MethodRefusal('invalidArguments', 'accountId is an id');
  const account = decodeId(given);
  if (account === undefined || !token.isMemberOf(account)) {
    throw new MethodRefusal('forbidden', 'You are not authorized to perform this action');
  }
  return account;
}

function limits(registry: Registry): MethodLimits {
  const { getMaxResults, setMaxObjects, queryMaxResults } = registry.singleton('Jmap');
  return { maxObjectsInGet: getMaxResults, maxObjectsInSet: setMaxObjects, maxResults: queryMaxResults };
}
