// What the registry objects `Jmap` and `Email` set for JMAP, with their defaults.
export interface JmapSettings {
  readonly maxRequestSize: number;
  readonly maxMethodCalls: number;
  readonly maxConcurrentRequests: number;
  readonly getMaxResults: number;
  readonly setMaxObjects: number;
  readonly queryMaxResults: number;
  readonly changesMaxResults: number;
  readonly parseLimitEmail: number;
  readonly snippetMaxResults: number;
  readonly maxUploadSize: number;
  readonly maxConcurrentUploads: number;
  readonly maxUploadCount: number;
  /** Bytes of temporary blobs in one window. */
  readonly uploadQuota: number;
  readonly uploadTtlMs: number;
  readonly eventSourceThrottleMs: number;
  readonly websocketThrottleMs: number;
  readonly websocketHeartbeatMs: number;
  /** Silence after which a WebSocket is closed. */
  readonly websocketTimeoutMs: number;
  /** Push subscriptions of an account that has no limit of its own. */
  readonly maxSubscriptions: number;
  readonly pushThrottleMs: number;
  /** Wait after a push failed for good. */
  readonly pushAttemptWaitMs: number;
  readonly pushMaxAttempts: number;
  /** Wait before a push is tried again; doubled each time. */
  readonly pushRetryWaitMs: number;
  readonly pushRequestTimeoutMs: number;
  /** Gap between two verifications of one account. */
  readonly pushVerifyTimeoutMs: number;
  /** Bytes of one EmailPush, before encryption. */
  readonly maxPushSize: number;
  readonly maxMailboxDepth: number;
  /** Bytes. */
  readonly maxMailboxNameLength: number;
  /** Bytes of all attachments of a message. */
  readonly maxAttachmentSize: number;
}

export const DEFAULT_JMAP_SETTINGS: JmapSettings = {
  maxRequestSize: 10_000_000,
  maxMethodCalls: 16,
  maxConcurrentRequests: 4,
  getMaxResults: 500,
  setMaxObjects: 500,
  queryMaxResults: 5000,
  changesMaxResults: 5000,
  parseLimitEmail: 10,
  snippetMaxResults: 100,
  maxUploadSize: 50_000_000,
  maxConcurrentUploads: 4,
  maxUploadCount: 1000,
  uploadQuota: 50_000_000,
  uploadTtlMs: 3_600_000,
  eventSourceThrottleMs: 1000,
  websocketThrottleMs: 1000,
  websocketHeartbeatMs: 60_000,
  websocketTimeoutMs: 600_000,
  maxSubscriptions: 15,
  pushThrottleMs: 1000,
  pushAttemptWaitMs: 60_000,
  pushMaxAttempts: 3,
  pushRetryWaitMs: 1000,
  pushRequestTimeoutMs: 10_000,
  pushVerifyTimeoutMs: 60_000,
  maxPushSize: 4096,
  maxMailboxDepth: 10,
  maxMailboxNameLength: 255,
  maxAttachmentSize: 50_000_000,
};
