// The arguments of what stands around mail: copies, snippets, identities, submissions, vacations (RFC 8621), receipts
// (RFC 9007), principals and notices of shares (RFC 9670).
import {
  changesArgs,
  getArgs,
  queryArgs,
  queryChangesArgs,
  setArgs,
  typed,
  typedObject,
} from './arguments.ts';
import type { FilterInput } from './filter.ts';
import type { EmailCondition } from './methods.ts';
import { flag, id, type InOf, list, mapOf, nullable, record, text, withDefault } from './shape.ts';
import type {
  ChangesResult,
  Email,
  EmailSubmission,
  GetResult,
  Identity,
  Mdn,
  Principal,
  QueryChangesResult,
  QueryResult,
  SearchSnippet,
  SetError,
  SetResult,
  ShareNotification,
  VacationResponse,
} from './types.ts';

/** An entry of Email/copy. */
export interface EmailCopy {
  readonly id: string;
  readonly mailboxIds: Readonly<Record<string, boolean>>;
  readonly keywords?: Readonly<Record<string, boolean>>;
  readonly receivedAt?: string;
}

export const emailCopyArgs = record({
  fromAccountId: id,
  ifFromInState: nullable(text),
  accountId: id,
  ifInState: nullable(text),
  create: mapOf(typedObject<EmailCopy>()),
  onSuccessDestroyOriginal: withDefault(flag, false),
  destroyFromIfInState: nullable(text),
});

export const searchSnippetGetArgs = record({
  accountId: id,
  filter: typed<FilterInput<EmailCondition> | null | undefined>(),
  emailIds: list(id),
});

export const identityGetArgs = record(getArgs);
export const identityChangesArgs = record(changesArgs);
export const identitySetArgs = record(setArgs<Partial<Identity>>());

export interface SubmissionCondition {
  readonly identityIds?: readonly string[];
  readonly emailIds?: readonly string[];
  readonly threadIds?: readonly string[];
  readonly undoStatus?: string;
  readonly before?: string;
  readonly after?: string;
}

const patches = mapOf(typedObject<Readonly<Record<string, unknown>>>());

export const emailSubmissionGetArgs = record(getArgs);
export const emailSubmissionChangesArgs = record(changesArgs);
export const emailSubmissionQueryArgs = record(queryArgs<SubmissionCondition>());
export const emailSubmissionQueryChangesArgs = record(queryChangesArgs<SubmissionCondition>());
export const emailSubmissionSetArgs = record({
  ...setArgs<Partial<EmailSubmission>>(),
  onSuccessUpdateEmail: nullable(patches),
  onSuccessDestroyEmail: nullable(list(id)),
});

export const vacationResponseGetArgs = record(getArgs);
export const vacationResponseSetArgs = record(setArgs<Partial<VacationResponse>>());

export const mdnSendArgs = record({
  accountId: id,
  identityId: id,
  send: mapOf(typedObject<Partial<Mdn>>()),
  onSuccessUpdateEmail: nullable(patches),
});
export const mdnParseArgs = record({ accountId: id, blobIds: list(id) });

export interface PrincipalCondition {
  readonly accountIds?: readonly string[];
  readonly email?: string;
  readonly name?: string;
  readonly text?: string;
  readonly type?: string;
  readonly timeZone?: string;
}

export const principalGetArgs = record(getArgs);
export const principalChangesArgs = record(changesArgs);
export const principalQueryArgs = record(queryArgs<PrincipalCondition>());
export const principalQueryChangesArgs = record(queryChangesArgs<PrincipalCondition>());
export const principalSetArgs = record(setArgs<Partial<Principal>>());

export interface ShareNotificationCondition {
  readonly after?: string | null;
  readonly before?: string | null;
  readonly objectType?: string;
  readonly objectAccountId?: string;
}

export const shareNotificationGetArgs = record(getArgs);
export const shareNotificationChangesArgs = record(changesArgs);
export const shareNotificationQueryArgs = record(queryArgs<ShareNotificationCondition>());
export const shareNotificationQueryChangesArgs = record(queryChangesArgs<ShareNotificationCondition>());
export const shareNotificationSetArgs = record(setArgs<Partial<ShareNotification>>());

/** Method name → arguments and result, for the client. */
export interface SendingMethods {
  'Email/copy': {
    args: InOf<typeof emailCopyArgs>;
    result: {
      readonly fromAccountId: string;
      readonly accountId: string;
      readonly oldState: string | null;
      readonly newState: string;
      readonly created: Readonly<Record<string, Pick<Email, 'id' | 'blobId' | 'threadId' | 'size'>>> | null;
      readonly notCreated: Readonly<Record<string, SetError>> | null;
    };
  };
  'SearchSnippet/get': {
    args: InOf<typeof searchSnippetGetArgs>;
    result: {
      readonly accountId: string;
      readonly list: readonly SearchSnippet[];
      readonly notFound: readonly string[] | null;
    };
  };
  'Identity/get': { args: InOf<typeof identityGetArgs>; result: GetResult<Identity> };
  'Identity/changes': { args: InOf<typeof identityChangesArgs>; result: ChangesResult };
  'Identity/set': { args: InOf<typeof identitySetArgs>; result: SetResult<Identity> };
  'EmailSubmission/get': { args: InOf<typeof emailSubmissionGetArgs>; result: GetResult<EmailSubmission> };
  'EmailSubmission/changes': { args: InOf<typeof emailSubmissionChangesArgs>; result: ChangesResult };
  'EmailSubmission/query': { args: InOf<typeof emailSubmissionQueryArgs>; result: QueryResult };
  'EmailSubmission/queryChanges': {
    args: InOf<typeof emailSubmissionQueryChangesArgs>;
    result: QueryChangesResult;
  };
  'EmailSubmission/set': { args: InOf<typeof emailSubmissionSetArgs>; result: SetResult<EmailSubmission> };
  'VacationResponse/get': { args: InOf<typeof vacationResponseGetArgs>; result: GetResult<VacationResponse> };
  'VacationResponse/set': { args: InOf<typeof vacationResponseSetArgs>; result: SetResult<VacationResponse> };
  'MDN/send': {
    args: InOf<typeof mdnSendArgs>;
    result: {
      readonly accountId: string;
      readonly sent: Readonly<Record<string, Partial<Mdn>>> | null;
      readonly notSent: Readonly<Record<string, SetError>> | null;
    };
  };
  'MDN/parse': {
    args: InOf<typeof mdnParseArgs>;
    result: {
      readonly accountId: string;
      readonly parsed: Readonly<Record<string, Mdn>> | null;
      readonly notParsable: readonly string[] | null;
      readonly notFound: readonly string[] | null;
    };
  };
  'Principal/get': { args: InOf<typeof principalGetArgs>; result: GetResult<Principal> };
  'Principal/changes': { args: InOf<typeof principalChangesArgs>; result: ChangesResult };
  'Principal/query': { args: InOf<typeof principalQueryArgs>; result: QueryResult };
  'Principal/queryChanges': { args: InOf<typeof principalQueryChangesArgs>; result: QueryChangesResult };
  'Principal/set': { args: InOf<typeof principalSetArgs>; result: SetResult<Principal> };
  'ShareNotification/get': {
    args: InOf<typeof shareNotificationGetArgs>;
    result: GetResult<ShareNotification>;
  };
  'ShareNotification/changes': { args: InOf<typeof shareNotificationChangesArgs>; result: ChangesResult };
  'ShareNotification/query': { args: InOf<typeof shareNotificationQueryArgs>; result: QueryResult };
  'ShareNotification/queryChanges': {
    args: InOf<typeof shareNotificationQueryChangesArgs>;
    result: QueryChangesResult;
  };
  'ShareNotification/set': {
    args: InOf<typeof shareNotificationSetArgs>;
    result: SetResult<ShareNotification>;
  };
}
