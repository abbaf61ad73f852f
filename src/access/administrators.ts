// Who holds administrative permissions, and through what. Reads every account once, page by page.
import type { Registry } from '../registry/index.ts';
import { DEFAULT_ROLES } from './default-roles.ts';
import { effectivePermissions, explainPermission } from './effective.ts';
import { ADMINISTRATOR } from './guard.ts';
import { PermissionSet } from './permissions.ts';
import { registryView, resolveGrants, UNLIMITED } from './resolve.ts';
import { encodeId } from '../base/index.ts';

export interface Administrator {
  /** Id text of the account. */
  readonly id: string;
  readonly address: string;
  readonly kind: 'User' | 'Group';
  /** Id text of its tenant. */
  readonly tenant: string | undefined;
  /** It can give everything else to itself and others. */
  readonly whole: boolean;
  /** Administrative permissions it holds. */
  readonly permissions: readonly string[];
  /** What grants them: `account "ann" > role "Helpdesk"`. */
  readonly through: readonly string[];
}

/** What no ordinary user or group begins with. */
const ADMINISTRATIVE = PermissionSet.all()
  .minus(PermissionSet.ofNames(DEFAULT_ROLES.user.permissions))
  .minus(PermissionSet.ofNames(DEFAULT_ROLES.group.permissions));

const WHOLE = { name: 'the account itself', limit: UNLIMITED };

/** Accounts with any administrative permission, in the order of their ids; those of one tenant only, if named. */
export async function* administrators(registry: Registry, tenant?: number): AsyncGenerator<Administrator> {
  const view = registryView(registry);
  for await (const page of registry.scan('Account')) {
    for (const { id, value } of page) {
      if (tenant !== undefined && value.memberTenantId !== tenant) continue;
      const { grants } = await resolveGrants(view, id, value);
      const effective = effectivePermissions(grants);
      const held = effective.intersect(ADMINISTRATIVE);
      if (held.isEmpty) continue;
      const through = new Set<string>();
      for (const p of held) {
        for (const { effect, path } of explainPermission(grants, WHOLE, p).steps) {
          if (effect === 'enables') through.add(path);
        }
      }
      const domain = await registry.object('Domain', value.domainId);
      yield {
        id: encodeId(id),
        address: `${value.name}@${domain?.name ?? ''}`,
        kind: value['@type'],
        tenant: value.memberTenantId === null ? undefined : encodeId(value.memberTenantId),
        whole: value.memberTenantId === null && ADMINISTRATOR.isSubsetOf(effective),
        permissions: held.names(),
        through: [...through],
      };
    }
  }
}
