// What a new server begins with: roles, sign-in settings, a domain, listeners and an administrator. Each kind is
// written only while there is none of it, so starting again changes nothing.
import { encodeId, randomText } from '../base/index.ts';
import {
  type DeclaredObject,
  DECLARATIONS,
  type Registry,
  SERVER_CONTEXT,
  SINGLETON,
  type ValueOf,
} from '../registry/index.ts';
import { DEFAULT_ROLES } from './default-roles.ts';

/** Where the listeners of a new server are. */
export interface ListenerDefaults {
  /** Address that is bound: `127.0.0.1`, `::`. */
  readonly bind: string;
  /** Standard ports (25, 143, 443...) instead of the high ones. */
  readonly standardPorts?: boolean;
}

export interface BootstrapOptions {
  readonly domain: string;
  readonly hostname: string;
  readonly listeners: ListenerDefaults;
  /** Local part of the administrator's address; default `admin`. */
  readonly administrator?: string;
  /** Password of the administrator; a random one when absent. */
  readonly password?: string;
}

/** What the operator has to be told once. */
export interface Bootstrapped {
  readonly administrator: { readonly address: string; readonly password: string } | undefined;
}

/** RFC 5321 §4.5.1: every server has a reader of this name. */
const POSTMASTER = 'postmaster';

/** Writes what is missing of a working server. */
export async function bootstrapDefaults(
  registry: Registry,
  options: BootstrapOptions,
): Promise<Bootstrapped> {
  await writeRoles(registry);
  await writeTokenKeys(registry);
  await writeListeners(registry, options.listeners);
  const domain = await writeDomain(registry, options);
  if (domain === undefined || (await registry.count('Account')) > 0) return { administrator: undefined };
  const name = options.administrator ?? 'admin';
  const password = options.password ?? randomText(20, LETTERS);
  await create(registry, 'Account', {
    '@type': 'User',
    name,
    domainId: encodeId(domain),
    description: 'Administrator',
    roles: { '@type': 'Admin' },
    ...(name !== POSTMASTER && { aliases: { '0': { name: POSTMASTER, domainId: encodeId(domain) } } }),
    credentials: { '0': { '@type': 'Password', secret: password } },
  });
  return { administrator: { address: `${name}@${options.domain}`, password } };
}

/** Without letters and digits that look alike. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

async function writeRoles(registry: Registry): Promise<void> {
  if ((await registry.count('Role')) > 0) return;
  const ids: Record<string, string> = {};
  for (const [key, { description, permissions }] of Object.entries(DEFAULT_ROLES)) {
    const enabledPermissions = Object.fromEntries(permissions.map((name) => [name, true]));
    ids[key] = await create(registry, 'Role', { description, enabledPermissions });
  }
  const set = (...keys: (keyof typeof DEFAULT_ROLES)[]): Record<string, true> =>
    Object.fromEntries(keys.map((key) => [ids[key] ?? '', true as const]));
  await registry.write.update(
    DECLARATIONS.Authentication,
    SINGLETON,
    {
      defaultUserRoleIds: set('user'),
      defaultGroupRoleIds: set('group'),
      defaultTenantRoleIds: set('tenant', 'user'),
      defaultAdminRoleIds: set('system', 'user'),
    },
    SERVER_CONTEXT,
  );
}

/** Keys of tokens; the server makes them once and for all. */
async function writeTokenKeys(registry: Registry): Promise<void> {
  const { encryptionKey } = registry.singleton('OidcProvider');
  if (encryptionKey['@type'] !== 'Value' || encryptionKey.secret !== '') return;
  await registry.write.update(
    DECLARATIONS.OidcProvider,
    SINGLETON,
    {
      encryptionKey: { '@type': 'Value', secret: randomText(64, LETTERS) },
      signatureKey: { '@type': 'Text', secret: randomText(64, LETTERS) },
    },
    SERVER_CONTEXT,
  );
}

type Protocol = ValueOf<'NetworkListener'>['protocol'];

/** Name, protocol, high port, standard port, and whether TLS begins with the first byte. */
export const DEFAULT_LISTENERS: readonly (readonly [string, Protocol, number, number, boolean])[] = [
  ['smtp', 'smtp', 2525, 25, false],
  ['submission', 'smtp', 2587, 587, false],
  ['submissions', 'smtp', 2465, 465, true],
  ['lmtp', 'lmtp', 2424, 24, false],
  ['imap', 'imap', 2143, 143, false],
  ['imaps', 'imap', 2993, 993, true],
  ['pop3', 'pop3', 2110, 110, false],
  ['pop3s', 'pop3', 2995, 995, true],
  ['sieve', 'manageSieve', 2190, 4190, false],
  ['https', 'http', 8443, 443, true],
  ['http', 'http', 8080, 8080, false],
];

async function writeListeners(registry: Registry, { bind, standardPorts }: ListenerDefaults): Promise<void> {
  if ((await registry.count('NetworkListener')) > 0) return;
  const host = bind.includes(':') ? `[${bind}]` : bind;
  for (const [name, protocol, high, standard, tlsImplicit] of DEFAULT_LISTENERS) {
    await create(registry, 'NetworkListener', {
      name,
      protocol,
      tlsImplicit,
      bind: { [`${host}:${standardPorts ? standard : high}`]: true },
    });
  }
}

/** The domain of a new server; undefined when there are domains already. */
async function writeDomain(registry: Registry, options: BootstrapOptions): Promise<number | undefined> {
  if ((await registry.count('Domain')) > 0) return (await registry.holder('Domain', options.domain))?.id;
  const { id } = await registry.write.create(DECLARATIONS.Domain, { name: options.domain }, SERVER_CONTEXT);
  await registry.write.update(
    DECLARATIONS.SystemSettings,
    SINGLETON,
    { defaultDomainId: encodeId(id), defaultHostname: options.hostname },
    SERVER_CONTEXT,
  );
  return id;
}

async function create(registry: Registry, type: DeclaredObject, json: object): Promise<string> {
  return encodeId((await registry.write.create(DECLARATIONS[type], json, SERVER_CONTEXT)).id);
}
