// What all calls of one request share.
import type { AccountId } from '../account/index.ts';
import type { AccessToken } from '../access/index.ts';
import type { ClientAddress } from '../formats/http/index.ts';
import type { Slice } from '../base/index.ts';

/** How an account is seen by a caller. */
export interface VisibleAccount {
  readonly id: AccountId;
  /** Name or e-mail address. */
  readonly name: string;
  /** Own account, group of the caller, or any for holders of `impersonate`. */
  readonly member: boolean;
  /** Changes when the caller's rights in it do; absent for members. */
  readonly mark?: string;
}

/** Which accounts there are for a caller. */
export interface AccountDirectory {
  /** All accounts for the session, the caller's own first. */
  visible(token: AccessToken): Promise<readonly VisibleAccount[]>;
  /** One account by its number; undefined when it does not exist for the caller. */
  find(token: AccessToken, id: AccountId): Promise<VisibleAccount | undefined>;
  /** Changes whenever `visible` may answer something else for the same token; absent when it never does. */
  revision?(token: AccessToken): Promise<string>;
}

export interface RequestContext {
  readonly token: AccessToken;
  readonly client: ClientAddress;
  readonly directory: AccountDirectory;
  /** Capabilities that the request names. */
  readonly using: ReadonlySet<string>;
  /** Creation ids of the request so far, without `#` (RFC 8620 §5.3). */
  readonly created: Map<string, string>;
  readonly slice: Slice;
  readonly limits: RequestLimits;
}

export interface RequestLimits {
  readonly maxObjectsInGet: number;
  readonly maxObjectsInSet: number;
  readonly maxQueryResults: number;
  readonly maxChanges: number;
}

/** The id of a blob as the client means it; `#key` of nothing stays as it is and names nothing. */
export const realBlobId = (request: RequestContext, id: string): string => realId(request, id) ?? id;

/** The id that a client means: `#key` stands for what was created under that key. */
export function realId(request: RequestContext, id: string): string | undefined {
  return id.startsWith('#') ? request.created.get(id.slice(1)) : id;
}
