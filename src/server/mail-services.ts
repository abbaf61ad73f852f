// What the JMAP methods of mail, sharing and sending stand on, put together from the services of a thread.
import type { AccessToken } from '../access/index.ts';
import { DataType } from '../account/index.ts';
import { now } from '../base/index.ts';
import {
  type AccountDirectory,
  type Blobs,
  jmapAccount,
  type PrincipalServices,
  type SendingServices,
  sharedJmapAccount,
} from '../jmap/index.ts';
import {
  addNotice,
  type IdentityOwner,
  mayReadShared,
  type ShareChange,
  sharedAccount,
} from '../mail/index.ts';
import type { Services } from './services.ts';
import { granteesOf } from './account-directory.ts';
import { principalDirectory } from './principals.ts';
import { jmapSettings } from './settings.ts';

/** The bytes that callers may read: those of the accounts they belong to, and of messages that are shared with them. */
export function blobReads({ stores, blobs, mail }: Services): Blobs {
  return {
    reads: stores.blobs,
    mayRead: async ({ token, accountId }, hashes) => {
      if (token.isMemberOf(accountId)) return blobs.mayRead(accountId, hashes, token.account);
      const view = await sharedAccount(mail.account(accountId), granteesOf(token)).view();
      return mayReadShared(blobs, accountId, hashes, view);
    },
  };
}

export function mailServices(
  services: Services,
  blobs: Blobs,
  directory: AccountDirectory,
  sessionAccounts: PrincipalServices['sessionAccounts'],
): SendingServices & PrincipalServices {
  const { registry, access, accounts, mail, search } = services;
  const identityOwner = async (account: number): Promise<IdentityOwner> => {
    const [own, token, value] = await Promise.all([
      access.directory.addressesOf(account),
      access.token(account),
      registry.object('Account', account),
    ]);
    const groups = await Promise.all(
      (token?.groups ?? []).map((group) => access.directory.addressesOf(group)),
    );
    return { own, others: groups.flat(), name: value?.description ?? '' };
  };
  return {
    account: (id, caller) =>
      caller.isMemberOf(id)
        ? jmapAccount(mail.account(id))
        : sharedJmapAccount(sharedAccount(mail.account(id), granteesOf(caller))),
    accountOf: (id) => accounts.get(id),
    blobs,
    settings: jmapSettings(registry),
    limits: () => registry.singleton('Email'),
    hostname: () => registry.singleton('SystemSettings').defaultHostname,
    mta: services.mta,
    outbox: services.outbox,
    principals: principalDirectory(registry),
    sessionAccounts,
    identityOwner,
    maySendAs: (token, address) => access.directory.maySendAs(token, address),
    emailsWith: (account, hashes) => services.blobs.documents(account, DataType.Email, hashes),
    maxIdentities: () => registry.singleton('Email').maxIdentities,
    submissionLimits: () => ({
      maxSubmissions: registry.singleton('Email').maxSubmissions,
      keepMs: registry.singleton('DataRetention').expungeSubmissionsAfter,
    }),
    snippets: search && ((account, ids, queries) => search.snippets(account, ids, queries)),
    maxShares: () => registry.singleton('Sharing').maxShares,
    notifyShares: (token, account, changes) => notifyShares(services, directory, token, account, changes),
  };
}

/** Tells each account, also a group, whose rights on a mailbox changed. */
async function notifyShares(
  { registry, accounts }: Services,
  directory: AccountDirectory,
  token: AccessToken,
  account: number,
  changes: readonly ShareChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const actor = await directory.find(token, token.account);
  const value = await registry.object('Account', token.account);
  const email = actor?.name ?? token.address;
  const changedBy = { account: token.account, name: value?.description ?? email, email };
  const keepMs = registry.singleton('DataRetention').expungeShareNotifyAfter;
  await Promise.all(
    changes.map(({ mailbox, name, grantee, before, after }) =>
      addNotice(
        accounts.get(grantee),
        {
          created: now(),
          changedBy,
          objectType: 'Mailbox',
          objectAccount: account,
          object: mailbox,
          oldRights: before,
          newRights: after,
          name,
        },
        keepMs,
      ),
    ),
  );
}
