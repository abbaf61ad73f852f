// The session object (RFC 8620 §2): what the server can do, and the accounts a caller can reach. It says only
// what the method table really holds.
import { createHash } from 'node:crypto';
import { type AccessToken, permission, type PermissionName } from '../access/index.ts';
import { encodeId } from '../base/index.ts';
import type { JsonObject, Session, SessionAccount } from '../formats/jmap/index.ts';
import { MAX_MEMBERSHIPS } from '../mail/index.ts';
import { SUBMISSION_EXTENSIONS } from '../mta/index.ts';
import { DIGEST_NAMES } from './blob/get.ts';
import { MAIL_LOOKUPS } from './blob/lookup.ts';
import { MAX_DATA_SOURCES, maxSizeBlobSet } from './blob/services.ts';
import type { VisibleAccount } from './context.ts';
import type { MethodTable } from './engine.ts';
import { URN } from './method.ts';
import { MAX_DELAYED_SEND } from './submission/set.ts';
import type { JmapSettings } from './settings.ts';

/** What is mounted beside the methods. */
export interface Features {
  readonly webSocket?: boolean;
  /** Public key of pushes (RFC 9749); empty for none. */
  readonly serverKey?: () => string;
}

/** One row of the capability table. */
interface Capability {
  readonly urn: string;
  /** It is advertised when this method is in the table; absent means always. */
  readonly method?: string;
  /** It is advertised when this is mounted. */
  readonly feature?: (features: Features) => boolean;
  /** Absent for capabilities that stand with accounts only. */
  readonly session?: (settings: JmapSettings, facts: SessionFacts) => JsonObject;
  /** Absent for capabilities that belong to no account; undefined for accounts that have it not. */
  readonly account?: (
    settings: JmapSettings,
    account: VisibleAccount,
    token: AccessToken,
  ) => JsonObject | undefined;
  /** The entry of an account needs this permission. */
  readonly guard?: PermissionName;
}

const nothing = (): JsonObject => ({});
/** For the own account and groups. */
const members = (_settings: JmapSettings, { member }: VisibleAccount): JsonObject | undefined =>
  member ? {} : undefined;

/** Limits of mail that clients are told (RFC 8621 §1.3.1). */
const mailLimits = (settings: JmapSettings, account: VisibleAccount): JsonObject => ({
  maxMailboxesPerEmail: MAX_MEMBERSHIPS,
  maxMailboxDepth: settings.maxMailboxDepth,
  maxSizeMailboxName: settings.maxMailboxNameLength,
  maxSizeAttachmentsPerEmail: settings.maxAttachmentSize,
  emailQuerySortOptions: [
    'receivedAt',
    'size',
    'from',
    'to',
    'cc',
    'subject',
    'sentAt',
    'hasKeyword',
    'allInThreadHaveKeyword',
    'someInThreadHaveKeyword',
  ],
  mayCreateTopLevelMailbox: account.member,
});

/** A limit as an UnsignedInt: what has no end gets the largest there is. */
const unsigned = (limit: number): number => Math.min(limit, Number.MAX_SAFE_INTEGER);

const CAPABILITIES: readonly Capability[] = [
  {
    urn: URN.core,
    session: (settings) => ({
      maxSizeUpload: settings.maxUploadSize,
      maxConcurrentUpload: unsigned(settings.maxConcurrentUploads),
      maxSizeRequest: settings.maxRequestSize,
      maxConcurrentRequests: unsigned(settings.maxConcurrentRequests),
      maxCallsInRequest: settings.maxMethodCalls,
      maxObjectsInGet: settings.getMaxResults,
      maxObjectsInSet: settings.setMaxObjects,
      collationAlgorithms: ['i;ascii-numeric', 'i;ascii-casemap', 'i;unicode-casemap'],
    }),
  },
  {
    urn: URN.mail,
    method: 'Email/get',
    session: nothing,
    account: mailLimits,
    guard: 'jmapEmailGet',
  },
  {
    urn: URN.blob,
    method: 'Blob/get',
    session: nothing,
    account: (settings, { member }) =>
      member
        ? {
            maxSizeBlobSet: maxSizeBlobSet(settings),
            maxDataSources: MAX_DATA_SOURCES,
            supportedTypeNames: [...MAIL_LOOKUPS],
            supportedDigestAlgorithms: [...DIGEST_NAMES],
          }
        : undefined,
    guard: 'jmapBlobGet',
  },
  {
    urn: URN.websocket,
    feature: ({ webSocket }) => webSocket === true,
    session: (_settings, { origin }) => ({
      url: `${origin.replace(/^http/, 'ws')}/jmap/ws`,
      supportsPush: true,
    }),
    account: nothing,
  },
  {
    urn: URN.vapid,
    method: 'PushSubscription/set',
    feature: ({ serverKey }) => Boolean(serverKey?.()),
    session: (_settings, { features }) => ({ applicationServerKey: features?.serverKey?.() ?? '' }),
  },
  {
    urn: URN.emailPush,
    method: 'PushSubscription/set',
    session: nothing,
    account: nothing,
    guard: 'jmapEmailGet',
  },
  { urn: URN.quota, method: 'Quota/get', session: nothing, account: members, guard: 'jmapQuotaGet' },
  { urn: URN.mailShare, method: 'Email/get', session: nothing, account: nothing, guard: 'jmapEmailGet' },
  {
    urn: URN.submission,
    method: 'EmailSubmission/set',
    session: nothing,
    account: (_settings, { member }) =>
      member
        ? {
            maxDelayedSend: MAX_DELAYED_SEND,
            submissionExtensions: SUBMISSION_EXTENSIONS as unknown as JsonObject,
          }
        : undefined,
    guard: 'jmapEmailSubmissionCreate',
  },
  {
    urn: URN.vacation,
    method: 'VacationResponse/get',
    session: nothing,
    account: members,
    guard: 'jmapVacationResponseGet',
  },
  {
    urn: URN.mdn,
    method: 'MDN/send',
    session: nothing,
    account: members,
    guard: 'jmapEmailSubmissionCreate',
  },
  {
    urn: URN.principals,
    method: 'Principal/get',
    session: nothing,
    account: (_settings, { member }, token) =>
      member ? { currentUserPrincipalId: encodeId(token.account) } : undefined,
  },
  {
    // RFC 9670 §1.5.2: stands with accounts only, and says whose they are.
    urn: URN.principalsOwner,
    method: 'Principal/get',
    account: (_settings, { id }, token) => ({
      accountIdForPrincipal: encodeId(token.account),
      principalId: encodeId(id),
    }),
  },
  { urn: URN.registry, session: nothing, account: members },
];

/** Capabilities that `using` may name. */
export const knownCapabilities = (facts: Pick<SessionFacts, 'table' | 'features'>): ReadonlySet<string> =>
  new Set(advertised(facts).map((capability) => capability.urn));

const advertised = ({ table, features = {} }: Pick<SessionFacts, 'table' | 'features'>): Capability[] =>
  CAPABILITIES.filter(
    ({ method, feature }) =>
      (method === undefined || table.has(method)) && (feature === undefined || feature(features)),
  );

export interface SessionFacts {
  readonly table: MethodTable;
  readonly settings: JmapSettings;
  readonly origin: string;
  readonly features?: Features;
}

/** The whole session of a caller. */
export function sessionFor(
  token: AccessToken,
  accounts: readonly VisibleAccount[],
  facts: SessionFacts,
): Session {
  const list = advertised(facts).filter(({ guard }) => guard === undefined || token.has(permission(guard)));
  const own = encodeId(token.account);
  const primaryAccounts: Record<string, string> = {};
  for (const { urn, account, session } of list) if (account && session) primaryAccounts[urn] = own;
  const views: Record<string, SessionAccount> = {};
  for (const account of accounts)
    views[encodeId(account.id)] = accountView(account, token, list, facts.settings);
  const session = {
    ...serverFacts(facts),
    accounts: views,
    primaryAccounts,
    username: token.address,
  };
  // RFC 8620 §2: the state moves whenever anything else of the object does.
  const state = createHash('sha256')
    .update(JSON.stringify([session, token.revision, accounts.map(({ mark }) => mark ?? '')]))
    .digest('base64url')
    .slice(0, 12);
  return { ...session, state };
}

function accountView(
  account: VisibleAccount,
  token: AccessToken,
  list: readonly Capability[],
  settings: JmapSettings,
): SessionAccount {
  const accountCapabilities: Record<string, JsonObject> = {};
  for (const { urn, account: valueOf } of list) {
    const value = valueOf?.(settings, account, token);
    if (value) accountCapabilities[urn] = value;
  }
  return {
    name: account.name,
    isPersonal: account.id === token.account,
    isReadOnly: false,
    accountCapabilities,
  };
}

function serverFacts(facts: SessionFacts) {
  const { settings, origin } = facts;
  const capabilities: Record<string, JsonObject> = {};
  for (const { urn, session } of advertised(facts)) if (session) capabilities[urn] = session(settings, facts);
  return {
    capabilities,
    apiUrl: `${origin}/jmap/`,
    downloadUrl: `${origin}/jmap/download/{accountId}/{blobId}/{name}?accept={type}`,
    uploadUrl: `${origin}/jmap/upload/{accountId}/`,
    eventSourceUrl: `${origin}/jmap/eventsource/?types={types}&closeafter={closeafter}&ping={ping}`,
  };
}
