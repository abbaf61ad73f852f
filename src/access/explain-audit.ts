// A review of who may do what: the findings that an operator should look at from time to time. Reads every account
// once, page by page.
import { encodeId, now } from '../base/index.ts';
import type { Registry } from '../registry/index.ts';
import type { Account, User } from './account-types.ts';
import { ADMINISTRATOR } from './guard.ts';
import { summarizeAccess } from './explain.ts';
import { permission, PermissionSet } from './permissions.ts';
import { explicitGrants, loadRoles, registryView } from './resolve.ts';
import { ownPair } from './effective.ts';

export interface AccessFinding {
  /** Kind of finding, stable for programs. */
  readonly code:
    | 'administrator'
    | 'administratorWithoutSecondFactor'
    | 'mayActForOthers'
    | 'unlimitedKey'
    | 'expiredCredential'
    | 'grantWithoutEffect'
    | 'groupWithoutMembers'
    | 'unusedRole';
  /** Type and id text of the record it is about. */
  readonly object: string;
  readonly id: string;
  /** One sentence for people. */
  readonly text: string;
}

const IMPERSONATE = permission('impersonate');

/** All findings, those of accounts first. */
export async function* auditAccess(registry: Registry): AsyncGenerator<AccessFinding> {
  for await (const page of registry.scan('Account')) {
    for (const { id, value } of page) {
      yield* accountFindings(registry, id, value);
      if (value['@type'] === 'Group') yield* groupFindings(registry, id, value);
    }
  }
  for await (const page of registry.scan('Role')) {
    for (const { id, value } of page) {
      if (await isReferred(registry, 'Role', id)) continue;
      yield finding('unusedRole', 'Role', id, `The role "${value.description}" is given to nobody.`);
    }
  }
}

async function* accountFindings(
  registry: Registry,
  id: number,
  value: Account,
): AsyncGenerator<AccessFinding> {
  const summary = await summarizeAccess(registry, id);
  if (!summary) return;
  const { address, permissions } = summary;
  const about = (code: AccessFinding['code'], text: string) => finding(code, 'Account', id, text);
  const administers = ADMINISTRATOR.isSubsetOf(permissions);
  if (administers && value['@type'] === 'User') {
    yield about('administrator', `${address} administers the server.`);
    if (hasPasswordWithoutFactor(value)) {
      yield about(
        'administratorWithoutSecondFactor',
        `${address} administers the server with a password alone.`,
      );
    }
  }
  if (permissions.has(IMPERSONATE) && value['@type'] === 'User') {
    yield about('mayActForOthers', `${address} may sign in as any other account.`);
  }
  const without = lists(value).minus(permissions);
  if (!without.isEmpty) {
    const some = without.names().slice(0, 3).join(', ');
    yield about('grantWithoutEffect', `${address} is given ${some} (${without.size} in all) without effect.`);
  }
  if (value['@type'] === 'User') yield* credentialFindings(value, address, about, administers);
}

function* credentialFindings(
  user: User,
  address: string,
  about: (code: AccessFinding['code'], text: string) => AccessFinding,
  administers: boolean,
): Generator<AccessFinding> {
  for (const credential of user.credentials) {
    if (credential['@type'] === 'Password') continue;
    const { description, expiresAt, permissions } = credential;
    if (expiresAt !== null && expiresAt <= now()) {
      yield about('expiredCredential', `The credential "${description}" of ${address} has expired.`);
    } else if (administers && expiresAt === null && permissions['@type'] === 'Inherit') {
      yield about(
        'unlimitedKey',
        `The credential "${description}" of the administrator ${address} has neither limits nor an end.`,
      );
    }
  }
}

async function* groupFindings(registry: Registry, id: number, group: Account): AsyncGenerator<AccessFinding> {
  const grants = explicitGrants(group);
  const given = ownPair(grants, (await loadRoles(registryView(registry), grants.roles)).roles);
  if (given.enabled.isEmpty && given.disabled.isEmpty) return;
  if (await isReferred(registry, 'Account', id, 'Account')) return;
  yield finding(
    'groupWithoutMembers',
    'Account',
    id,
    `The group ${group.name} has permissions and no members.`,
  );
}

const finding = (code: AccessFinding['code'], object: string, id: number, text: string): AccessFinding => ({
  code,
  object,
  id: encodeId(id),
  text,
});

const hasPasswordWithoutFactor = (user: User): boolean =>
  user.credentials.some((one) => one['@type'] === 'Password' && one.otpAuth === null);

/** What an account's own list gives it. */
function lists({ permissions }: Account): PermissionSet {
  return permissions['@type'] === 'Inherit'
    ? PermissionSet.empty()
    : PermissionSet.ofNames(permissions.enabledPermissions).minus(
        PermissionSet.ofNames(permissions.disabledPermissions),
      );
}

async function isReferred(registry: Registry, type: string, id: number, from?: 'Account'): Promise<boolean> {
  for await (const page of registry.referrers({ type, id }, from)) if (page.length > 0) return true;
  return false;
}
