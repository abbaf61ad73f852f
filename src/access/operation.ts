// Every face is a table of operations. Each entry names the operation, the permission it needs and its
// handler; the face's dispatcher calls `checkPermission` before the handler, so no handler can forget it.
import { AccessDenied } from '../base/index.ts';
import { permission, type Permission, permissionName } from './permissions.ts';
import type { PermissionName } from '../registry/index.ts';
import type { AccessToken } from './token.ts';

/**
 * Permissions an operation needs, by name: one, all of several, or those that its arguments call for.
 * `'none'` stands for operations that are open to everybody by design (NOOP, LOGOUT, QUIT).
 */
export type PermissionRule<Args> =
  | PermissionName
  | readonly PermissionName[]
  | 'none'
  | ((args: Args) => PermissionName | readonly PermissionName[] | 'none');

export interface Operation<Session, Args, Result, State extends string = string> {
  /** `EXPUNGE`, `Mailbox/get`, `REPORT calendar-query`. */
  readonly name: string;
  readonly permission: PermissionRule<Args>;
  /** For a rule that is a function: everything it can ask for, so that tests can walk the table. */
  readonly permissions?: readonly PermissionName[];
  /** Session states it is allowed in; absent means all. */
  readonly states?: readonly State[];
  handle(session: Session, args: Args): Promise<Result>;
}

/**
 * Throws `AccessDenied`, naming the first missing permission, unless the token holds all that the operation
 * needs for these arguments. Without a token everything but `'none'` is denied.
 */
export function checkPermission<Args>(
  token: AccessToken | undefined,
  operation: { readonly permission: PermissionRule<Args> },
  args: Args,
): void {
  const rule = typeof operation.permission === 'function' ? operation.permission(args) : operation.permission;
  if (rule === 'none') return;
  if (typeof rule === 'string') return require(token, rule);
  for (const name of rule) require(token, name);
}

/** Throws `AccessDenied` unless the token holds the permission. */
export function requirePermission(token: AccessToken | undefined, p: Permission): void {
  if (token?.has(p) !== true) throw new AccessDenied(permissionName(p));
}

/** Every permission that an operation may ask for: what the guard test collects from the tables. */
export function permissionsOf<Args>(operation: {
  readonly permission: PermissionRule<Args>;
  readonly permissions?: readonly PermissionName[];
}): readonly PermissionName[] {
  const rule = operation.permission;
  if (typeof rule === 'function') return operation.permissions ?? [];
  if (rule === 'none') return [];
  return typeof rule === 'string' ? [rule] : rule;
}

function require(token: AccessToken | undefined, name: PermissionName): void {
  requirePermission(token, permission(name));
}
