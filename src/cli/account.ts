// `waypost account create` and `waypost account list`.
import { say, table, talk } from './talk.ts';

export function createAccount(
  address: string,
  options: {
    readonly data?: string;
    readonly password?: string;
    readonly name?: string;
    readonly admin?: boolean;
  },
): Promise<number> {
  const { data, password, name, admin } = options;
  const args = {
    address,
    ...(password !== undefined && { password }),
    ...(name !== undefined && { description: name }),
    ...(admin && { administrator: true }),
  };
  return talk(data, 'account.create', args, (created) => {
    say(`Created ${created.address}.\n`);
    if (created.password !== undefined) say(`Password: ${created.password}   (it is not shown again)\n`);
    if (created.advice !== undefined) say(`The password is easy to guess. ${created.advice}\n`);
  });
}

export function listAccounts({
  data,
  json,
}: {
  readonly data?: string;
  readonly json?: boolean;
}): Promise<number> {
  return talk(data, 'account.list', {}, (accounts) => {
    if (json) return say(`${JSON.stringify(accounts, null, 2)}\n`);
    const rows = accounts.map((one) => [one.address, one.kind, one.roles, one.description]);
    return say(table([['ADDRESS', 'KIND', 'ROLES', 'NAME'], ...rows]));
  });
}
