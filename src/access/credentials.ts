// The credentials of accounts: numbers that are never given twice, passwords checked and hashed when they are
// written, app passwords and API keys as objects of their own.
import { encodeId, now, readU32 } from '../base/index.ts';
import {
  type Change,
  type Hook,
  Refusal,
  type Registry,
  type Source,
  type StoredRecord,
} from '../registry/index.ts';
import { type Batch, type Key, keys } from '../store/index.ts';
import type { Account, Credential, Password, Secondary, User } from './account-types.ts';
import { credentialNumber, credentialText, newApiKey, newAppPassword } from './generated-secrets.ts';
import type { GrantsGuard } from './guard.ts';
import { modifyUser, userOf } from './own-user.ts';
import { checkPassword, hashSecret, isCompleteHash } from './passwords/index.ts';
import { parseTotp } from './totp.ts';

type SecondaryType = Secondary['@type'];

/** Next credential number of an account; the first password is 0. */
const numberKey = (account: number): Key =>
  keys.otherKey(keys.Subspace.Directory, 'credential/', keys.u32Part(account));

async function nextNumber(
  registry: Registry,
  account: number | undefined,
  known: readonly Credential[],
): Promise<number> {
  const row = account === undefined ? undefined : await registry.store.get(numberKey(account));
  const highest = Math.max(0, ...known.map((one) => credentialNumber(one.credentialId) ?? 0));
  return Math.max(row ? readU32(row, 0) : 1, highest + 1);
}

/** Hook `credentials` of Account. */
export function credentialsHook(registry: Registry): Hook {
  return {
    async before(change) {
      const value = change.value as Account | undefined;
      const before = change.before as Account | undefined;
      if (!value) {
        if (before) change.rows.push((batch, id) => batch.delete(numberKey(id)));
        return;
      }
      if (value['@type'] !== 'User') return;
      const known = before?.['@type'] === 'User' ? before.credentials : [];
      if (value.credentials === known) return;
      change.value = { ...value, credentials: await writeCredentials(registry, change, value, known) };
    },
  };
}

async function writeCredentials(
  registry: Registry,
  change: Change,
  value: User,
  known: readonly Credential[],
): Promise<Credential[]> {
  if (value.credentials.filter((one) => one['@type'] === 'Password').length > 1) {
    throw new Refusal('invalidProperties', {
      description: 'An account has one password only.',
      properties: ['credentials'],
    });
  }
  let next = await nextNumber(registry, change.id, known);
  const first = next;
  const written: Credential[] = [];
  for (const [position, credential] of value.credentials.entries()) {
    const property = `credentials/${position}`;
    const old = known.find((one) => one.credentialId !== '' && one.credentialId === credential.credentialId);
    if (credential['@type'] !== 'Password') {
      if (old?.['@type'] !== credential['@type'] && !change.caller.internal) {
        throw new Refusal('invalidProperties', {
          description: 'Secondary credentials cannot be set directly.',
          properties: [property],
        });
      }
      written.push(credential);
      next = Math.max(next, (credentialNumber(credential.credentialId) ?? 0) + 1);
      continue;
    }
    const before = old?.['@type'] === 'Password' ? old : undefined;
    const credentialId = before?.credentialId ?? (change.before === undefined ? '' : undefined);
    const numbered = {
      ...credential,
      // the first password of a new account is number 0
      credentialId: credentialId === '' ? credentialText(0) : (credentialId ?? credentialText(next++)),
    };
    written.push(await writePassword(registry, change, value, numbered, before, property));
  }
  if (next !== first || change.before === undefined) {
    const last = next;
    change.rows.push((batch: Batch, id: number) => batch.set(numberKey(id), keys.u32Part(last)));
  }
  return written;
}

async function writePassword(
  registry: Registry,
  change: Change,
  account: User,
  password: Password,
  before: Password | undefined,
  property: string,
): Promise<Password> {
  const policy = registry.singleton('Authentication');
  const newOtp = password.otpAuth !== null && password.otpAuth !== before?.otpAuth;
  if (newOtp && !parseTotp(password.otpAuth as string)) {
    throw new Refusal('invalidProperties', {
      description: 'The address of the one-time passwords cannot be used.',
      properties: [`${property}/otpAuth`],
    });
  }
  const changed = password.secret !== before?.secret;
  const domain = await registry.object('Domain', account.domainId);
  const external = domain?.directoryId ?? policy.directoryId;
  if (
    external !== null &&
    !change.caller.internal &&
    (changed || password.otpAuth !== (before?.otpAuth ?? null))
  ) {
    throw new Refusal('forbidden', {
      description: 'Passwords of this account are kept in an external directory.',
    });
  }
  if (!changed) return password;
  const rearmed =
    policy.passwordDefaultExpiry !== null && password.expiresAt === (before?.expiresAt ?? null)
      ? Math.floor((now() + policy.passwordDefaultExpiry) / 1000) * 1000
      : password.expiresAt;
  if (isCompleteHash(password.secret)) return { ...password, expiresAt: rearmed };
  checkPassword(password.secret, policy, {
    property: `${property}/secret`,
    personal: [account.name, ...(domain ? [domain.name, ...domain.name.split('.')] : [])],
  });
  return {
    ...password,
    expiresAt: rearmed,
    secret: await hashSecret(password.secret, policy.passwordHashAlgorithm),
  };
}

/** Source `credentials` of AppPassword and ApiKey: those of the account that a call is about. */
export function credentialsSource(registry: Registry, guard: GrantsGuard): Source {
  return {
    async get(scope, ids, limit) {
      const account = await userOf(registry, scope);
      if (!account) return [];
      const records = account.credentials.flatMap((one): StoredRecord[] => {
        const id = credentialNumber(one.credentialId);
        return one['@type'] === scope.declaration.name && id !== undefined
          ? [{ id, revision: 0, value: one }]
          : [];
      });
      return (ids ? records.filter((one) => ids.includes(one.id)) : records).slice(0, limit);
    },
    async create(change) {
      const kind = kindOf(change);
      const given = change.value as unknown as Omit<Secondary, '@type' | 'credentialId'>;
      const account = await userOf(registry, change);
      if (!account) throw new Refusal('notFound');
      await guard.credential(change.caller, change.account, given.permissions);
      let id = 0;
      await modifyCredentials(registry, change, async (user) => {
        checkCount(registry, user, kind);
        id = await nextNumber(registry, change.account, user.credentials);
        const made = kind === 'AppPassword' ? newAppPassword(id) : newApiKey(change.account, id);
        change.reveal['secret'] = made.text;
        const credential = {
          ...given,
          '@type': kind,
          credentialId: credentialText(id),
          createdAt: Math.floor(now() / 1000) * 1000,
          secret: await hashSecret(made.secret, registry.singleton('Authentication').passwordHashAlgorithm),
        } as Secondary;
        return [...user.credentials, credential];
      });
      return id;
    },
    async update(change) {
      const given = change.value as unknown as Secondary;
      await guard.credential(change.caller, change.account, given.permissions);
      await modifyCredentials(registry, change, (user) =>
        user.credentials.map((one) =>
          isSame(one, change)
            ? ({ ...one, ...given, '@type': one['@type'], secret: one.secret } as Secondary)
            : one,
        ),
      );
    },
    async destroy(change) {
      await modifyCredentials(registry, change, (user) =>
        user.credentials.filter((one) => !isSame(one, change)),
      );
    },
  };
}

const kindOf = (change: Change): SecondaryType => change.declaration.name as SecondaryType;

const isSame = (one: Credential, change: Change): boolean =>
  one['@type'] === change.declaration.name && one.credentialId === encodeId(change.id as number);

/** Changes the credentials of the user. */
const modifyCredentials = (
  registry: Registry,
  change: Change,
  make: (user: User) => Promise<readonly Credential[]> | readonly Credential[],
): Promise<void> =>
  modifyUser(registry, change, async (user) => ({ ...user, credentials: await make(user) }));

function checkCount(registry: Registry, user: User, kind: SecondaryType): void {
  const settings = registry.singleton('Authentication');
  const most =
    kind === 'AppPassword'
      ? (user.quotas.maxAppPasswords ?? settings.maxAppPasswords)
      : (user.quotas.maxApiKeys ?? settings.maxApiKeys);
  const count = user.credentials.filter((one) => one['@type'] === kind).length;
  if (most === null || count < most) return;
  const what = kind === 'AppPassword' ? 'app passwords' : 'API keys';
  throw new Refusal('overQuota', { description: `You have exceeded your quota of ${most} ${what}.` });
}
