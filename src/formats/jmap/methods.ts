// The arguments of every method, declared once, and the table from which the client takes its types.
import type { ComparatorInput, FilterInput } from './filter.ts';
import type { JsonObject } from './request.ts';
import {
  anything,
  flag,
  id,
  integer,
  type InOf,
  list,
  mapOf,
  nullable,
  object,
  positive,
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

/** Checked by the method itself, typed for the client. */
const typed = <T>(): Shape<unknown, T> => anything as Shape<unknown, T>;
const typedObject = <T>(): Shape<JsonObject, T> => object as Shape<JsonObject, T>;

const get = { accountId: id, ids: nullable(list(id)), properties: nullable(list(text)) };
const changes = { accountId: id, sinceState: text, maxChanges: nullable(positive) };
const query = <C>() => ({
  accountId: id,
  filter: typed<FilterInput<C> | null | undefined>(),
  sort: typed<readonly ComparatorInput[] | null | undefined>(),
  position: withDefault(integer, 0),
  anchor: nullable(id),
  anchorOffset: withDefault(integer, 0),
  limit: nullable(unsigned),
  calculateTotal: withDefault(flag, false),
});
const queryChanges = <C>() => ({
  accountId: id,
  filter: typed<FilterInput<C> | null | undefined>(),
  sort: typed<readonly ComparatorInput[] | null | undefined>(),
  sinceQueryState: text,
  maxChanges: nullable(positive),
  upToId: nullable(id),
  calculateTotal: withDefault(flag, false),
});
const set = <T>() => ({
  accountId: id,
  // A value that is no state is a state that differs, not a wrong argument.
  ifInState: nullable(typed<string>()),
  create: nullable(mapOf(typedObject<T>())),
  update: nullable(mapOf(typedObject<Readonly<Record<string, unknown>>>())),
  destroy: nullable(list(id)),
});

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

export const mailboxGetArgs = record(get);
export const mailboxChangesArgs = record(changes);
export const mailboxQueryArgs = record({
  ...query<MailboxCondition>(),
  sortAsTree: withDefault(flag, false),
  filterAsTree: withDefault(flag, false),
});
export const mailboxQueryChangesArgs = record({
  ...queryChanges<MailboxCondition>(),
  sortAsTree: withDefault(flag, false),
  filterAsTree: withDefault(flag, false),
});
export const mailboxSetArgs = record({
  ...set<Partial<Mailbox>>(),
  onDestroyRemoveEmails: withDefault(flag, false),
});

export const threadGetArgs = record(get);
export const threadChangesArgs = record(changes);

/** RFC 8621 §4.2, shared with Email/parse. */
const bodyArguments = {
  bodyProperties: nullable(list(text)),
  fetchTextBodyValues: withDefault(flag, false),
  fetchHTMLBodyValues: withDefault(flag, false),
  fetchAllBodyValues: withDefault(flag, false),
  maxBodyValueBytes: withDefault(unsigned, 0),
};
export const emailGetArgs = record({ ...get, ...bodyArguments });
export const emailChangesArgs = record(changes);
export const emailQueryArgs = record({
  ...query<EmailCondition>(),
  collapseThreads: withDefault(flag, false),
});
export const emailQueryChangesArgs = record({
  ...queryChanges<EmailCondition>(),
  collapseThreads: withDefault(flag, false),
});
export const emailSetArgs = record(set<EmailDraft>());
export const emailImportEntry = record({
  blobId: id,
  mailboxIds: mapOf(flag),
  keywords: withDefault(mapOf(flag), {}),
  receivedAt: nullable(utcDate),
});
export const emailImportArgs = record({
  accountId: id,
  ifInState: nullable(typed<string>()),
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

export const quotaGetArgs = record(get);
export const quotaChangesArgs = record(changes);
export const quotaQueryArgs = record(query<QuotaCondition>());
export const quotaQueryChangesArgs = record(queryChanges<QuotaCondition>());

/** Method name → arguments and result, for the client. */
export interface MethodTypes {
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
