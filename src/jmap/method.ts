// One row of the operation table: a method, what it needs and how it is run (RFC 8620 §3.2, §3.6).
import type { AccountId } from '../account/index.ts';
import type { AccessToken, Operation, PermissionName, PermissionRule } from '../access/index.ts';
import { isObject, type JsonObject } from '../formats/jmap/index.ts';
import type { MethodResult } from './result.ts';
import type { RequestContext } from './context.ts';

/** A method call on its way: what the request holds, and the account it is about. */
export interface Call {
  readonly request: RequestContext;
  readonly token: AccessToken;
  /** Number of the account, 0 for methods without one. */
  readonly accountId: AccountId;
  /** The account id as the client wrote it: echoed in the response. */
  readonly accountText: string;
  /** False when the account is only shared with the caller. */
  readonly member: boolean;
  /** Adds another response under the same call id, behind the method's own (implicit calls). */
  readonly append: (name: string, result: MethodResult) => void;
}

/** Which accounts a method may be called for. */
export type AccountRule =
  /** It takes no `accountId`. */
  | 'none'
  /** The own account and groups. */
  | 'member'
  /** Also accounts that share something with the caller; the handler filters object by object. */
  | 'shared'
  /** As `member`, but it may be left out and then means the caller's own. */
  | 'registry';

export interface JmapMethod extends Operation<Call, JsonObject, MethodResult> {
  /** URNs of which one must be in `using`; none for methods that need none. */
  readonly capabilities: readonly string[];
  readonly account: AccountRule;
  /** The caller must hold one of these, whatever the arguments (the three of a /set). */
  readonly anyOf?: readonly PermissionName[];
}

export interface MethodDeclaration<Args> {
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly account: AccountRule;
  readonly permission: PermissionRule<JsonObject>;
  readonly permissions?: readonly PermissionName[];
  readonly anyOf?: readonly PermissionName[];
  /** A `Shape`. */
  readonly args: (value: unknown, at: string) => Args;
  readonly handle: (call: Call, args: Args) => Promise<MethodResult>;
}

/** Makes a row from a typed declaration: the arguments are checked before the handler sees them. */
export function method<Args>(declaration: MethodDeclaration<Args>): JmapMethod {
  const { args: shape, handle, ...row } = declaration;
  return { ...row, handle: (call, args) => handle(call, shape(args, '')) };
}

/** The permissions of a /set: those of its sections that are not empty, and at least one of the three. */
export function setPermissions(
  create: PermissionName,
  update: PermissionName,
  destroy: PermissionName,
): Pick<JmapMethod, 'permission' | 'permissions' | 'anyOf'> {
  const all = [...new Set([create, update, destroy])];
  return {
    permission: (args) => {
      const needed: PermissionName[] = [];
      if (filled(args['create'])) needed.push(create);
      if (filled(args['update'])) needed.push(update);
      if (filled(args['destroy'])) needed.push(destroy);
      return needed;
    },
    permissions: all,
    anyOf: all,
  };
}

function filled(section: unknown): boolean {
  if (Array.isArray(section)) return section.length > 0;
  return isObject(section) && Object.keys(section).length > 0;
}

/** Capabilities by their short names. */
export const URN = {
  core: 'urn:ietf:params:jmap:core',
  mail: 'urn:ietf:params:jmap:mail',
  submission: 'urn:ietf:params:jmap:submission',
  vacation: 'urn:ietf:params:jmap:vacationresponse',
  blob: 'urn:ietf:params:jmap:blob',
  quota: 'urn:ietf:params:jmap:quota',
  mdn: 'urn:ietf:params:jmap:mdn',
  principals: 'urn:ietf:params:jmap:principals',
  principalsOwner: 'urn:ietf:params:jmap:principals:owner',
  mailShare: 'urn:ietf:params:jmap:mail:share',
  vapid: 'urn:ietf:params:jmap:webpush-vapid',
  emailPush: 'urn:ietf:params:jmap:emailpush',
  websocket: 'urn:ietf:params:jmap:websocket',
  registry: 'urn:stalwart:jmap',
} as const;
