// Records of the registry whose time is over.
import { emit, now } from '../../base/index.ts';
import { DECLARATIONS, Refusal, type Registry, SERVER_CONTEXT, type ValueOf } from '../../registry/index.ts';
import type { TaskRun } from '../types.ts';

/** Types whose records go when the time of a property has come; null and absent mean never. */
const ENDS = {
  AllowedIp: 'expiresAt',
  BlockedIp: 'expiresAt',
  OAuthClient: 'expiresAt',
  ArfExternalReport: 'expiresAt',
  DmarcExternalReport: 'expiresAt',
  TlsExternalReport: 'expiresAt',
  SpamTrainingSample: 'expiresAt',
  ArchivedItem: 'archivedUntil',
} as const;

/** An app password or API key can be prolonged for so long after its end. */
const CREDENTIAL_GRACE_MS = 30 * 86_400_000;

export async function removeExpired(registry: Registry, { signal }: TaskRun): Promise<void> {
  for (const [name, property] of Object.entries(ENDS) as [keyof typeof ENDS, string][]) {
    let removed = 0;
    for await (const page of registry.scan(name)) {
      signal.throwIfAborted();
      for (const { id, value } of page) {
        const end = (value as Readonly<Record<string, unknown>>)[property];
        if (typeof end !== 'number' || end === 0 || end > now()) continue;
        if (await destroyed(registry, name, id)) removed++;
      }
    }
    if (removed > 0) emit('tasks.expired-removed', { type: name, records: removed });
  }
  await removeCredentials(registry, signal);
}

async function destroyed(registry: Registry, name: keyof typeof ENDS, id: number): Promise<boolean> {
  try {
    await registry.write.destroy(DECLARATIONS[name], id, SERVER_CONTEXT);
    return true;
  } catch (error) {
    // Somebody else was faster, or something still refers to it.
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** App passwords and API keys that ended some time ago; a password that has ended waits to be changed. */
async function removeCredentials(registry: Registry, signal: AbortSignal): Promise<void> {
  const before = now() - CREDENTIAL_GRACE_MS;
  let removed = 0;
  for await (const page of registry.scan('Account')) {
    signal.throwIfAborted();
    for (const { id, value } of page) {
      const left = remaining(value, before);
      if (!left) continue;
      await registry.write.modify(DECLARATIONS.Account, id, (account) => {
        const credentials = remaining(account as ValueOf<'Account'>, before);
        return credentials ? { ...account, credentials } : account;
      });
      removed++;
    }
  }
  if (removed > 0) emit('tasks.expired-removed', { type: 'Credential', records: removed });
}

type User = Extract<ValueOf<'Account'>, { readonly '@type': 'User' }>;

/** The credentials that stay; undefined when all do. */
function remaining(account: ValueOf<'Account'>, before: number): User['credentials'] | undefined {
  if (account['@type'] !== 'User') return undefined;
  const left = account.credentials.filter(
    (one) => one['@type'] === 'Password' || one.expiresAt === null || one.expiresAt > before,
  );
  return left.length < account.credentials.length ? left : undefined;
}
