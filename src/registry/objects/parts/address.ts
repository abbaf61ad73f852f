// The addresses of accounts and mailing lists: one name space for all of them.
import { encodeId } from '../../../base/index.ts';

interface Addressed {
  readonly name: string;
  readonly domainId: number;
  readonly aliases: readonly { readonly name: string; readonly domainId: number }[];
}

/** Name space of all addresses. */
export const ADDRESS_SPACE = 'address';

/** Key of an address: the domain's number, so that renaming a domain moves nothing. */
export const addressKey = (name: string, domainId: number): string => `${encodeId(domainId)}@${name}`;

/** Every address of an account or list; a disabled alias stays reserved. */
export function addressKeys(value: Addressed): readonly { key: string; property: string }[] {
  return [
    { key: addressKey(value.name, value.domainId), property: 'name' },
    ...value.aliases.map((alias) => ({ key: addressKey(alias.name, alias.domainId), property: 'aliases' })),
  ];
}
