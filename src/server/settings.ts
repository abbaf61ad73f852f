// The registry's settings as the faces read them: made again only when the object behind them was changed.
import type { HttpSettings } from '../http/index.ts';
import type { JmapSettings } from '../jmap/index.ts';
import { type MailSearchSettings, type MailSettings, SEARCH_DEFAULTS } from '../mail/index.ts';
import { NetworkSet } from '../net/index.ts';
import type { DeclaredSingleton, Registry, ValueOf } from '../registry/index.ts';

/** A value computed from a singleton, kept while the singleton stays the same. */
export function fromSingleton<N extends DeclaredSingleton, T>(
  registry: Registry,
  name: N,
  make: (value: ValueOf<N>) => T,
): () => T {
  let source: ValueOf<N> | undefined;
  let made: T;
  return () => {
    const value = registry.singleton(name);
    if (value !== source) {
      made = make(value);
      source = value;
    }
    return made;
  };
}

export const httpSettings = (registry: Registry): (() => HttpSettings) =>
  fromSingleton(registry, 'Http', (http) => ({
    rateLimitAnonymous: rate(http.rateLimitAnonymous),
    rateLimitAuthenticated: rate(http.rateLimitAuthenticated),
    enableHsts: http.enableHsts,
    usePermissiveCors: http.usePermissiveCors,
    responseHeaders: http.responseHeaders as Readonly<Record<string, string>>,
    useXForwarded: http.useXForwarded,
    redirectRoot: http.redirectRoot,
  }));

/** For repairs and the first start: from anywhere, as often as it takes. */
export const rescueSettings = (registry: Registry): (() => HttpSettings) => {
  const stored = httpSettings(registry);
  return () => ({
    ...stored(),
    rateLimitAnonymous: null,
    rateLimitAuthenticated: null,
    usePermissiveCors: true,
    enableHsts: false,
    useXForwarded: false,
  });
};

export function jmapSettings(registry: Registry): () => JmapSettings {
  const ofJmap = jmapLimits(registry);
  const ofMail = fromSingleton(registry, 'Email', (email) => ({
    maxMailboxDepth: email.maxMailboxDepth,
    maxMailboxNameLength: email.maxMailboxNameLength,
    maxAttachmentSize: email.maxAttachmentSize,
  }));
  let made: { from: readonly [unknown, unknown]; settings: JmapSettings } | undefined;
  return () => {
    const from = [ofJmap(), ofMail()] as const;
    if (made?.from[0] !== from[0] || made.from[1] !== from[1])
      made = { from, settings: { ...from[0], ...from[1] } };
    return made.settings;
  };
}

const jmapLimits = (registry: Registry) =>
  fromSingleton(registry, 'Jmap', (jmap) => ({
    maxRequestSize: jmap.maxRequestSize,
    maxMethodCalls: jmap.maxMethodCalls,
    maxConcurrentRequests: jmap.maxConcurrentRequests ?? Infinity,
    getMaxResults: jmap.getMaxResults,
    setMaxObjects: jmap.setMaxObjects,
    queryMaxResults: jmap.queryMaxResults,
    changesMaxResults: jmap.changesMaxResults,
    parseLimitEmail: jmap.parseLimitEmail,
    snippetMaxResults: jmap.snippetMaxResults,
    maxUploadSize: jmap.maxUploadSize,
    maxConcurrentUploads: jmap.maxConcurrentUploads ?? Infinity,
    maxUploadCount: jmap.maxUploadCount,
    uploadQuota: jmap.uploadQuota,
    uploadTtlMs: jmap.uploadTtl,
    eventSourceThrottleMs: jmap.eventSourceThrottle,
    websocketThrottleMs: jmap.websocketThrottle,
    websocketHeartbeatMs: jmap.websocketHeartbeat,
    websocketTimeoutMs: jmap.websocketTimeout,
    maxSubscriptions: jmap.maxSubscriptions ?? Infinity,
    pushThrottleMs: jmap.pushThrottle,
    pushAttemptWaitMs: jmap.pushAttemptWait,
    pushMaxAttempts: jmap.pushMaxAttempts,
    pushRetryWaitMs: jmap.pushRetryWait,
    pushRequestTimeoutMs: jmap.pushRequestTimeout,
    pushVerifyTimeoutMs: jmap.pushVerifyTimeout,
    maxPushSize: jmap.maxPushSize,
  }));

/** Limits and usual mailboxes of the mail floor. */
export const mailSettings = (registry: Registry): (() => MailSettings) =>
  fromSingleton(registry, 'Email', (email) => ({
    ...email,
    defaultFolders: email.defaultFolders as NonNullable<MailSettings['defaultFolders']>,
  }));

/** What is indexed of e-mail. */
export const searchSettings = (registry: Registry): (() => MailSearchSettings) =>
  fromSingleton(registry, 'Search', (search) => ({
    ...SEARCH_DEFAULTS,
    supported: search.supportedLanguages,
    fallback: search.defaultLanguage,
    isOn: search.indexEmail,
    fields: search.indexEmailFields,
    batchSize: search.indexBatchSize,
  }));

/** Networks whose proxies are believed. */
export const trustedNetworks = (registry: Registry): (() => NetworkSet) =>
  fromSingleton(registry, 'SystemSettings', (system) => new NetworkSet(system.proxyTrustedNetworks));

const rate = (value: { readonly count: number; readonly period: number } | null) =>
  value && { count: value.count, periodMs: value.period };
