// `/api/account`: what the caller may do, for consoles that show only what works.
import type { AccessToken } from '../access/index.ts';
import { type Exchange, jsonReply, type Reply, type Route } from '../formats/http/index.ts';
import type { PermissionName } from '../registry/index.ts';
import type { AdminServices } from './access-operations.ts';

export interface AccountRouteOptions {
  /** The only permissions that mean anything now: while the server waits for its set-up. */
  readonly only?: readonly PermissionName[];
}

export function accountRoute(services: AdminServices, { only }: AccountRouteOptions): Route<AccessToken> {
  return {
    method: 'GET',
    path: '/api/account',
    signIn: 'required',
    handle: async ({ caller }: Exchange<AccessToken>): Promise<Reply> => {
      const token = caller as AccessToken;
      const held = token.permissions.names();
      const account = await services.registry.object('Account', token.account);
      return jsonReply(
        200,
        {
          permissions: only ? held.filter((name) => only.includes(name)) : held,
          // Every feature is there; consoles hide features of other editions.
          edition: 'enterprise',
          locale: account?.locale ?? 'en_US',
        },
        { 'Cache-Control': 'no-store' },
      );
    },
  };
}
