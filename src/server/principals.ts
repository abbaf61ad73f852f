// The accounts of the registry as principals (RFC 9670): people and groups of the caller's tenant.
import { type AccessToken, permission } from '../access/index.ts';
import { Invalid, WaypostError } from '../base/index.ts';
import type { PrincipalRecord, Principals } from '../jmap/index.ts';
import { DECLARATIONS, type Registry, SERVER_CONTEXT, type ValueOf } from '../registry/index.ts';

/** Holders may look accounts up in the management interface anyway. */
const MAY_QUERY = permission('sysAccountQuery');

export function principalDirectory(registry: Registry): Principals {
  const described = async (
    token: AccessToken,
    accounts: readonly ({ readonly id: number; readonly value: ValueOf<'Account'> } | undefined)[],
  ): Promise<(PrincipalRecord | undefined)[]> => {
    const domains = await registry.records(
      'Domain',
      accounts.map((account) => account?.value.domainId ?? 0),
    );
    return accounts.map((account, i) => {
      const domain = domains[i];
      if (!account || !domain || !isOfTenant(token, account.value)) return undefined;
      const { value, id } = account;
      const email = `${value.name}@${domain.value.name}`;
      return {
        id,
        type: value['@type'] === 'Group' ? 'group' : 'individual',
        name: value.description ?? email,
        description: value.description,
        email,
        timeZone: value.timeZone,
      };
    });
  };
  return {
    isOpenTo: (token) => registry.singleton('Sharing').allowDirectoryQueries || token.has(MAY_QUERY),
    find: async (token, ids) => described(token, await registry.records('Account', ids)),
    all: async (token, limit) => {
      const found: PrincipalRecord[] = [];
      for await (const page of registry.scan('Account')) {
        for (const one of await described(token, page)) if (one) found.push(one);
        if (found.length > limit) return undefined;
      }
      return found;
    },
    update: async (id, change) => {
      const zone = change.timeZone ?? null;
      if (zone !== null && !isTimeZone(zone))
        throw new Invalid([{ property: 'timeZone', reason: 'is not known' }]);
      try {
        await registry.write.update(DECLARATIONS.Account, id, { ...change }, SERVER_CONTEXT);
      } catch (error) {
        if (error instanceof WaypostError && error.code === 'invalid') throw new Invalid(error.message);
        throw error;
      }
    },
  };
}

/** Other tenants do not exist; accounts without one see all that have none. */
const isOfTenant = ({ tenant }: AccessToken, { memberTenantId }: ValueOf<'Account'>): boolean =>
  (memberTenantId ?? undefined) === tenant;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
