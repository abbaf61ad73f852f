// Every server object, by name. Adding an object is one file and one line here.
import { Account } from './account.ts';
import { AccountPassword } from './account-password.ts';
import { AccountSettings } from './account-settings.ts';
import { AcmeProvider } from './acme-provider.ts';
import { Action } from './action.ts';
import { AddressBook } from './address-book.ts';
import { AiModel } from './ai-model.ts';
import { Alert } from './alert.ts';
import { AllowedIp } from './allowed-ip.ts';
import { ApiKey } from './api-key.ts';
import { AppPassword } from './app-password.ts';
import { Application } from './application.ts';
import { ArchivedItem } from './archived-item.ts';
import { ArfExternalReport } from './arf-external-report.ts';
import { Asn } from './asn.ts';
import { Authentication } from './authentication.ts';
import { BlobStore } from './blob-store.ts';
import { BlockedIp } from './blocked-ip.ts';
import { Bootstrap } from './bootstrap.ts';
import { Cache } from './cache.ts';
import { Calendar } from './calendar.ts';
import { CalendarAlarm } from './calendar-alarm.ts';
import { CalendarScheduling } from './calendar-scheduling.ts';
import { Certificate } from './certificate.ts';
import { ClusterNode } from './cluster-node.ts';
import { ClusterRole } from './cluster-role.ts';
import { Coordinator } from './coordinator.ts';
import { DataRetention } from './data-retention.ts';
import { DataStore } from './data-store.ts';
import { Directory } from './directory.ts';
import { DkimReportSettings } from './dkim-report-settings.ts';
import { DkimSignature } from './dkim-signature.ts';
import { DmarcExternalReport } from './dmarc-external-report.ts';
import { DmarcInternalReport } from './dmarc-internal-report.ts';
import { DmarcReportSettings } from './dmarc-report-settings.ts';
import { DnsResolver } from './dns-resolver.ts';
import { DnsServer } from './dns-server.ts';
import { Domain } from './domain.ts';
import { DsnReportSettings } from './dsn-report-settings.ts';
import { Email } from './email.ts';
import { Enterprise } from './enterprise.ts';
import { EventTracingLevel } from './event-tracing-level.ts';
import { FileStorage } from './file-storage.ts';
import { Http } from './http.ts';
import { HttpForm } from './http-form.ts';
import { HttpLookup } from './http-lookup.ts';
import { Imap } from './imap.ts';
import { InMemoryStore } from './in-memory-store.ts';
import { Jmap } from './jmap.ts';
import { Log } from './log.ts';
import { MailingList } from './mailing-list.ts';
import { MaskedEmail } from './masked-email.ts';
import { MemoryLookupKey } from './memory-lookup-key.ts';
import { MemoryLookupKeyValue } from './memory-lookup-key-value.ts';
import { Metric } from './metric.ts';
import { Metrics } from './metrics.ts';
import { MetricsStore } from './metrics-store.ts';
import { MtaConnectionStrategy } from './mta-connection-strategy.ts';
import { MtaDeliverySchedule } from './mta-delivery-schedule.ts';
import { MtaExtensions } from './mta-extensions.ts';
import { MtaHook } from './mta-hook.ts';
import { MtaInboundSession } from './mta-inbound-session.ts';
import { MtaInboundThrottle } from './mta-inbound-throttle.ts';
import { MtaMilter } from './mta-milter.ts';
import { MtaOutboundStrategy } from './mta-outbound-strategy.ts';
import { MtaOutboundThrottle } from './mta-outbound-throttle.ts';
import { MtaQueueQuota } from './mta-queue-quota.ts';
import { MtaRoute } from './mta-route.ts';
import { MtaStageAuth } from './mta-stage-auth.ts';
import { MtaStageConnect } from './mta-stage-connect.ts';
import { MtaStageData } from './mta-stage-data.ts';
import { MtaStageEhlo } from './mta-stage-ehlo.ts';
import { MtaStageMail } from './mta-stage-mail.ts';
import { MtaStageRcpt } from './mta-stage-rcpt.ts';
import { MtaSts } from './mta-sts.ts';
import { MtaTlsStrategy } from './mta-tls-strategy.ts';
import { MtaVirtualQueue } from './mta-virtual-queue.ts';
import { NetworkListener } from './network-listener.ts';
import { OAuthClient } from './oauth-client.ts';
import { OidcProvider } from './oidc-provider.ts';
import { PublicKey } from './public-key.ts';
import { QueuedMessage } from './queued-message.ts';
import { ReportSettings } from './report-settings.ts';
import { Role } from './role.ts';
import { Search } from './search.ts';
import { SearchStore } from './search-store.ts';
import { Security } from './security.ts';
import { SenderAuth } from './sender-auth.ts';
import { Sharing } from './sharing.ts';
import { SieveSystemInterpreter } from './sieve-system-interpreter.ts';
import { SieveSystemScript } from './sieve-system-script.ts';
import { SieveUserInterpreter } from './sieve-user-interpreter.ts';
import { SieveUserScript } from './sieve-user-script.ts';
import { SpamClassifier } from './spam-classifier.ts';
import { SpamDnsblServer } from './spam-dnsbl-server.ts';
import { SpamDnsblSettings } from './spam-dnsbl-settings.ts';
import { SpamFileExtension } from './spam-file-extension.ts';
import { SpamLlm } from './spam-llm.ts';
import { SpamPyzor } from './spam-pyzor.ts';
import { SpamRule } from './spam-rule.ts';
import { SpamSettings } from './spam-settings.ts';
import { SpamTag } from './spam-tag.ts';
import { SpamTrainingSample } from './spam-training-sample.ts';
import { SpfReportSettings } from './spf-report-settings.ts';
import { StoreLookup } from './store-lookup.ts';
import { SystemSettings } from './system-settings.ts';
import { Task } from './task.ts';
import { TaskManager } from './task-manager.ts';
import { Tenant } from './tenant.ts';
import { TlsExternalReport } from './tls-external-report.ts';
import { TlsInternalReport } from './tls-internal-report.ts';
import { TlsReportSettings } from './tls-report-settings.ts';
import { Trace } from './trace.ts';
import { Tracer } from './tracer.ts';
import { TracingStore } from './tracing-store.ts';
import { WebDav } from './web-dav.ts';
import { WebHook } from './web-hook.ts';
import type { SingletonType } from '../type-names.ts';
import type { Declaration, ShapeValue } from '../schema/index.ts';

export const DECLARATIONS = {
  Account,
  AccountPassword,
  AccountSettings,
  AcmeProvider,
  Action,
  AddressBook,
  AiModel,
  Alert,
  AllowedIp,
  ApiKey,
  AppPassword,
  Application,
  ArchivedItem,
  ArfExternalReport,
  Asn,
  Authentication,
  BlobStore,
  BlockedIp,
  Bootstrap,
  Cache,
  Calendar,
  CalendarAlarm,
  CalendarScheduling,
  Certificate,
  ClusterNode,
  ClusterRole,
  Coordinator,
  DataRetention,
  DataStore,
  Directory,
  DkimReportSettings,
  DkimSignature,
  DmarcExternalReport,
  DmarcInternalReport,
  DmarcReportSettings,
  DnsResolver,
  DnsServer,
  Domain,
  DsnReportSettings,
  Email,
  Enterprise,
  EventTracingLevel,
  FileStorage,
  Http,
  HttpForm,
  HttpLookup,
  Imap,
  InMemoryStore,
  Jmap,
  Log,
  MailingList,
  MaskedEmail,
  MemoryLookupKey,
  MemoryLookupKeyValue,
  Metric,
  Metrics,
  MetricsStore,
  MtaConnectionStrategy,
  MtaDeliverySchedule,
  MtaExtensions,
  MtaHook,
  MtaInboundSession,
  MtaInboundThrottle,
  MtaMilter,
  MtaOutboundStrategy,
  MtaOutboundThrottle,
  MtaQueueQuota,
  MtaRoute,
  MtaStageAuth,
  MtaStageConnect,
  MtaStageData,
  MtaStageEhlo,
  MtaStageMail,
  MtaStageRcpt,
  MtaSts,
  MtaTlsStrategy,
  MtaVirtualQueue,
  NetworkListener,
  OAuthClient,
  OidcProvider,
  PublicKey,
  QueuedMessage,
  ReportSettings,
  Role,
  Search,
  SearchStore,
  Security,
  SenderAuth,
  Sharing,
  SieveSystemInterpreter,
  SieveSystemScript,
  SieveUserInterpreter,
  SieveUserScript,
  SpamClassifier,
  SpamDnsblServer,
  SpamDnsblSettings,
  SpamFileExtension,
  SpamLlm,
  SpamPyzor,
  SpamRule,
  SpamSettings,
  SpamTag,
  SpamTrainingSample,
  SpfReportSettings,
  StoreLookup,
  SystemSettings,
  Task,
  TaskManager,
  Tenant,
  TlsExternalReport,
  TlsInternalReport,
  TlsReportSettings,
  Trace,
  Tracer,
  TracingStore,
  WebDav,
  WebHook,
} as const satisfies Readonly<Record<string, Declaration>>;

type Declarations = typeof DECLARATIONS;

/** Name of a type that is declared. */
export type DeclaredName = keyof Declarations;
/** Value of a record of the type. */
export type ValueOf<N extends DeclaredName> = ShapeValue<Declarations[N]['shape']>;
/** Names of the declared types with exactly one record. */
export type DeclaredSingleton = Extract<DeclaredName, SingletonType>;
/** Names of the declared types with many records. */
export type DeclaredObject = Exclude<DeclaredName, DeclaredSingleton>;

/** The declaration of a type, or undefined when there is none of that name. */
export const findDeclaration = (name: string): Declaration | undefined =>
  Object.hasOwn(DECLARATIONS, name) ? DECLARATIONS[name as DeclaredName] : undefined;
