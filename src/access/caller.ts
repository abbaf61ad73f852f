// The registry's view of who calls: an access token, and what it means for the records it sees.
import type { Caller, CallOrigin, PermissionName } from '../registry/index.ts';
import { permission, PermissionSet } from './permissions.ts';
import type { AccessToken } from './token.ts';

export class TokenCaller implements Caller {
  readonly token: AccessToken;
  readonly internal = false;
  readonly origin: CallOrigin;

  /** `client` is the address that the call came from. */
  constructor(token: AccessToken, client?: string) {
    this.token = token;
    const { actor, credential, credentialId } = token;
    this.origin = {
      credential: credentialId === undefined ? credential : `${credential} ${credentialId}`,
      ...(actor === undefined ? {} : { actor }),
      ...(client === undefined ? {} : { client }),
    };
  }

  get account(): number {
    return this.token.account;
  }

  get tenant(): number | undefined {
    return this.token.tenant;
  }

  get allAccounts(): boolean {
    return this.token.has(IMPERSONATE);
  }

  has(name: PermissionName): boolean {
    return this.token.has(permission(name));
  }
}

const IMPERSONATE = permission('impersonate');

/** What a caller may pass on: what it holds itself, everything for the server. */
export function scopeOf(caller: Caller): PermissionSet {
  if (caller instanceof TokenCaller) return caller.token.permissions;
  return caller.internal ? PermissionSet.all() : PermissionSet.empty();
}
