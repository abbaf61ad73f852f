// What accounts change about themselves: their settings, and their password and second factor. Both are
// projections of the account's own record.
import { emit, encodeId, now } from '../base/index.ts';
import {
  type Change,
  Refusal,
  type Registry,
  SINGLETON,
  type Source,
  type StoredRecord,
  type ValueOf,
} from '../registry/index.ts';
import type { Password, User } from './account-types.ts';
import type { Authenticator } from './authenticate.ts';
import type { Clients } from './clients/clients.ts';
import { modifyUser, userOf } from './own-user.ts';

type OwnPassword = ValueOf<'AccountPassword'>;

/** Source `settings` of AccountSettings. */
export function settingsSource(registry: Registry): Source {
  return {
    async get(scope, ids) {
      const user = await userOf(registry, scope);
      return user ? one(ids, user) : [];
    },
    async update(change) {
      const { description, encryptionAtRest, locale, timeZone } =
        change.value as unknown as ValueOf<'AccountSettings'>;
      await modifyUser(registry, change, (user) => ({
        ...user,
        description,
        encryptionAtRest,
        locale,
        timeZone,
      }));
    },
  };
}

/** Source `password` of AccountPassword. Every change asks for the password in use. */
export function passwordSource(registry: Registry, authenticator: Authenticator, clients: Clients): Source {
  return {
    async get(scope, ids) {
      const user = await userOf(registry, scope);
      return user ? one(ids, shownPassword(passwordOf(user))) : [];
    },
    async update(change) {
      const value = change.value as unknown as OwnPassword;
      const before = change.before as unknown as OwnPassword;
      if (value.secret === before.secret && value.otpAuth.otpUrl === before.otpAuth.otpUrl) return;
      await confirm(registry, { authenticator, clients }, change, value);
      await modifyUser(registry, change, (user) => {
        const password = passwordOf(user);
        if (!password) throw noPassword();
        const next = renewed(password, value);
        return { ...user, credentials: user.credentials.map((each) => (each === password ? next : each)) };
      }).catch((error: unknown) => {
        throw underOwnNames(error);
      });
    },
  };
}

/** Throws unless the caller proves, with password and code, that the account is its own. */
async function confirm(
  registry: Registry,
  { authenticator, clients }: { readonly authenticator: Authenticator; readonly clients: Clients },
  { account, caller }: Change,
  value: OwnPassword,
): Promise<void> {
  const user = await registry.object('Account', account);
  const password = user?.['@type'] === 'User' ? passwordOf(user) : undefined;
  if (!user || !password) throw noPassword();
  const domain = await registry.object('Domain', user.domainId);
  if ((domain?.directoryId ?? registry.singleton('Authentication').directoryId) !== null) {
    throw forbidden('Passwords of this account are kept in an external directory.');
  }
  if (value.currentSecret === null) {
    throw forbidden('Current secret must be provided to change the password or the second factor.');
  }
  const client = `account ${encodeId(account)}`;
  const name = `${user.name}@${domain?.name ?? ''}`;
  const address = caller.origin?.client ?? '';
  const refuse = async (description: string, reason: string): Promise<never> => {
    emit('access.sign-in-failed', { name, client: address, reason });
    await clients.failedSignIn(address, name);
    throw forbidden(description);
  };
  if (!(await authenticator.isPassword(account, value.currentSecret, client))) {
    await refuse('Current secret is incorrect.', 'badCurrentSecret');
  }
  if (password.otpAuth === null) return;
  const code = value.otpAuth.otpCode;
  if (code === null) throw forbidden('A current one-time code must be provided.');
  if (!(await authenticator.isOneTimeCode(account, password.otpAuth, code))) {
    await refuse('The one-time code is incorrect.', 'badOneTimeCode');
  }
}

/** An expiry that has passed goes with the password it was for; the policy may set another. */
const renewed = (password: Password, { secret, otpAuth }: OwnPassword): Password => {
  const lapsed = password.expiresAt !== null && password.expiresAt <= now();
  const changed = secret !== null && secret !== password.secret;
  return {
    ...password,
    secret: secret ?? password.secret,
    otpAuth: otpAuth.otpUrl,
    expiresAt: changed && lapsed ? null : password.expiresAt,
  };
};

const shownPassword = (password: Password | undefined): OwnPassword => ({
  currentSecret: null,
  secret: password?.secret ?? null,
  otpAuth: { otpCode: null, otpUrl: password?.otpAuth ?? null },
});

const passwordOf = (user: User): Password | undefined =>
  user.credentials.find((each): each is Password => each['@type'] === 'Password');

const forbidden = (description: string): Refusal => new Refusal('forbidden', { description });
const noPassword = (): Refusal => forbidden('This account has no password.');

/** What the account's record calls `credentials/0/secret` is `secret` here. */
function underOwnNames(error: unknown): unknown {
  if (!(error instanceof Refusal) || !error.error.properties) return error;
  const names = error.error.properties.map((name) =>
    name.endsWith('otpAuth') ? 'otpAuth/otpUrl' : 'secret',
  );
  return new Refusal(error.error.type, { ...error.error, properties: names });
}

function one(ids: readonly number[] | null, value: object): readonly StoredRecord[] {
  if (ids && !ids.includes(SINGLETON)) return [];
  return [{ id: SINGLETON, revision: 0, value: value as StoredRecord['value'] }];
}
