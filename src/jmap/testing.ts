// Callers and requests for the tests of this face.
import { type AccessToken, type Permission, PermissionSet, type PermissionName } from '../access/index.ts';
import type { Account } from '../account/index.ts';
import type { AccountDirectory, RequestContext } from './context.ts';
import type { SharingServices } from './sending.ts';
import type { MailServices } from './services.ts';
import { Slice } from '../base/index.ts';

/** A caller with these permissions, `*` for all. */
export function testToken(
  permissions: '*' | readonly PermissionName[],
  more: Partial<Pick<AccessToken, 'account' | 'groups' | 'address' | 'revision' | 'current'>> = {},
): AccessToken {
  const set = permissions === '*' ? PermissionSet.all() : PermissionSet.ofNames(permissions);
  const { account = 7, groups = [], address = 'ann@example.org', revision = 1, current = true } = more;
  const token = {
    account,
    tenant: undefined,
    groups,
    address,
    permissions: set,
    credential: 'password',
    revision,
    current,
    actor: undefined,
    has: (p: Permission) => set.has(p),
    isMemberOf: (id: number) => id === account || groups.includes(id),
    explain: () => ({ permission: '', granted: false, steps: [], because: '' }),
  } as const;
  return token as AccessToken;
}

/** Own account, groups, and what is shared. */
export const testDirectory = (shared: readonly number[] = []): AccountDirectory => ({
  visible: async (token) =>
    [token.account, ...token.groups, ...shared].map((id) => ({
      id,
      name: `account ${id}`,
      member: !shared.includes(id),
    })),
  find: async (token, id) => {
    if (token.isMemberOf(id)) return { id, name: `account ${id}`, member: true };
    return shared.includes(id) ? { id, name: `account ${id}`, member: false } : undefined;
  },
});

export const testContext = (
  token: AccessToken,
  directory: AccountDirectory = testDirectory(),
): RequestContext => ({
  token,
  client: { address: '127.0.0.1', port: 1, loopback: true, exempt: true },
  directory,
  using: new Set(),
  created: new Map(),
  slice: new Slice(),
  limits: { maxObjectsInGet: 500, maxObjectsInSet: 500, maxQueryResults: 5000, maxChanges: 5000 },
});

/** Nothing is shared, and nobody can be found. */
export const noSharing: Omit<SharingServices, keyof MailServices> = {
  accountOf: (id) =>
    ({ read: (fn: (reader: unknown) => unknown) => fn(emptyReader(id)) }) as unknown as Account,
  principals: {
    isOpenTo: () => false,
    find: async (_token, ids) => ids.map(() => undefined),
    all: async () => [],
    update: async () => undefined,
  },
  maxShares: () => 10,
  notifyShares: async () => undefined,
};

const emptyReader = (id: number): object => ({ id, scan: async () => ({ keys: [], values: [] }) });
