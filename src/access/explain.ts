// Answers about access for people: why an account may or may not do something, what two accounts differ in, and who
// may do something. Pure reading; the rule itself is in effective.ts.
import { encodeId } from '../base/index.ts';
import type { PermissionName, Registry, ValueOf } from '../registry/index.ts';
import {
  type AccountGrants,
  type CredentialLimit,
  effectivePermissions,
  explainPermission,
  limitToCredential,
} from './effective.ts';
import { permission, type PermissionSet } from './permissions.ts';
import { credentialLimit, registryView, resolveGrants, UNLIMITED } from './resolve.ts';
import type { AccountId, Explanation } from './token.ts';
import { credentialOf } from './tokens.ts';

type Account = ValueOf<'Account'>;

/** An account with what it may do, as answers name it. */
export interface AccessSummary {
  readonly account: AccountId;
  readonly id: string;
  readonly address: string;
  readonly kind: 'User' | 'Group';
  /** Id of its tenant. */
  readonly tenant: string | undefined;
  readonly permissions: PermissionSet;
}

/** A permission that one of two accounts has, with what each side says of it. */
export interface AccessDifference {
  readonly permission: PermissionName;
  /** Why the one that has it does. */
  readonly granted: string;
  /** Why the other one does not. */
  readonly missing: string;
}

export interface AccessComparison {
  readonly first: AccessSummary;
  readonly second: AccessSummary;
  readonly onlyFirst: readonly AccessDifference[];
  readonly onlySecond: readonly AccessDifference[];
  /** How many permissions both have. */
  readonly common: number;
}

/** Somebody who may do something. */
export interface PermissionHolder {
  readonly account: AccountId;
  readonly id: string;
  readonly address: string;
  readonly because: string;
}

interface Looked {
  readonly summary: AccessSummary;
  readonly value: Account;
  readonly grants: AccountGrants;
}

const WHOLE = { name: 'the account itself', limit: UNLIMITED };

/**
 * Why an account, or one of its credentials, may or may not do something.
 * @returns undefined when there is no such account or credential
 */
export async function explainAccess(
  registry: Registry,
  account: AccountId,
  name: PermissionName,
  credentialId?: string,
): Promise<Explanation | undefined> {
  const looked = await look(registry, account);
  if (!looked) return undefined;
  const credential = credentialId === undefined ? WHOLE : limitOf(looked.value, credentialId);
  return credential && explainPermission(looked.grants, credential, permission(name));
}

/** What an account, or one of its credentials, may do. */
export async function summarizeAccess(
  registry: Registry,
  account: AccountId,
  credentialId?: string,
): Promise<AccessSummary | undefined> {
  const looked = await look(registry, account);
  const credential = looked && credentialId !== undefined ? limitOf(looked.value, credentialId) : WHOLE;
  if (!looked || !credential) return undefined;
  const permissions = limitToCredential(looked.summary.permissions, credential.limit);
  return { ...looked.summary, permissions };
}

/** What one account may do and the other may not, with the reasons of both. */
export async function compareAccess(
  registry: Registry,
  first: AccountId,
  second: AccountId,
): Promise<AccessComparison | undefined> {
  const [one, two] = await Promise.all([look(registry, first), look(registry, second)]);
  if (!one || !two) return undefined;
  return {
    first: one.summary,
    second: two.summary,
    onlyFirst: differences(one, two),
    onlySecond: differences(two, one),
    common: one.summary.permissions.intersect(two.summary.permissions).size,
  };
}

/** Pages of the accounts that may do something, in the order of their ids. */
export async function* holdersOf(
  registry: Registry,
  name: PermissionName,
): AsyncGenerator<readonly PermissionHolder[]> {
  const wanted = permission(name);
  for await (const page of registry.scan('Account')) {
    const holders: PermissionHolder[] = [];
    for (const { id, value } of page) {
      const { summary, grants } = await lookAt(registry, id, value);
      if (!summary.permissions.has(wanted)) continue;
      const { because } = explainPermission(grants, WHOLE, wanted);
      holders.push({ account: id, id: summary.id, address: summary.address, because });
    }
    yield holders;
  }
}

function differences(having: Looked, lacking: Looked): AccessDifference[] {
  const only = having.summary.permissions.minus(lacking.summary.permissions);
  return Array.from(only, (p) => {
    const granted = explainPermission(having.grants, WHOLE, p);
    return {
      permission: granted.permission as PermissionName,
      granted: granted.because,
      missing: explainPermission(lacking.grants, WHOLE, p).because,
    };
  });
}

async function look(registry: Registry, account: AccountId): Promise<Looked | undefined> {
  const value = await registry.object('Account', account);
  return value && lookAt(registry, account, value);
}

async function lookAt(registry: Registry, account: AccountId, value: Account): Promise<Looked> {
  const [{ grants }, domain] = await Promise.all([
    resolveGrants(registryView(registry), account, value),
    registry.object('Domain', value.domainId),
  ]);
  const summary: AccessSummary = {
    account,
    id: encodeId(account),
    address: `${value.name}@${domain?.name ?? ''}`,
    kind: value['@type'],
    tenant: value.memberTenantId === null ? undefined : encodeId(value.memberTenantId),
    permissions: effectivePermissions(grants),
  };
  return { summary, value, grants };
}

function limitOf(
  value: Account,
  credentialId: string,
): { readonly name: string; readonly limit: CredentialLimit } | undefined {
  const credential = credentialOf(value, credentialId);
  if (!credential) return undefined;
  return credential['@type'] === 'Password'
    ? WHOLE
    : { name: `the credential "${credential.description}"`, limit: credentialLimit(credential.permissions) };
}
