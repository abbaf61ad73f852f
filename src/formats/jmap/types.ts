// Shapes on the wire: session, response, and the objects of RFC 8621. Server and client share them.
import type { Json, JsonObject } from './request.ts';

/** RFC 8620 §2. */
export interface Session {
  readonly capabilities: Readonly<Record<string, JsonObject>>;
  readonly accounts: Readonly<Record<string, SessionAccount>>;
  readonly primaryAccounts: Readonly<Record<string, string>>;
  readonly username: string;
  readonly apiUrl: string;
  readonly downloadUrl: string;
  readonly uploadUrl: string;
  readonly eventSourceUrl: string;
  readonly state: string;
}

export interface SessionAccount {
  readonly name: string;
  readonly isPersonal: boolean;
  readonly isReadOnly: boolean;
  readonly accountCapabilities: Readonly<Record<string, JsonObject>>;
}

/** RFC 8620 §3.4. */
export interface JmapResponse {
  readonly methodResponses: readonly (readonly [name: string, args: JsonObject, callId: string])[];
  readonly createdIds?: Readonly<Record<string, string>>;
  readonly sessionState: string;
}

/** RFC 8620 §3.6.2 and RFC 8621: what a method call can fail with. */
export type MethodErrorType =
  | 'accountNotFound'
  | 'accountNotSupportedByMethod'
  | 'accountReadOnly'
  | 'anchorNotFound'
  | 'cannotCalculateChanges'
  | 'forbidden'
  | 'fromAccountNotFound'
  | 'fromAccountNotSupportedByMethod'
  | 'invalidArguments'
  | 'invalidResultReference'
  | 'requestTooLarge'
  | 'serverFail'
  | 'serverPartialFail'
  | 'serverUnavailable'
  | 'stateMismatch'
  | 'tooManyChanges'
  | 'unknownDataType'
  | 'unknownMethod'
  | 'unsupportedFilter'
  | 'unsupportedSort';

/** RFC 8620 §5.3, RFC 8621 and the types built on them: what one object of a /set can fail with. */
export type SetErrorType =
  | 'alreadyExists'
  | 'blobNotFound'
  | 'cannotUnsend'
  | 'forbidden'
  | 'forbiddenFrom'
  | 'forbiddenMailFrom'
  | 'forbiddenToSend'
  | 'invalidEmail'
  | 'invalidPatch'
  | 'invalidProperties'
  | 'invalidRecipients'
  | 'invalidScript'
  | 'mailboxHasChild'
  | 'mailboxHasEmail'
  | 'mdnAlreadySent'
  | 'noRecipients'
  | 'notFound'
  | 'overQuota'
  | 'rateLimit'
  | 'requestTooLarge'
  | 'scriptIsActive'
  | 'singleton'
  | 'stateMismatch'
  | 'tooLarge'
  | 'tooManyKeywords'
  | 'tooManyMailboxes'
  | 'tooManyRecipients'
  | 'willDestroy';

export interface SetError {
  readonly type: SetErrorType;
  readonly description?: string;
  readonly properties?: readonly string[];
  readonly existingId?: string;
  readonly notFound?: readonly string[];
  readonly [member: string]: unknown;
}

export interface GetResult<T> {
  readonly accountId: string;
  readonly state: string;
  readonly list: readonly T[];
  readonly notFound: readonly string[];
}

export interface ChangesResult {
  readonly accountId: string;
  readonly oldState: string;
  readonly newState: string;
  readonly hasMoreChanges: boolean;
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly destroyed: readonly string[];
}

export interface QueryResult {
  readonly accountId: string;
  readonly queryState: string;
  readonly canCalculateChanges: boolean;
  readonly position: number;
  readonly ids: readonly string[];
  readonly total?: number;
  readonly limit?: number;
}

export interface QueryChangesResult {
  readonly accountId: string;
  readonly oldQueryState: string;
  readonly newQueryState: string;
  readonly total?: number;
  readonly removed: readonly string[];
  readonly added: readonly { readonly id: string; readonly index: number }[];
}

export interface SetResult<T> {
  readonly accountId: string;
  readonly oldState: string | null;
  readonly newState: string;
  readonly created: Readonly<Record<string, Partial<T>>> | null;
  readonly updated: Readonly<Record<string, Partial<T> | null>> | null;
  readonly destroyed: readonly string[] | null;
  readonly notCreated: Readonly<Record<string, SetError>> | null;
  readonly notUpdated: Readonly<Record<string, SetError>> | null;
  readonly notDestroyed: Readonly<Record<string, SetError>> | null;
}

/** RFC 8621 §2. */
export interface MailboxRights {
  readonly mayReadItems: boolean;
  readonly mayAddItems: boolean;
  readonly mayRemoveItems: boolean;
  readonly maySetSeen: boolean;
  readonly maySetKeywords: boolean;
  readonly mayCreateChild: boolean;
  readonly mayRename: boolean;
  readonly mayDelete: boolean;
  readonly maySubmit: boolean;
  /** RFC 9670 §4.2. */
  readonly mayShare: boolean;
}

export interface Mailbox {
  readonly id: string;
  readonly name: string;
  readonly parentId: string | null;
  readonly role: string | null;
  readonly sortOrder: number;
  readonly totalEmails: number;
  readonly unreadEmails: number;
  readonly totalThreads: number;
  readonly unreadThreads: number;
  readonly myRights: MailboxRights;
  readonly isSubscribed: boolean;
  readonly shareWith?: Readonly<Record<string, Partial<MailboxRights>>> | null;
}

/** RFC 8621 §3. */
export interface Thread {
  readonly id: string;
  readonly emailIds: readonly string[];
}

export interface EmailAddress {
  readonly name: string | null;
  readonly email: string;
}

export interface EmailAddressGroup {
  readonly name: string | null;
  readonly addresses: readonly EmailAddress[];
}

export interface EmailHeader {
  readonly name: string;
  readonly value: string;
}

export interface EmailBodyValue {
  readonly value: string;
  readonly isEncodingProblem: boolean;
  readonly isTruncated: boolean;
}

/** RFC 8621 §4.1.4. */
export interface EmailBodyPart {
  readonly partId: string | null;
  readonly blobId: string | null;
  readonly size: number;
  readonly headers?: readonly EmailHeader[];
  readonly name: string | null;
  readonly type: string;
  readonly charset: string | null;
  readonly disposition: string | null;
  readonly cid: string | null;
  readonly language: readonly string[] | null;
  readonly location: string | null;
  readonly subParts?: readonly EmailBodyPart[] | null;
  readonly [header: `header:${string}`]: Json;
}

/** RFC 8621 §4. */
export interface Email {
  readonly id: string;
  readonly blobId: string;
  readonly threadId: string;
  readonly mailboxIds: Readonly<Record<string, boolean>>;
  readonly keywords: Readonly<Record<string, boolean>>;
  readonly size: number;
  readonly receivedAt: string;
  readonly messageId: readonly string[] | null;
  readonly inReplyTo: readonly string[] | null;
  readonly references: readonly string[] | null;
  readonly sender: readonly EmailAddress[] | null;
  readonly from: readonly EmailAddress[] | null;
  readonly to: readonly EmailAddress[] | null;
  readonly cc: readonly EmailAddress[] | null;
  readonly bcc: readonly EmailAddress[] | null;
  readonly replyTo: readonly EmailAddress[] | null;
  readonly subject: string | null;
  readonly sentAt: string | null;
  readonly hasAttachment: boolean;
  readonly preview: string;
  readonly bodyValues: Readonly<Record<string, EmailBodyValue>>;
  readonly textBody: readonly EmailBodyPart[];
  readonly htmlBody: readonly EmailBodyPart[];
  readonly attachments: readonly EmailBodyPart[];
  readonly bodyStructure?: EmailBodyPart;
  readonly headers?: readonly EmailHeader[];
  readonly [header: `header:${string}`]: Json;
}

/** What `Email/set` takes to create one: no server-set property, parts by value or by blob. */
export type EmailDraft = Partial<
  Omit<Email, 'id' | 'blobId' | 'threadId' | 'size' | 'hasAttachment' | 'preview' | 'headers' | 'bodyValues'>
> & {
  readonly mailboxIds: Readonly<Record<string, boolean>>;
  readonly bodyValues?: Readonly<Record<string, Partial<EmailBodyValue> & { readonly value: string }>>;
};

/** RFC 8621 §6. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly replyTo: readonly EmailAddress[] | null;
  readonly bcc: readonly EmailAddress[] | null;
  readonly textSignature: string;
  readonly htmlSignature: string;
  readonly mayDelete: boolean;
}

/** RFC 8621 §7. */
export interface EnvelopeAddress {
  readonly email: string;
  readonly parameters: Readonly<Record<string, string | null>> | null;
}

export interface DeliveryStatus {
  readonly smtpReply: string;
  readonly delivered: 'queued' | 'yes' | 'no' | 'unknown';
  readonly displayed: 'unknown' | 'yes';
}

export interface EmailSubmission {
  readonly id: string;
  readonly identityId: string;
  readonly emailId: string;
  readonly threadId: string;
  readonly envelope: {
    readonly mailFrom: EnvelopeAddress;
    readonly rcptTo: readonly EnvelopeAddress[];
  } | null;
  readonly sendAt: string;
  readonly undoStatus: 'pending' | 'final' | 'canceled';
  readonly deliveryStatus: Readonly<Record<string, DeliveryStatus>> | null;
  readonly dsnBlobIds: readonly string[];
  readonly mdnBlobIds: readonly string[];
}

/** RFC 8621 §8. */
export interface VacationResponse {
  readonly id: string;
  readonly isEnabled: boolean;
  readonly fromDate: string | null;
  readonly toDate: string | null;
  readonly subject: string | null;
  readonly textBody: string | null;
  readonly htmlBody: string | null;
}

/** RFC 8621 §5. */
export interface SearchSnippet {
  readonly emailId: string;
  readonly subject: string | null;
  readonly preview: string | null;
}

/** RFC 9007 §2. */
export interface Mdn {
  readonly forEmailId: string | null;
  readonly subject: string | null;
  readonly textBody: string | null;
  readonly includeOriginalMessage: boolean;
  readonly reportingUA: string | null;
  readonly disposition: {
    readonly actionMode: 'manual-action' | 'automatic-action';
    readonly sendingMode: 'mdn-sent-manually' | 'mdn-sent-automatically';
    readonly type: 'deleted' | 'dispatched' | 'displayed' | 'processed';
  };
  readonly mdnGateway: string | null;
  readonly originalRecipient: string | null;
  readonly finalRecipient: string | null;
  readonly originalMessageId: string | null;
  readonly error: readonly string[] | null;
  readonly extensionFields: Readonly<Record<string, string>> | null;
}

/** RFC 9670 §2. */
export interface Principal {
  readonly id: string;
  readonly type: 'individual' | 'group' | 'resource' | 'location' | 'other';
  readonly name: string;
  readonly description: string | null;
  readonly email: string | null;
  readonly timeZone: string | null;
  readonly capabilities: Readonly<Record<string, JsonObject>>;
  readonly accounts: Readonly<Record<string, SessionAccount>> | null;
}

/** RFC 9670 §3. */
export interface ShareNotification {
  readonly id: string;
  readonly created: string;
  readonly changedBy: {
    readonly name: string;
    readonly email: string | null;
    readonly principalId: string | null;
  };
  readonly objectType: string;
  readonly objectAccountId: string;
  readonly objectId: string;
  readonly oldRights: Readonly<Record<string, boolean>> | null;
  readonly newRights: Readonly<Record<string, boolean>> | null;
  readonly name: string;
}

/** RFC 8620 §6.1. */
export interface UploadResult {
  readonly accountId: string;
  readonly blobId: string;
  readonly type: string;
  readonly size: number;
}

/** A source of Blob/upload (RFC 9404 §4.1): one of the three. */
export type BlobSource =
  | { readonly 'data:asText': string }
  | { readonly 'data:asBase64': string }
  | { readonly blobId: string; readonly offset?: number | null; readonly length?: number | null };

export interface BlobUpload {
  readonly data: readonly BlobSource[];
  readonly type?: string | null;
}

/** RFC 9404 §4.2; what is there depends on what was asked. */
export interface BlobContent {
  readonly id: string;
  readonly size?: number;
  readonly 'data:asText'?: string | null;
  readonly 'data:asBase64'?: string;
  readonly isEncodingProblem?: boolean;
  readonly isTruncated?: boolean;
  readonly [digest: `digest:${string}`]: string;
}

/** draft-ietf-jmap-emailpush-03 §4. */
export interface EmailPushSettings {
  readonly filter?: JsonObject | null;
  readonly properties: readonly string[];
  readonly urgency?: 'very-low' | 'low' | 'normal' | 'high';
}

/** RFC 8620 §7.2, without what is never shown. */
export interface PushSubscription {
  readonly id: string;
  readonly deviceClientId: string;
  readonly verificationCode: string | null;
  readonly expires: string | null;
  readonly types: readonly string[] | null;
  readonly emailPush: Readonly<Record<string, EmailPushSettings>> | null;
}

export interface NewPushSubscription {
  readonly deviceClientId: string;
  readonly url: string;
  readonly keys?: { readonly p256dh: string; readonly auth: string } | null;
  readonly expires?: string | null;
  readonly types?: readonly string[] | null;
  readonly emailPush?: Readonly<Record<string, EmailPushSettings>> | null;
}

/** RFC 9425 §4.1. */
export interface Quota {
  readonly id: string;
  readonly resourceType: 'count' | 'octets';
  readonly used: number;
  readonly hardLimit: number;
  readonly warnLimit: number | null;
  readonly softLimit: number | null;
  readonly scope: 'account' | 'domain' | 'global';
  readonly name: string;
  readonly description: string | null;
  readonly types: readonly string[];
}

/** RFC 8620 §7.1. */
export interface StateChangeEvent {
  readonly '@type': 'StateChange';
  readonly changed: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
