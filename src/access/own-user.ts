// The user behind a part of an account that is an object of its own: credentials, settings, the password.
import {
  type Change,
  DECLARATIONS,
  Refusal,
  type Registry,
  SERVER_CONTEXT,
  serverFor,
  type SourceScope,
} from '../registry/index.ts';
import type { Account, User } from './account-types.ts';

/** Undefined for groups, and for accounts that are no more. */
export async function userOf(
  registry: Registry,
  { account }: Pick<SourceScope, 'account'>,
): Promise<User | undefined> {
  const value = await registry.object('Account', account);
  return value?.['@type'] === 'User' ? value : undefined;
}

/** Changes the user's record in the name of the caller. Throws Refusal (`notFound`) when there is none. */
export async function modifyUser(
  registry: Registry,
  { account, caller }: Change,
  change: (user: User) => Promise<User> | User,
): Promise<void> {
  await registry.write.modify(
    DECLARATIONS.Account,
    account,
    (before) => {
      const value = before as unknown as Account;
      if (value['@type'] !== 'User') throw new Refusal('notFound');
      return change(value);
    },
    { ...SERVER_CONTEXT, caller: serverFor(caller) },
  );
}
