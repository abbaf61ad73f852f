// Which accounts a JMAP caller sees: its own, its groups, and any for those who may act as everybody.
import type { AccessToken } from '../access/index.ts';
import type { AccountDirectory, VisibleAccount } from '../jmap/index.ts';
import type { Registry } from '../registry/index.ts';

export function accountDirectory(registry: Registry): AccountDirectory {
  const named = async (ids: readonly number[]): Promise<VisibleAccount[]> => {
    const records = await registry.records('Account', ids);
    const domains = await registry.records(
      'Domain',
      records.map((record) => record?.value.domainId ?? 0),
    );
    return records.flatMap((record, i) => {
      const domain = domains[i];
      if (!record || !domain) return [];
      return [{ id: record.id, name: `${record.value.name}@${domain.value.name}`, member: true }];
    });
  };
  return {
    visible: (token) => named([token.account, ...token.groups]),
    async find(token: AccessToken, id: number) {
      if (!token.isMemberOf(id)) return undefined;
      const [found] = await named([id]);
      return found;
    },
  };
}
