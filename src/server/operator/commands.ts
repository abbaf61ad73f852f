// What the operator's commands do.
import { schemaDocument } from '../../admin/index.ts';
import { encodeId, Invalid, randomText } from '../../base/index.ts';
import {
  DECLARATIONS,
  type Registry,
  SERVER_CONTEXT,
  type StoredRecord,
  type ValueOf,
} from '../../registry/index.ts';
import { operatorPassword } from '../operator-password.ts';
import type { Services } from '../services.ts';
import type { CreatedAccount, ListedAccount, OperatorCommands, ServerStatus } from './protocol.ts';
import { operatorJmap } from './jmap.ts';
import { revealRecords } from './reveal.ts';
import { sendMessage } from './send.ts';
import type { OperatorHandlers } from './server.ts';

export interface CommandContext {
  readonly services: Services;
  /** All of the status but what the registry knows. */
  readonly status: () => Promise<Omit<ServerStatus, 'accounts'>>;
  /** Leaves out JMAP methods that are not to be had now. */
  readonly narrow?: Parameters<typeof operatorJmap>[1];
}

export function operatorCommands({ services, status, narrow }: CommandContext): OperatorHandlers {
  const { registry } = services;
  return {
    status: async () => ({ ...(await status()), accounts: await registry.count('Account') }),
    'account.create': (args) => createAccount(services, args),
    'account.list': () => listAccounts(registry),
    send: (args) => sendMessage(services, args),
    jmap: operatorJmap(services, narrow),
    reveal: ({ object, ids }) => revealRecords(registry, object, ids),
    schema: () => Promise.resolve(schemaDocument()),
  };
}

/** Without letters and digits that look alike. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

async function createAccount(
  { registry, access }: Services,
  args: OperatorCommands['account.create']['arguments'],
): Promise<CreatedAccount> {
  const { address, password, description, administrator } = args;
  const at = typeof address === 'string' ? address.lastIndexOf('@') : -1;
  if (at < 1) throw new Invalid(`${address} is not an address like ann@example.org`);
  const domain = await access.directory.findDomain(address.slice(at + 1));
  if (domain === undefined) {
    throw new Invalid(`${address.slice(at + 1)} is not a domain of this server`);
  }
  const local = address.slice(0, at);
  const given =
    password === undefined ? undefined : await operatorPassword(registry, password, [local, address]);
  const secret = randomText(20, LETTERS);
  const { id } = await registry.write.create(
    DECLARATIONS.Account,
    {
      '@type': 'User',
      name: local,
      domainId: encodeId(domain),
      ...(description !== undefined && { description }),
      ...(administrator && { roles: { '@type': 'Admin' } }),
      credentials: { '0': { '@type': 'Password', secret: given?.hash ?? secret } },
    },
    SERVER_CONTEXT,
  );
  const created = await registry.record('Account', id);
  const [listed] = created ? await described(registry, [created]) : [];
  return {
    id: encodeId(id),
    address: listed?.address ?? address,
    ...(given === undefined && { password: secret }),
    ...(given?.advice !== undefined && { advice: given.advice }),
  };
}

async function listAccounts(registry: Registry): Promise<ListedAccount[]> {
  const accounts: ListedAccount[] = [];
  for await (const page of registry.scan('Account')) accounts.push(...(await described(registry, page)));
  return accounts;
}

async function described(
  registry: Registry,
  records: readonly StoredRecord<ValueOf<'Account'>>[],
): Promise<ListedAccount[]> {
  const domains = await registry.records(
    'Domain',
    records.map(({ value }) => value.domainId),
  );
  return records.map(({ id, value }, i) => ({
    id: encodeId(id),
    address: `${value.name}@${domains[i]?.value.name ?? '?'}`,
    kind: value['@type'] === 'User' ? 'user' : 'group',
    roles: value.roles['@type'],
    description: value.description ?? '',
  }));
}
