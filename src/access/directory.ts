// Who an address belongs to: domains and their other names, details behind a plus, accounts, groups, aliases,
// mailing lists and catch-all addresses. Point lookups only, kept by the registry until one of them changes.
import { ADDRESS_SPACE, addressKey, type Registry, schema, type ValueOf } from '../registry/index.ts';
import { resolveMasked } from './masked-address.ts';
import type { AccessToken, AccountId } from './token.ts';

export type Recipient =
  /** None of our domains, or one that is switched off. */
  | { readonly kind: 'unknownDomain' }
  /** One of our domains, and nobody there. */
  | { readonly kind: 'unknownRecipient' }
  | LocalRecipient
  /** A list: everything it stands for, lists within it expanded. */
  | {
      readonly kind: 'list';
      readonly list: number;
      readonly address: string;
      readonly members: readonly ListMember[];
    }
  /** Nobody here, but the domain passes such mail on. */
  | { readonly kind: 'relay'; readonly address: string };

/** Mail for the address goes into this account. */
export interface LocalRecipient {
  readonly kind: 'account';
  readonly account: AccountId;
  readonly isGroup: boolean;
  /** The address without its detail, under the name of the domain it was written with. */
  readonly address: string;
  /** What stood behind the plus. */
  readonly detail: string | undefined;
}

export type ListMember = LocalRecipient | { readonly kind: 'external'; readonly address: string };

/** Deepest nesting of lists, most lists, and most members of one address. */
const MAX_DEPTH = 10;
const MAX_LISTS = 1000;
const MAX_MEMBERS = 10_000;

/** Members looked up at one time. */
const AT_ONCE = 100;

export class Directory {
  readonly #registry: Registry;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** What mail to an address leads to. The address is in any notation that RFC 5321 allows, unquoted. */
  async resolveRecipient(address: string): Promise<Recipient> {
    return this.#resolve(schema.normalizeEmail(address), { catchAll: true, depth: 0, lists: new Set() });
  }

  /** Id of the enabled domain of this name or with this other name. */
  async findDomain(name: string): Promise<number | undefined> {
    const holder = await this.#registry.holder('Domain', schema.normalizeDomain(name));
    const domain = holder && (await this.#registry.object('Domain', holder.id));
    return domain?.isEnabled ? holder?.id : undefined;
  }

  /** True when mail for the domain of this name ends here. */
  async isLocalDomain(name: string): Promise<boolean> {
    return (await this.findDomain(name)) !== undefined;
  }

  /** The account that owns exactly this address; no details, lists or catch-all addresses. */
  async findAccount(address: string): Promise<AccountId | undefined> {
    const [local, domainName] = split(schema.normalizeEmail(address));
    const domain = await this.findDomain(domainName);
    return domain === undefined ? undefined : (await this.#account(local, domain))?.id;
  }

  /** Every address of an account: the primary one first, each under all names of its domain. */
  async addressesOf(account: AccountId): Promise<readonly string[]> {
    const value = await this.#registry.object('Account', account);
    if (!value) return [];
    const own = [value, ...value.aliases.filter((alias) => alias.enabled)];
    const domains = await this.#registry.records(
      'Domain',
      own.map((one) => one.domainId),
    );
    return own.flatMap(({ name }, i) => {
      const domain = domains[i]?.value;
      return domain?.isEnabled ? [domain.name, ...domain.aliases].map((host) => `${name}@${host}`) : [];
    });
  }

  /** True when the caller may send from the address: an own one, or one of a group it belongs to. */
  async maySendAs(token: AccessToken, address: string): Promise<boolean> {
    const owner = await this.findAccount(address);
    return owner !== undefined && (owner === token.account || token.groups.includes(owner));
  }

  async #resolve(address: string, state: ResolveState): Promise<Recipient> {
    const [local, domainName] = split(address);
    const id = await this.findDomain(domainName);
    const domain = id === undefined ? undefined : await this.#registry.object('Domain', id);
    if (id === undefined || !domain) return { kind: 'unknownDomain' };
    const [name, detail] = cutDetail(local, domain.subAddressing);
    const base = `${name}@${domainName}`;
    const masked = await resolveMasked(this.#registry, name, domainName);
    if (masked === null) return { kind: 'unknownRecipient' };
    if (masked !== undefined) {
      return {
        kind: 'account',
        account: masked,
        isGroup: await this.#isGroup(masked),
        address: base,
        detail,
      };
    }
    const account = await this.#account(name, id);
    if (account) {
      return { kind: 'account', account: account.id, isGroup: account.isGroup, address: base, detail };
    }
    const list = await this.#list(name, id);
    if (list) return { kind: 'list', list: list.id, address: base, members: await this.#expand(list, state) };
    if (state.catchAll && domain.catchAllAddress !== null) {
      const caught = await this.#resolve(domain.catchAllAddress, { ...state, catchAll: false });
      if (caught.kind === 'account' || caught.kind === 'list') return caught;
      if (caught.kind === 'unknownDomain') return { kind: 'relay', address: domain.catchAllAddress };
    }
    if (state.catchAll && name === 'postmaster') {
      const reader = await this.#postmaster(base);
      if (reader) return reader;
    }
    return domain.allowRelaying ? { kind: 'relay', address: base } : { kind: 'unknownRecipient' };
  }

  /** RFC 5321 §4.5.1: where a domain has no postmaster, that of the default domain reads the mail. */
  async #postmaster(address: string): Promise<Recipient | undefined> {
    const { defaultDomainId } = this.#registry.singleton('SystemSettings');
    const home = await this.#registry.object('Domain', defaultDomainId);
    if (!home || address === `postmaster@${home.name}`) return undefined;
    const found = await this.#resolve(`postmaster@${home.name}`, {
      catchAll: false,
      depth: 0,
      lists: new Set(),
    });
    return found.kind === 'account' || found.kind === 'list' ? found : undefined;
  }

  async #account(name: string, domain: number): Promise<{ id: AccountId; isGroup: boolean } | undefined> {
    const holder = await this.#registry.holder(ADDRESS_SPACE, addressKey(name, domain));
    if (holder?.type !== 'Account') return undefined;
    const value = await this.#registry.object('Account', holder.id);
    return value && isActive(value, name, domain)
      ? { id: holder.id, isGroup: value['@type'] === 'Group' }
      : undefined;
  }

  async #isGroup(account: AccountId): Promise<boolean> {
    return (await this.#registry.object('Account', account))?.['@type'] === 'Group';
  }

  async #list(name: string, domain: number): Promise<{ id: number; value: List } | undefined> {
    const holder = await this.#registry.holder(ADDRESS_SPACE, addressKey(name, domain));
    if (holder?.type !== 'MailingList') return undefined;
    const value = await this.#registry.object('MailingList', holder.id);
    return value && isActive(value, name, domain) ? { id: holder.id, value } : undefined;
  }

  /** Each list once, each member once; what no longer exists is left out. */
  async #expand(list: { id: number; value: List }, state: ResolveState): Promise<readonly ListMember[]> {
    const { lists, depth } = state;
    if (lists.has(list.id) || depth >= MAX_DEPTH || lists.size >= MAX_LISTS) return [];
    lists.add(list.id);
    const members = new Map<string, ListMember>();
    const { recipients } = list.value;
    const below = { catchAll: false, depth: depth + 1, lists };
    for (let at = 0; at < recipients.length && members.size < MAX_MEMBERS; at += AT_ONCE) {
      const found = await Promise.all(
        recipients.slice(at, at + AT_ONCE).map((address) => this.#member(address, below)),
      );
      for (const member of found.flat()) {
        const key = member.kind === 'account' ? `account/${member.account}` : member.address;
        if (!members.has(key) && members.size < MAX_MEMBERS) members.set(key, member);
      }
    }
    return [...members.values()];
  }

  async #member(address: string, state: ResolveState): Promise<readonly ListMember[]> {
    const found = await this.#resolve(address, state);
    switch (found.kind) {
      case 'account':
        return [found];
      case 'list':
        return found.members;
      case 'unknownDomain':
        return [{ kind: 'external', address }];
      case 'relay':
        return [{ kind: 'external', address: found.address }];
      case 'unknownRecipient':
        return [];
    }
  }
}

type List = ValueOf<'MailingList'>;

interface ResolveState {
  readonly catchAll: boolean;
  readonly depth: number;
  /** Lists that were expanded: none of them again. Shared by the whole resolution. */
  readonly lists: Set<number>;
}

/** A disabled alias is reserved, and leads nowhere. */
function isActive(value: ValueOf<'Account'> | List, name: string, domain: number): boolean {
  if (value.name === name && value.domainId === domain) return true;
  return value.aliases.some((alias) => alias.enabled && alias.name === name && alias.domainId === domain);
}

function split(address: string): [string, string] {
  const at = address.lastIndexOf('@');
  return at < 0 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)];
}

/** `jane+news` is jane with the detail news, where the domain reads addresses so. */
function cutDetail(local: string, mode: ValueOf<'Domain'>['subAddressing']): [string, string | undefined] {
  const at = local.indexOf('+');
  if (mode['@type'] !== 'Enabled' || at <= 0) return [local, undefined];
  return [local.slice(0, at), local.slice(at + 1)];
}
