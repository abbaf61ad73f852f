// Which accounts a JMAP caller sees: its own, its groups, those that share something with it, and any for those who
// may act as everybody.
import { createHash } from 'node:crypto';
import type { AccessToken } from '../access/index.ts';
import { DataType, type Grant, sharedWith } from '../account/index.ts';
import type { AccountDirectory, VisibleAccount } from '../jmap/index.ts';
import type { Services } from './services.ts';

/** Whose grants are the caller's. */
export const granteesOf = (token: AccessToken): readonly number[] => [token.account, ...token.groups];

export function accountDirectory({
  registry,
  accounts,
  stores: { data },
}: Pick<Services, 'registry' | 'accounts' | 'stores'>): AccountDirectory {
  const named = async (wanted: readonly Omit<VisibleAccount, 'name'>[]): Promise<VisibleAccount[]> => {
    const records = await registry.records(
      'Account',
      wanted.map(({ id }) => id),
    );
    const domains = await registry.records(
      'Domain',
      records.map((record) => record?.value.domainId ?? 0),
    );
    return wanted.flatMap((account, i) => {
      const [record, domain] = [records[i], domains[i]];
      return record && domain ? [{ ...account, name: `${record.value.name}@${domain.value.name}` }] : [];
    });
  };
  const shares = async (token: AccessToken): Promise<Map<number, Grant[]>> => {
    const grants = await Promise.all(granteesOf(token).map((id) => sharedWith(data, id)));
    const owners = new Map<number, Grant[]>();
    for (const grant of grants.flat()) {
      if (token.isMemberOf(grant.owner)) continue;
      const list = owners.get(grant.owner);
      if (list) list.push(grant);
      else owners.set(grant.owner, [grant]);
    }
    return owners;
  };
  return {
    visible: async (token) => {
      const own = granteesOf(token).map((id) => ({ id, member: true }));
      const others = Array.from(await shares(token), ([id, grants]) => ({
        id,
        member: false,
        mark: markOf(grants),
      }));
      return named([...own, ...others]);
    },
    async find(token, id) {
      const member = token.isMemberOf(id);
      if (!member && !(await shares(token)).has(id)) return undefined;
      const [found] = await named([{ id, member }]);
      return found;
    },
    // Whoever gets or loses rights is told of it, and this is the state of what they are told.
    async revision(token) {
      const heads = await Promise.all(granteesOf(token).map((id) => accounts.get(id).head()));
      return heads.map((head) => head.state(DataType.ShareNotification)).join('.');
    },
  };
}

/** Another for every other set of rights. */
const markOf = (grants: readonly Grant[]): string =>
  createHash('sha256')
    .update(JSON.stringify(grants.map(({ type, container, rights }) => [type, container, rights])))
    .digest('base64url')
    .slice(0, 8);
