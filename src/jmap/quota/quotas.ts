// The quotas of an account as objects (RFC 9425 §4): one of octets and one of e-mails, as far as there are limits.
import type { Account, AccountId, Head } from '../../account/index.ts';
import { DataType } from '../../account/index.ts';
import type { Quota } from '../../formats/jmap/index.ts';
import type { Call } from '../method.ts';
import { URN } from '../method.ts';

export interface QuotaServices {
  account(id: AccountId): Pick<Account, 'id' | 'head' | 'changes'>;
  /** What the account may hold; absent for no limit. */
  limits(id: AccountId): Promise<QuotaLimits>;
}

export interface QuotaLimits {
  /** Bytes. */
  readonly maxDiskQuota?: number;
  readonly maxEmails?: number;
}

/** Types that count against the octets, with the capability that a client knows them by. */
const OCTET_TYPES: readonly (readonly [type: string, capability: string])[] = [
  ['Email', URN.mail],
  ['SieveScript', 'urn:ietf:params:jmap:sieve'],
  ['FileNode', 'urn:ietf:params:jmap:filenode'],
  ['CalendarEvent', 'urn:ietf:params:jmap:calendars'],
  ['ContactCard', 'urn:ietf:params:jmap:contacts'],
];

/**
 * The quotas that this request may see. RFC 9425 §4.1: types whose capability the request does not name are left
 * out, and so are quotas of no other type. Quotas of a tenant are not shown (§8).
 */
export async function quotasOf(call: Call, head: Head, services: QuotaServices): Promise<Quota[]> {
  const { request, token, accountId } = call;
  const [limits, account] = await Promise.all([
    services.limits(accountId),
    request.directory.find(token, accountId),
  ]);
  const known = (types: typeof OCTET_TYPES) =>
    types.filter(([, capability]) => request.using.has(capability)).map(([type]) => type);
  const common = { scope: 'account', name: account?.name ?? '', warnLimit: null, softLimit: null } as const;
  const quotas: Quota[] = [];
  if (limits.maxDiskQuota !== undefined) {
    quotas.push({
      id: 'a',
      resourceType: 'octets',
      used: head.usedBytes,
      hardLimit: limits.maxDiskQuota,
      ...common,
      description: 'Storage of the account',
      types: known(OCTET_TYPES),
    });
  }
  if (limits.maxEmails !== undefined) {
    quotas.push({
      id: 'b',
      resourceType: 'count',
      used: head.count(DataType.Email),
      hardLimit: limits.maxEmails,
      ...common,
      description: 'E-mails of the account',
      types: known(OCTET_TYPES.slice(0, 1)),
    });
  }
  return quotas.filter(({ types }) => types.length > 0);
}
