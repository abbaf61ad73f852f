// A registry with access control over stores in memory, spoken to as a JMAP client does: `call` runs one method
// through the engine of the face, with its permission checks.
import { Access, type AccessToken } from '../../src/access/index.ts';
import { decodeId, encodeId } from '../../src/base/index.ts';
import type { JsonObject } from '../../src/formats/jmap/index.ts';
import { runCalls } from '../../src/jmap/engine.ts';
import { methodTable, registryMethods } from '../../src/jmap/index.ts';
import { resultValue } from '../../src/jmap/result.ts';
import { testContext } from '../../src/jmap/testing.ts';
import { Registry } from '../../src/registry/index.ts';
import { openMemory, type Stores } from '../../src/store/index.ts';
import { Tasks } from '../../src/tasks/index.ts';

export type Json = Record<string, unknown>;

/** Password of the administrator and of whoever is created without another one. */
export const PASSWORD = 'correct-horse-battery-9';

export interface RegistryWorld {
  readonly stores: Stores;
  readonly registry: Registry;
  readonly access: Access;
  /** Token of `admin@example.org`. */
  readonly admin: AccessToken;
  /** Id texts of the first domain and of the four roles. */
  readonly domain: string;
  readonly roles: {
    readonly user: string;
    readonly group: string;
    readonly tenant: string;
    readonly system: string;
  };
  /** Runs one method; throws with the method-level error. */
  call(token: AccessToken, name: string, args: Json, created?: Map<string, string>): Promise<Json>;
  /** Creates one record as the administrator, or as somebody else, and gives its id text. */
  create(type: string, json: Json, token?: AccessToken): Promise<string>;
  /** The SetError of a create that has to fail. */
  refusedCreate(type: string, json: Json, token?: AccessToken): Promise<SetErrorJson>;
  update(type: string, id: string, patch: Json, token?: AccessToken): Promise<void>;
  refusedUpdate(type: string, id: string, patch: Json, token?: AccessToken): Promise<SetErrorJson>;
  destroy(type: string, id: string, token?: AccessToken): Promise<void>;
  refusedDestroy(type: string, id: string, token?: AccessToken): Promise<SetErrorJson>;
  get(type: string, id: string, token?: AccessToken): Promise<Json>;
  /** A user of the first domain, with `PASSWORD`. */
  user(name: string, more?: Json): Promise<string>;
  token(account: string): Promise<AccessToken>;
  close(): Promise<void>;
}

export type SetErrorJson = {
  type: string;
  description?: string;
  properties?: string[];
  objectId?: Json;
  linkedObjects?: Json[];
  validationErrors?: Json[];
};

/** A method-level error as an exception. */
export class MethodError extends Error {
  readonly error: Json;
  constructor(error: Json) {
    super(JSON.stringify(error));
    this.error = error;
  }
}

export async function openRegistryWorld(
  options: {
    readonly recoveryAdmin?: { name: string; secret: string };
    /** Stores to run on instead of new ones in memory. */
    readonly stores?: Stores;
  } = {},
): Promise<RegistryWorld> {
  const { stores = openMemory(), recoveryAdmin } = options;
  const registry = await Registry.open({ store: stores.data, bus: stores.bus, checkEveryMs: 0 });
  const access = Access.open({
    registry,
    memory: stores.memory,
    delayFailures: false,
    ...(recoveryAdmin && { recoveryAdmin }),
  });
  const tasks = new Tasks({ data: stores.data, bus: stores.bus, registry });
  registry.assertComplete();
  await access.bootstrap({
    domain: 'example.org',
    hostname: 'mail.example.org',
    listeners: { bind: '127.0.0.1' },
    // a complete hash is stored as it is: making one for every world takes time
    password: PASSWORD_HASH,
  });
  const administrator = await access.directory.findAccount('admin@example.org');
  const admin = administrator === undefined ? undefined : await access.token(administrator);
  const domain = await access.directory.findDomain('example.org');
  if (!admin || domain === undefined) throw new Error('the world did not begin');
  const table = methodTable(registryMethods(registry));

  const call: RegistryWorld['call'] = async (token, name, args, created) => {
    const current = (await access.refresh(token)) ?? token;
    const context = { ...testContext(current), ...(created ? { created } : {}) };
    const responses = await runCalls(
      {
        using: ['urn:ietf:params:jmap:core'],
        methodCalls: [[name, args as JsonObject, 'c']],
        createdIds: undefined,
      },
      context,
      table,
    );
    const response = responses[0];
    const value = resultValue(response?.result ?? {}) as Json;
    if (response?.name === 'error') throw new MethodError(value);
    return value;
  };
  const set = async (type: string, args: Json, token: AccessToken | undefined): Promise<Json> =>
    call(token ?? admin, `x:${type}/set`, args);
  const part = (result: Json, name: string, key: string): SetErrorJson => {
    const found = (result[name] as Record<string, SetErrorJson> | undefined)?.[key];
    if (found === undefined) throw new Error(`expected ${name}: ${JSON.stringify(result)}`);
    return found;
  };
  const world: RegistryWorld = {
    stores,
    registry,
    access,
    admin,
    domain: encodeId(domain),
    roles: { user: encodeId(1), group: encodeId(2), tenant: encodeId(3), system: encodeId(4) },
    call,
    async create(type, json, token) {
      const result = await set(type, { create: { k: json } }, token);
      return (part(result, 'created', 'k') as unknown as { id: string }).id;
    },
    refusedCreate: async (type, json, token) =>
      part(await set(type, { create: { k: json } }, token), 'notCreated', 'k'),
    async update(type, id, patch, token) {
      const result = await set(type, { update: { [id]: patch } }, token);
      if (!(id in ((result['updated'] as Json | undefined) ?? {}))) throw new Error(JSON.stringify(result));
    },
    refusedUpdate: async (type, id, patch, token) =>
      part(await set(type, { update: { [id]: patch } }, token), 'notUpdated', id),
    async destroy(type, id, token) {
      const result = await set(type, { destroy: [id] }, token);
      if (!(result['destroyed'] as string[] | undefined)?.includes(id))
        throw new Error(JSON.stringify(result));
    },
    refusedDestroy: async (type, id, token) =>
      part(await set(type, { destroy: [id] }, token), 'notDestroyed', id),
    async get(type, id, token) {
      const result = await call(token ?? admin, `x:${type}/get`, { ids: [id] });
      const [record] = result['list'] as Json[];
      if (!record) throw new Error(`no ${type} ${id}`);
      return record;
    },
    user: (name, more = {}) =>
      world.create('Account', {
        '@type': 'User',
        name,
        domainId: encodeId(domain),
        // a complete hash is stored as it is: making one for every user takes time
        credentials: { '0': { '@type': 'Password', secret: PASSWORD_HASH } },
        ...more,
      }),
    async token(account) {
      const token = await access.token(decodeId(account) as number);
      if (!token) throw new Error(`no account ${account}`);
      return token;
    },
    async close() {
      await tasks.stop();
      registry.close();
      await stores.close();
    },
  };
  return world;
}

/** `PASSWORD`, hashed with SHA-256. */
const PASSWORD_HASH = `{SHA256}${await crypto.subtle
  .digest('SHA-256', new TextEncoder().encode(PASSWORD))
  .then((digest) => Buffer.from(digest).toString('base64'))}`;
