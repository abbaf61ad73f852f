// Mounts the server objects: `x:<Type>/get`, `/set` and `/query` of every declaration, with the permissions that
// the declaration stands for. What the methods do is the registry's.
import { type PermissionName, TokenCaller } from '../access/index.ts';
import {
  DECLARATIONS,
  type GetResult,
  type MethodContext,
  methodGet,
  methodQuery,
  methodSet,
  type Registry,
  type schema,
} from '../registry/index.ts';
import type { JsonObject } from '../formats/jmap/index.ts';
import { type Call, type JmapMethod, setPermissions } from './method.ts';
import type { MethodResult } from './result.ts';

type Declaration = schema.Declaration;

export function registryMethods(registry: Registry): JmapMethod[] {
  return Object.values<Declaration>(DECLARATIONS).flatMap((declaration) => methodsOf(registry, declaration));
}

function methodsOf(registry: Registry, declaration: Declaration): JmapMethod[] {
  const name = `x:${declaration.name}`;
  const guard = (verb: string) => `sys${declaration.name}${verb}` as PermissionName;
  const row = { capabilities: [], account: 'registry' } as const;
  const many = declaration.kind === 'object';
  const methods: JmapMethod[] = [
    { ...row, name: `${name}/get`, permission: guard('Get'), handle: run(registry, declaration, methodGet) },
    {
      ...row,
      name: `${name}/set`,
      ...(many
        ? setPermissions(guard('Create'), guard('Update'), guard('Destroy'))
        : setPermissions(guard('Update'), guard('Update'), guard('Update'))),
      handle: run(registry, declaration, methodSet),
    },
  ];
  if (many) {
    methods.push({
      ...row,
      name: `${name}/query`,
      permission: guard('Query'),
      handle: run(registry, declaration, methodQuery),
    });
  }
  return methods;
}

type RegistryMethod = (
  registry: Registry,
  declaration: Declaration,
  args: JsonObject,
  context: MethodContext,
) => Promise<GetResult | MethodResult>;

const run =
  (registry: Registry, declaration: Declaration, work: RegistryMethod) =>
  (call: Call, args: JsonObject): Promise<MethodResult> => {
    const { limits, created } = call.request;
    return work(registry, declaration, args, {
      caller: new TokenCaller(call.token, call.request.client.address),
      account: call.accountId,
      created,
      limits: {
        maxObjectsInGet: limits.maxObjectsInGet,
        maxObjectsInSet: limits.maxObjectsInSet,
        maxResults: limits.maxQueryResults,
      },
    });
  };
