// The access token: the resolved answer to "who is this and what may they do".
import type { Permission, PermissionSet } from './permissions.ts';

/** Number of an account: its registry id and its JMAP account id. */
export type AccountId = number;
/** Number of a tenant. */
export type TenantId = number;

/** What a caller proved their identity with. */
export type CredentialKind = 'password' | 'appPassword' | 'apiKey' | 'oauth' | 'recovery' | 'internal';

/** One thing that grants, withholds or cuts a permission. */
export interface ExplanationStep {
  /** What was looked at. */
  readonly source: 'account' | 'role' | 'group' | 'tenant' | 'credential' | 'server';
  /** Id text of that object, empty when there is none. */
  readonly id: string;
  /** Path of names for people: `role "Staff" > role "Mail"`. */
  readonly path: string;
  readonly effect: 'enables' | 'disables' | 'allows' | 'withholds';
}

/** Why a permission is or is not effective. */
export interface Explanation {
  readonly permission: string;
  readonly granted: boolean;
  /** Everything that had a say, in the order of the algorithm. */
  readonly steps: readonly ExplanationStep[];
  /** One sentence: the step that decided. */
  readonly because: string;
}

export interface AccessToken {
  readonly account: AccountId;
  readonly tenant: TenantId | undefined;
  /** Groups the account is a direct member of. */
  readonly groups: readonly AccountId[];
  /** Primary address, lower case: `jane@example.org`. */
  readonly address: string;
  /** Effective permissions of the credential in use. */
  readonly permissions: PermissionSet;
  readonly credential: CredentialKind;
  /** Number of that credential within its account, where there is one. */
  readonly credentialId?: string | undefined;
  /** Changes when anything the token was computed from has changed. */
  readonly revision: number;
  /** False as soon as something the token was computed from changed: get a new one by `access.refresh`. */
  readonly current: boolean;
  /** Account that signed in, when it acts as another one. */
  readonly actor: AccountId | undefined;
  /** One word and one mask. */
  has(p: Permission): boolean;
  /** True for the own account, a group it belongs to, or any account for holders of `impersonate`. */
  isMemberOf(account: AccountId): boolean;
  /** Computed on demand, not stored. */
  explain(p: Permission): Explanation;
}
