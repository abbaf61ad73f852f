// The arguments of every method, declared once, and the table from which the client takes its types.
import { changesArgs, getArgs, queryArgs, queryChangesArgs, setArgs, typedObject } from './arguments.ts';
import type { JsonObject } from './request.ts';
import type { SendingMethods } from './sending.ts';
import {
  flag,
  id,
  type InOf,
  list,
  mapOf,
  nullable,
  object,
  record,
  type Shape,
  text,
  unsigned,
  utcDate,
  withDefault,
} from './shape.ts';
import type {
  BlobContent,
  BlobUpload,
  ChangesResult,
  Email,
  EmailDraft,
  GetResult,
  Mailbox,
  NewPushSubscription,
  PushSubscription,
  QueryChangesResult,
  QueryResult,
  Quota,
  SetError,
  SetResult,
  Thread,
} from './types.ts';

export interface MailboxCondition {
  readonly parentId?: string | null;
  readonly name?: string;
  readonly role?: string | null;
  readonly hasAnyRole?: boolean;
  readonly isSubscribed?: boolean;
}

export interface EmailCondition {
  readonly inMailbox?: string;
  readonly inMailboxOtherThan?: readonly string[];
  readonly before?: string;
  readonly after?: string;
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly allInThreadHaveKeyword?: string;
  readonly someInThreadHaveKeyword?: string;
  readonly noneInThreadHaveKeyword?: string;
  readonly hasKeyword?: string;
  readonly notKeyword?: string;
  readonly hasAttachment?: boolean;
  readonly text?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cc?: string;
  readonly bcc?: string;
  readonly subject?: string;
  readonly body?: string;
  readonly header?: readonly [name: string] | readonly [name: string, value: string];
  readonly id?: readonly string[];
  readonly sentBefore?: string;
  readonly sentAfter?: string;
  readonly inThread?: string;
}

export const mailboxGetArgs = record(getArgs);
export const mailboxChangesArgs = record(changesArgs);
export const mailboxQueryArgs = record({
  ...queryArgs<MailboxCondition>(),
  sortAsTree: withDefault(flag, false),
  filterAsTree: withDefault(flag, false),
});
export const mailboxQueryChangesArgs = record({
  ...queryChangesArgs<MailboxCondition>(),
  sortAsTree: withDefault(flag, false),
  filterAsTree: withDefault(flag, false),
});
export const mailboxSetArgs = record({
  ...setArgs<Partial<Mailbox>>(),
  onDestroyRemoveEmails: withDefault(flag, false),
});

export const threadGetArgs = record(getArgs);
export const threadChangesArgs = record(changesArgs);

/** RFC 8621 §4.2, shared with Email/parse. */
const bodyArguments = {
  bodyProperties: nullable(list(text)),
  fetchTextBodyValues: withDefault(flag, false),
  fetchHTMLBodyValues: withDefault(flag, false),
  fetchAllBodyValues: withDefault(flag, false),
  maxBodyValueBytes: withDefault(unsigned, 0),
};
export const emailGetArgs = record({ ...getArgs, ...bodyArguments });
export const emailChangesArgs = record(changesArgs);
export const emailQueryArgs = record({
  ...queryArgs<EmailCondition>(),
  collapseThreads: withDefault(flag, false),
});
export const emailQueryChangesArgs = record({
  ...queryChangesArgs<EmailCondition>(),
  collapseThreads: withDefault(flag, false),
});
export const emailSetArgs = record(setArgs<EmailDraft>());
export const emailImportEntry = record({
  blobId: id,
  mailboxIds: mapOf(flag),
  keywords: withDefault(mapOf(flag), {}),
  receivedAt: nullable(utcDate),
});
export const emailImportArgs = record({
  accountId: id,
  ifInState: nullable(text),
  emails: mapOf(object as Shape<JsonObject, InOf<typeof emailImportEntry>>),
});
export const emailParseArgs = record({
  accountId: id,
  blobIds: list(id),
  properties: nullable(list(text)),
  ...bodyArguments,
});

/** RFC 9404 §4. */
export const blobGetArgs = record({
  accountId: id,
  ids: list(id),
  properties: nullable(list(text)),
  offset: nullable(unsigned),
  length: nullable(unsigned),
});
export const blobUploadArgs = record({
  accountId: id,
  create: mapOf(typedObject<BlobUpload>()),
});
export const blobLookupArgs = record({ accountId: id, typeNames: list(text), ids: list(id) });
/** RFC 8620 §6.3. */
export const blobCopyArgs = record({ accountId: id, fromAccountId: id, blobIds: list(id) });

export interface QuotaCondition {
  readonly name?: string;
  readonly scope?: string;
  readonly resourceType?: string;
  readonly type?: string;
}
/** RFC 8620 §7.2: no account, no state. */
export const pushSubscriptionGetArgs = record({ ids: nullable(list(id)), properties: nullable(list(text)) });
export const pushSubscriptionSetArgs = record({
  create: nullable(mapOf(typedObject<NewPushSubscription>())),
  update: nullable(mapOf(typedObject<Readonly<Record<string, unknown>>>())),
  destroy: nullable(list(id)),
});

export const quotaGetArgs = record(getArgs);
export const quotaChangesArgs = record(changesArgs);
export const quotaQueryArgs = record(queryArgs<QuotaCondition>());
export const quotaQueryChangesArgs = record(queryChangesArgs<QuotaCondition>());

/** Method name → arguments and result, for the client. */
export interface MethodTypes extends SendingMethods {
  'Core/echo': { args: JsonObject; result: JsonObject };
  'Blob/get': {
    args: InOf<typeof blobGetArgs>;
    result: {
      readonly accountId: string;
      readonly list: readonly BlobContent[];
      readonly notFound: readonly string[];
    };
  };
  'Blob/upload': {
    args: InOf<typeof blobUploadArgs>;
    result: {
      readonly accountId: string;
      readonly created: Readonly<
        Record<string, { readonly id: string; readonly type: string; readonly size: number }>
      > | null;
      readonly notCreated: Readonly<Record<string, SetError>> | null;
    };
  };
  'Blob/lookup': {
    args: InOf<typeof blobLookupArgs>;
    result: {
      readonly accountId: string;
      readonly list: readonly {
        readonly id: string;
        readonly matchedIds: Readonly<Record<string, readonly string[]>>;
      }[];
    };
  };
  'Blob/copy': {
    args: InOf<typeof blobCopyArgs>;
    result: {
      readonly fromAccountId: string;
      readonly accountId: string;
      readonly copied: Readonly<Record<string, string>> | null;
      readonly notCopied: Readonly<Record<string, SetError>> | null;
    };
  };
  'PushSubscription/get': {
    args: InOf<typeof pushSubscriptionGetArgs>;
    result: Pick<GetResult<PushSubscription>, 'list' | 'notFound'>;
  };
  'PushSubscription/set': {
    args: InOf<typeof pushSubscriptionSetArgs>;
    result: Omit<SetResult<PushSubscription>, 'accountId' | 'oldState' | 'newState'>;
  };
  'Quota/get': { args: InOf<typeof quotaGetArgs>; result: GetResult<Quota> };
  'Quota/changes': {
    args: InOf<typeof quotaChangesArgs>;
    result: ChangesResult & { readonly updatedProperties: readonly string[] | null };
  };
  'Quota/query': { args: InOf<typeof quotaQueryArgs>; result: QueryResult };
  'Quota/queryChanges': { args: InOf<typeof quotaQueryChangesArgs>; result: QueryChangesResult };
  'Mailbox/get': { args: InOf<typeof mailboxGetArgs>; result: GetResult<Mailbox> };
  'Mailbox/changes': {
    args: InOf<typeof mailboxChangesArgs>;
    result: ChangesResult & { readonly updatedProperties: readonly string[] | null };
  };
  'Mailbox/query': { args: InOf<typeof mailboxQueryArgs>; result: QueryResult };
  'Mailbox/queryChanges': { args: InOf<typeof mailboxQueryChangesArgs>; result: QueryChangesResult };
  'Mailbox/set': { args: InOf<typeof mailboxSetArgs>; result: SetResult<Mailbox> };
  'Thread/get': { args: InOf<typeof threadGetArgs>; result: GetResult<Thread> };
  'Thread/changes': { args: InOf<typeof threadChangesArgs>; result: ChangesResult };
  'Email/get': { args: InOf<typeof emailGetArgs>; result: GetResult<Email> };
  'Email/changes': { args: InOf<typeof emailChangesArgs>; result: ChangesResult };
  'Email/query': {
    args: InOf<typeof emailQueryArgs>;
    result: QueryResult;
  };
  'Email/queryChanges': { args: InOf<typeof emailQueryChangesArgs>; result: QueryChangesResult };
  'Email/set': { args: InOf<typeof emailSetArgs>; result: SetResult<Email> };
  'Email/import': {
    args: InOf<typeof emailImportArgs>;
    result: {
      readonly accountId: string;
      readonly oldState: string | null;
      readonly newState: string;
      readonly created: Readonly<Record<string, Pick<Email, 'id' | 'blobId' | 'threadId' | 'size'>>> | null;
      readonly notCreated: Readonly<Record<string, SetError>> | null;
    };
  };
  'Email/parse': {
    args: InOf<typeof emailParseArgs>;
    result: {
      readonly accountId: string;
      readonly parsed: Readonly<Record<string, Partial<Email>>> | null;
      readonly notParsable: readonly string[] | null;
      readonly notFound: readonly string[] | null;
    };
  };
}
