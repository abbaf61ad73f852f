// The enumerations of the registry: the literals that a field of that kind accepts, in their order.
// Written by hand nowhere: this is vocabulary, kept as data.
export const ENUMS = {
  AccountType: [
  'User', 'Group',
],

  AcmeChallengeType: [
  'TlsAlpn01', 'DnsPersist01', 'Dns01', 'Http01',
],

  AcmeRenewBefore: [
  'R12', 'R23', 'R34', 'R45',
],

  ActionType: [
  'ReloadSettings', 'ReloadTlsCertificates', 'ReloadLookupStores', 'ReloadBlockedIps', 'UpdateApps',
  'TroubleshootDmarc', 'ClassifySpam', 'InvalidateCaches', 'InvalidateNegativeCaches', 'PauseMtaQueue',
  'ResumeMtaQueue',
],

  AiModelType: [
  'Chat', 'Text',
],

  AlertEmailType: [
  'Disabled', 'Enabled',
],

  AlertEventType: [
  'Disabled', 'Enabled',
],

  ArchivedItemStatus: [
  'archived', 'requestRestore',
],

  ArchivedItemType: [
  'Email', 'FileNode', 'CalendarEvent', 'ContactCard', 'SieveScript',
],

  ArfAuthFailureType: [
  'adsp', 'bodyHash', 'revoked', 'signature', 'spf', 'dmarc', 'unspecified',
],

  ArfDeliveryResult: [
  'delivered', 'spam', 'policy', 'reject', 'other', 'unspecified',
],

  ArfFeedbackType: [
  'abuse', 'authFailure', 'fraud', 'notSpam', 'virus', 'other',
],

  ArfIdentityAlignment: [
  'none', 'spf', 'dkim', 'dkimSpf', 'unspecified',
],

  AsnType: [
  'Disabled', 'Resource', 'Dns',
],

  AzureEnvironment: [
  'public', 'china', 'us-government',
],

  BlobStoreBaseType: [
  'S3', 'Azure', 'FileSystem', 'FoundationDb', 'PostgreSql', 'MySql',
],

  BlobStoreType: [
  'Default', 'Sharded', 'S3', 'Azure', 'FileSystem', 'FoundationDb', 'PostgreSql', 'MySql',
],

  BlockReason: [
  'rcptToFailure', 'authFailure', 'loitering', 'portScanning', 'manual', 'other',
],

  CertificateManagementType: [
  'Manual', 'Automatic',
],

  ClusterListenerGroupType: [
  'EnableAll', 'DisableAll', 'EnableSome', 'DisableSome',
],

  ClusterNodeStatus: [
  'active', 'stale', 'inactive',
],

  ClusterTaskGroupType: [
  'EnableAll', 'DisableAll', 'EnableSome', 'DisableSome',
],

  ClusterTaskType: [
  'storeMaintenance', 'accountMaintenance', 'metricsCalculate', 'metricsPush', 'pushNotifications',
  'searchIndexing', 'spamClassifierTraining', 'outboundMta', 'taskQueueProcessing', 'taskScheduler',
],

  CompressionAlgo: [
  'lz4', 'none',
],

  CoordinatorType: [
  'Disabled', 'Default', 'Kafka', 'Nats', 'Zenoh', 'Redis', 'RedisCluster', 'RedisSentinel',
],

  CredentialPermissionsType: [
  'Inherit', 'Disable', 'Replace',
],

  CredentialType: [
  'Password', 'AppPassword', 'ApiKey',
],

  CronType: [
  'Daily', 'Weekly', 'Hourly',
],

  DataStoreType: [
  'RocksDb', 'Sqlite', 'FoundationDb', 'PostgreSql', 'MySql',
],

  DeliveryErrorType: [
  'dnsError', 'unexpectedResponse', 'connectionError', 'tlsError', 'daneError', 'mtaStsError', 'rateLimited',
  'concurrencyLimited', 'io',
],

  DirectoryBootstrapType: [
  'Internal', 'Ldap', 'Sql', 'Oidc',
],

  DirectoryType: [
  'Ldap', 'Sql', 'Oidc',
],

  Dkim2Flag: [
  'donotmodify', 'donotexplode', 'feedback',
],

  DkimAuthResult: [
  'none', 'pass', 'fail', 'policy', 'neutral', 'tempError', 'permError',
],

  DkimCanonicalization: [
  'relaxed/relaxed', 'simple/simple', 'relaxed/simple', 'simple/relaxed',
],

  DkimHash: [
  'sha256', 'sha1',
],

  DkimManagementType: [
  'Automatic', 'Manual',
],

  DkimRotationStage: [
  'active', 'pending', 'retiring', 'retired',
],

  DkimSignatureType: [
  'Dkim1Ed25519Sha256', 'Dkim1RsaSha256', 'Dkim2Ed25519Sha256', 'Dkim2RsaSha256',
],

  DmarcActionDisposition: [
  'none', 'pass', 'quarantine', 'reject', 'unspecified',
],

  DmarcAlignment: [
  'relaxed', 'strict', 'unspecified',
],

  DmarcDiscovery: [
  'psl', 'treewalk', 'unspecified',
],

  DmarcDisposition: [
  'none', 'quarantine', 'reject', 'unspecified',
],

  DmarcPolicyOverride: [
  'Forwarded', 'SampledOut', 'TrustedForwarder', 'MailingList', 'LocalPolicy', 'Other', 'PolicyTestMode',
],

  DmarcResult: [
  'pass', 'fail', 'unspecified',
],

  DmarcTroubleshootAuthResultType: [
  'Pass', 'Fail', 'SoftFail', 'TempError', 'PermError', 'Neutral', 'None',
],

  DnsManagementType: [
  'Manual', 'Automatic',
],

  DnsPublishStatus: [
  'synced', 'pending', 'failed', 'unknown',
],

  DnsRecordType: [
  'dkim', 'tlsa', 'spf', 'mx', 'dmarc', 'srv', 'mtaSts', 'tlsRpt', 'caa', 'autoConfig', 'autoConfigLegacy',
  'autoDiscover',
],

  DnsResolverProtocol: [
  'tls', 'udp', 'tcp',
],

  DnsResolverType: [
  'System', 'Custom', 'Cloudflare', 'Quad9', 'Google',
],

  DnsServerBootstrapType: [
  'Manual', 'Tsig', 'Deprecated1', 'Cloudflare', 'DigitalOcean', 'DeSEC', 'Ovh', 'Bunny', 'Porkbun',
  'Dnsimple', 'Spaceship', 'Route53', 'GoogleCloudDns', 'Alidns', 'ArvanCloud', 'Autodns', 'AzureDns',
  'BaiduCloud', 'BluecatV2', 'ClouDns', 'Constellix', 'Cpanel', 'Ddnss', 'DnsMadeEasy', 'Domeneshop',
  'Dreamhost', 'DuckDns', 'Dynu', 'EasyDns', 'EdgeDns', 'Exoscale', 'FreeMyIp', 'GandiV5', 'Gcore', 'Glesys',
  'Godaddy', 'Hetzner', 'HostingDe', 'Hostinger', 'HuaweiCloud', 'Hurricane', 'IbmCloud', 'Infoblox',
  'Infomaniak', 'Inwx', 'Ionos', 'Ipv64', 'Joker', 'Lightsail', 'Linode', 'LuaDns', 'MythicBeasts',
  'Namecheap', 'NameDotCom', 'NameSilo', 'Netcup', 'Netlify', 'Nifcloud', 'Ns1', 'OracleCloud', 'Plesk',
  'Safedns', 'Scaleway', 'TencentCloud', 'Transip', 'UltraDns', 'Vercel', 'Volcengine', 'Vultr',
  'WebSupport', 'YandexCloud',
],

  DnsServerType: [
  'Tsig', 'Deprecated1', 'Cloudflare', 'DigitalOcean', 'DeSEC', 'Ovh', 'Bunny', 'Porkbun', 'Dnsimple',
  'Spaceship', 'Route53', 'GoogleCloudDns', 'Alidns', 'ArvanCloud', 'Autodns', 'AzureDns', 'BaiduCloud',
  'BluecatV2', 'ClouDns', 'Constellix', 'Cpanel', 'Ddnss', 'DnsMadeEasy', 'Domeneshop', 'Dreamhost',
  'DuckDns', 'Dynu', 'EasyDns', 'EdgeDns', 'Exoscale', 'FreeMyIp', 'GandiV5', 'Gcore', 'Glesys', 'Godaddy',
  'Hetzner', 'HostingDe', 'Hostinger', 'HuaweiCloud', 'Hurricane', 'IbmCloud', 'Infoblox', 'Infomaniak',
  'Inwx', 'Ionos', 'Ipv64', 'Joker', 'Lightsail', 'Linode', 'LuaDns', 'MythicBeasts', 'Namecheap',
  'NameDotCom', 'NameSilo', 'Netcup', 'Netlify', 'Nifcloud', 'Ns1', 'OracleCloud', 'Plesk', 'Safedns',
  'Scaleway', 'TencentCloud', 'Transip', 'UltraDns', 'Vercel', 'Volcengine', 'Vultr', 'WebSupport',
  'YandexCloud',
],

  EncryptionAtRestType: [
  'Disabled', 'Aes128', 'Aes256', 'Aes256Gcm', 'ChaCha20Poly1305',
],

  EventPolicy: [
  'include', 'exclude',
],

  EventType: [
  'acme.auth-start', 'acme.auth-pending', 'acme.auth-valid', 'acme.auth-completed', 'acme.auth-error',
  'acme.auth-too-many-attempts', 'acme.process-cert', 'acme.order-start', 'acme.order-processing',
  'acme.order-completed', 'acme.order-ready', 'acme.order-valid', 'acme.order-invalid', 'acme.renew-backoff',
  'acme.client-supplied-sni', 'acme.client-missing-sni', 'acme.tls-alpn-received', 'acme.tls-alpn-error',
  'acme.token-not-found', 'acme.error', 'ai.llm-response', 'ai.api-error', 'arc.chain-too-long',
  'arc.invalid-instance', 'arc.invalid-cv', 'arc.has-header-tag', 'arc.broken-chain', 'arc.sealer-not-found',
  'auth.success', 'auth.failed', 'auth.token-expired', 'auth.mfa-required', 'auth.too-many-attempts',
  'auth.client-registration', 'auth.error', 'auth.warning', 'auth.credential-expired',
  'calendar.rule-expansion-error', 'calendar.alarm-sent', 'calendar.alarm-skipped',
  'calendar.alarm-recipient-override', 'calendar.alarm-failed', 'calendar.itip-message-sent',
  'calendar.itip-message-received', 'calendar.itip-message-error', 'cluster.startup',
  'cluster.subscriber-start', 'cluster.subscriber-stop', 'cluster.subscriber-error',
  'cluster.subscriber-disconnected', 'cluster.publisher-start', 'cluster.publisher-stop',
  'cluster.publisher-error', 'cluster.message-received', 'cluster.message-skipped',
  'cluster.message-invalid', 'cluster.node-id-renewed', 'dane.authentication-success',
  'dane.authentication-failure', 'dane.no-certificates-found', 'dane.certificate-parse-error',
  'dane.tlsa-record-match', 'dane.tlsa-record-fetch', 'dane.tlsa-record-fetch-error',
  'dane.tlsa-record-not-found', 'dane.tlsa-record-not-dnssec-signed', 'dane.tlsa-record-invalid',
  'dane.bogus-dnssec-record', 'delivery.attempt-start', 'delivery.attempt-end', 'delivery.completed',
  'delivery.failed', 'delivery.domain-delivery-start', 'delivery.mx-lookup', 'delivery.mx-lookup-failed',
  'delivery.ip-lookup', 'delivery.ip-lookup-failed', 'delivery.null-mx', 'delivery.connect',
  'delivery.connect-error', 'delivery.missing-outbound-hostname', 'delivery.greeting-failed',
  'delivery.ehlo', 'delivery.ehlo-rejected', 'delivery.auth', 'delivery.auth-failed', 'delivery.mail-from',
  'delivery.mail-from-rejected', 'delivery.delivered', 'delivery.rcpt-to', 'delivery.rcpt-to-rejected',
  'delivery.rcpt-to-failed', 'delivery.message-rejected', 'delivery.start-tls',
  'delivery.start-tls-unavailable', 'delivery.start-tls-error', 'delivery.start-tls-disabled',
  'delivery.implicit-tls-error', 'delivery.concurrency-limit-exceeded', 'delivery.rate-limit-exceeded',
  'delivery.double-bounce', 'delivery.dsn-success', 'delivery.dsn-temp-fail', 'delivery.dsn-perm-fail',
  'delivery.raw-input', 'delivery.raw-output', 'dkim.pass', 'dkim.neutral', 'dkim.fail', 'dkim.perm-error',
  'dkim.temp-error', 'dkim.none', 'dkim.unsupported-version', 'dkim.unsupported-algorithm',
  'dkim.unsupported-canonicalization', 'dkim.unsupported-key-type', 'dkim.failed-body-hash-match',
  'dkim.failed-verification', 'dkim.failed-auid-match', 'dkim.revoked-public-key',
  'dkim.incompatible-algorithms', 'dkim.signature-expired', 'dkim.signature-length', 'dkim.signer-not-found',
  'dkim.build-error', 'dkim.signature-created', 'dkim.signature-published', 'dkim.signature-retiring',
  'dkim.signature-retired', 'dkim.signature-deleted', 'dkim.instance-missing', 'dkim.instance-syntax',
  'dkim.instance-tag-missing', 'dkim.instance-not-signed', 'dkim.instance-above-signature',
  'dkim.signature-missing', 'dkim.signature-syntax', 'dkim.signature-tag-missing',
  'dkim.signature-tag-unexpected', 'dkim.sequence-gap', 'dkim.sequence-overflow', 'dkim.chain-too-long',
  'dkim.mail-from-mismatch', 'dkim.rcpt-to-mismatch', 'dkim.mail-from-domain-mismatch',
  'dkim.next-domain-mismatch', 'dkim.custody-break', 'dkim.public-key-fetch', 'dkim.public-key-missing',
  'dkim.public-key-multiple', 'dkim.public-key-syntax', 'dkim.public-key-algorithm-mismatch',
  'dkim.no-valid-algorithm', 'dkim.header-hash-mismatch', 'dkim.modified', 'dkim.exploded', 'dmarc.pass',
  'dmarc.fail', 'dmarc.perm-error', 'dmarc.temp-error', 'dmarc.none', 'dns.record-created',
  'dns.record-creation-failed', 'dns.record-deletion-failed', 'dns.record-not-propagated',
  'dns.record-lookup-failed', 'dns.record-propagated', 'dns.record-propagation-timeout', 'dns.build-error',
  'eval.result', 'eval.error', 'eval.directory-not-found', 'eval.store-not-found', 'http.connection-start',
  'http.connection-end', 'http.error', 'http.request-url', 'http.request-body', 'http.response-body',
  'http.x-forwarded-missing', 'imap.connection-start', 'imap.connection-end', 'imap.get-acl', 'imap.set-acl',
  'imap.my-rights', 'imap.list-rights', 'imap.append', 'imap.capabilities', 'imap.id', 'imap.close',
  'imap.copy', 'imap.move', 'imap.create-mailbox', 'imap.delete-mailbox', 'imap.rename-mailbox',
  'imap.enable', 'imap.expunge', 'imap.fetch', 'imap.idle-start', 'imap.idle-stop', 'imap.list', 'imap.lsub',
  'imap.logout', 'imap.namespace', 'imap.noop', 'imap.search', 'imap.sort', 'imap.select', 'imap.status',
  'imap.store', 'imap.subscribe', 'imap.unsubscribe', 'imap.thread', 'imap.uid-batches', 'imap.get-quota',
  'imap.error', 'imap.raw-input', 'imap.raw-output', 'incoming-report.dmarc-report',
  'incoming-report.dmarc-report-with-warnings', 'incoming-report.tls-report',
  'incoming-report.tls-report-with-warnings', 'incoming-report.abuse-report',
  'incoming-report.auth-failure-report', 'incoming-report.fraud-report', 'incoming-report.not-spam-report',
  'incoming-report.virus-report', 'incoming-report.other-report', 'incoming-report.message-parse-failed',
  'incoming-report.dmarc-parse-failed', 'incoming-report.tls-rpc-parse-failed',
  'incoming-report.arf-parse-failed', 'incoming-report.decompress-error', 'iprev.pass', 'iprev.fail',
  'iprev.perm-error', 'iprev.temp-error', 'iprev.none', 'jmap.method-call', 'jmap.invalid-arguments',
  'jmap.request-too-large', 'jmap.state-mismatch', 'jmap.anchor-not-found', 'jmap.unsupported-filter',
  'jmap.unsupported-sort', 'jmap.unknown-method', 'jmap.invalid-result-reference', 'jmap.forbidden',
  'jmap.account-not-found', 'jmap.account-not-supported-by-method', 'jmap.account-read-only',
  'jmap.not-found', 'jmap.cannot-calculate-changes', 'jmap.unknown-data-type', 'jmap.unknown-capability',
  'jmap.not-json', 'jmap.not-request', 'jmap.websocket-start', 'jmap.websocket-stop', 'jmap.websocket-error',
  'limit.size-request', 'limit.size-upload', 'limit.calls-in', 'limit.concurrent-request',
  'limit.concurrent-upload', 'limit.concurrent-connection', 'limit.quota', 'limit.blob-quota',
  'limit.tenant-quota', 'limit.too-many-requests', 'mail-auth.parse-error', 'mail-auth.missing-parameters',
  'mail-auth.no-headers-found', 'mail-auth.crypto', 'mail-auth.io', 'mail-auth.base64',
  'mail-auth.dns-error', 'mail-auth.dns-record-not-found', 'mail-auth.dns-invalid-record-type',
  'mail-auth.policy-not-aligned', 'manage-sieve.connection-start', 'manage-sieve.connection-end',
  'manage-sieve.create-script', 'manage-sieve.update-script', 'manage-sieve.get-script',
  'manage-sieve.delete-script', 'manage-sieve.rename-script', 'manage-sieve.check-script',
  'manage-sieve.have-space', 'manage-sieve.list-scripts', 'manage-sieve.set-active',
  'manage-sieve.capabilities', 'manage-sieve.start-tls', 'manage-sieve.unauthenticate',
  'manage-sieve.logout', 'manage-sieve.noop', 'manage-sieve.error', 'manage-sieve.raw-input',
  'manage-sieve.raw-output', 'message-ingest.ham', 'message-ingest.spam', 'message-ingest.imap-append',
  'message-ingest.jmap-append', 'message-ingest.duplicate', 'message-ingest.error',
  'message-ingest.search-index', 'milter.read', 'milter.write', 'milter.action-accept',
  'milter.action-discard', 'milter.action-reject', 'milter.action-temp-fail', 'milter.action-reply-code',
  'milter.action-connection-failure', 'milter.action-shutdown', 'milter.io-error', 'milter.frame-too-large',
  'milter.frame-invalid', 'milter.unexpected-response', 'milter.timeout', 'milter.tls-invalid-name',
  'milter.disconnected', 'milter.parse-error', 'mta-hook.action-accept', 'mta-hook.action-discard',
  'mta-hook.action-reject', 'mta-hook.action-quarantine', 'mta-hook.error', 'mta-sts.authorized',
  'mta-sts.not-authorized', 'mta-sts.policy-fetch', 'mta-sts.policy-not-found', 'mta-sts.policy-fetch-error',
  'mta-sts.invalid-policy', 'network.listen-start', 'network.listen-stop', 'network.listen-error',
  'network.bind-error', 'network.read-error', 'network.write-error', 'network.flush-error',
  'network.accept-error', 'network.split-error', 'network.timeout', 'network.closed', 'network.proxy-error',
  'network.set-opt-error', 'outgoing-report.spf-report', 'outgoing-report.spf-rate-limited',
  'outgoing-report.dkim-report', 'outgoing-report.dkim-rate-limited', 'outgoing-report.dmarc-report',
  'outgoing-report.dmarc-rate-limited', 'outgoing-report.dmarc-aggregate-report',
  'outgoing-report.tls-aggregate', 'outgoing-report.http-submission',
  'outgoing-report.unauthorized-reporting-address', 'outgoing-report.reporting-address-validation-error',
  'outgoing-report.not-found', 'outgoing-report.submission-error', 'outgoing-report.no-recipients-found',
  'outgoing-report.locked', 'outgoing-report.max-size-exceeded', 'pop3.connection-start',
  'pop3.connection-end', 'pop3.delete', 'pop3.reset', 'pop3.quit', 'pop3.fetch', 'pop3.list',
  'pop3.list-message', 'pop3.uidl', 'pop3.uidl-message', 'pop3.stat', 'pop3.noop', 'pop3.capabilities',
  'pop3.start-tls', 'pop3.utf8', 'pop3.error', 'pop3.raw-input', 'pop3.raw-output',
  'push-subscription.success', 'push-subscription.error', 'push-subscription.not-found', 'queue.started',
  'queue.message-queued', 'queue.authenticated-message-queued', 'queue.report-queued', 'queue.dsn-queued',
  'queue.autogenerated-queued', 'queue.rescheduled', 'queue.locked', 'queue.blob-not-found',
  'queue.rate-limit-exceeded', 'queue.concurrency-limit-exceeded', 'queue.quota-exceeded',
  'queue.back-pressure', 'registry.local-read-error', 'registry.local-write-error',
  'registry.local-parse-error', 'registry.read-error', 'registry.write-error',
  'registry.deserialization-error', 'registry.build-error', 'registry.build-warning',
  'registry.not-supported', 'registry.validation-error', 'resource.not-found', 'resource.bad-parameters',
  'resource.error', 'resource.download-external', 'resource.application-updated',
  'resource.application-unpacked', 'security.authentication-ban', 'security.abuse-ban', 'security.scan-ban',
  'security.loiter-ban', 'security.ip-blocked', 'security.ip-block-expired', 'security.ip-allow-expired',
  'security.ip-unauthorized', 'security.unauthorized', 'server.startup', 'server.shutdown',
  'server.startup-error', 'server.thread-error', 'server.licensing', 'server.recovery-mode',
  'server.bootstrap-mode', 'sieve.action-accept', 'sieve.action-accept-replace', 'sieve.action-discard',
  'sieve.action-reject', 'sieve.send-message', 'sieve.message-too-large', 'sieve.script-not-found',
  'sieve.list-not-found', 'sieve.runtime-error', 'sieve.unexpected-error', 'sieve.not-supported',
  'sieve.quota-exceeded', 'smtp.connection-start', 'smtp.connection-end', 'smtp.error', 'smtp.id-not-found',
  'smtp.concurrency-limit-exceeded', 'smtp.transfer-limit-exceeded', 'smtp.rate-limit-exceeded',
  'smtp.time-limit-exceeded', 'smtp.missing-auth-directory', 'smtp.message-parse-failed',
  'smtp.message-too-large', 'smtp.loop-detected', 'smtp.dkim-pass', 'smtp.dkim-fail', 'smtp.dkim2-pass',
  'smtp.dkim2-fail', 'smtp.dkim2-dsn-discarded', 'smtp.arc-pass', 'smtp.arc-fail', 'smtp.spf-ehlo-pass',
  'smtp.spf-ehlo-fail', 'smtp.spf-from-pass', 'smtp.spf-from-fail', 'smtp.dmarc-pass', 'smtp.dmarc-fail',
  'smtp.iprev-pass', 'smtp.iprev-fail', 'smtp.too-many-messages', 'smtp.ehlo', 'smtp.invalid-ehlo',
  'smtp.did-not-say-ehlo', 'smtp.ehlo-expected', 'smtp.lhlo-expected', 'smtp.mail-from-unauthenticated',
  'smtp.mail-from-unauthorized', 'smtp.mail-from-not-allowed', 'smtp.mail-from-rewritten',
  'smtp.mail-from-missing', 'smtp.mail-from', 'smtp.multiple-mail-from', 'smtp.mailbox-does-not-exist',
  'smtp.relay-not-allowed', 'smtp.rcpt-to', 'smtp.rcpt-to-duplicate', 'smtp.rcpt-to-rewritten',
  'smtp.rcpt-to-missing', 'smtp.rcpt-to-greylisted', 'smtp.too-many-recipients',
  'smtp.too-many-invalid-rcpt', 'smtp.raw-input', 'smtp.raw-output', 'smtp.missing-local-hostname',
  'smtp.vrfy', 'smtp.vrfy-not-found', 'smtp.vrfy-disabled', 'smtp.expn', 'smtp.expn-not-found',
  'smtp.expn-disabled', 'smtp.require-tls-disabled', 'smtp.deliver-by-disabled', 'smtp.deliver-by-invalid',
  'smtp.future-release-disabled', 'smtp.future-release-invalid', 'smtp.mt-priority-disabled',
  'smtp.mt-priority-invalid', 'smtp.dsn-disabled', 'smtp.auth-not-allowed',
  'smtp.auth-mechanism-not-supported', 'smtp.auth-exchange-too-long', 'smtp.already-authenticated',
  'smtp.noop', 'smtp.start-tls', 'smtp.start-tls-unavailable', 'smtp.start-tls-already', 'smtp.rset',
  'smtp.quit', 'smtp.help', 'smtp.command-not-implemented', 'smtp.invalid-command',
  'smtp.invalid-sender-address', 'smtp.invalid-recipient-address', 'smtp.invalid-parameter',
  'smtp.unsupported-parameter', 'smtp.syntax-error', 'smtp.request-too-large', 'spam.pyzor',
  'spam.pyzor-error', 'spam.dnsbl', 'spam.dnsbl-error', 'spam.train-started', 'spam.train-completed',
  'spam.train-sample-added', 'spam.train-sample-not-found', 'spam.classify', 'spam.model-loaded',
  'spam.model-not-ready', 'spam.model-not-found', 'spam.rules-updated', 'spf.pass', 'spf.fail',
  'spf.soft-fail', 'spf.neutral', 'spf.temp-error', 'spf.perm-error', 'spf.none',
  'store.assert-value-failed', 'store.foundationdb-error', 'store.mysql-error', 'store.postgresql-error',
  'store.rocksdb-error', 'store.sqlite-error', 'store.ldap-error', 'store.elasticsearch-error',
  'store.meilisearch-error', 'store.redis-error', 'store.s3-error', 'store.azure-error',
  'store.filesystem-error', 'store.pool-error', 'store.data-corruption', 'store.decompress-error',
  'store.deserialize-error', 'store.not-found', 'store.not-configured', 'store.not-supported',
  'store.unexpected-error', 'store.crypto-error', 'store.http-store-error', 'store.cache-miss',
  'store.cache-hit', 'store.cache-stale', 'store.cache-update', 'store.cache-entry-too-large',
  'store.blob-missing-marker', 'store.data-write', 'store.data-iterate', 'store.blob-read',
  'store.blob-write', 'store.blob-delete', 'store.sql-query', 'store.ldap-query', 'store.ldap-warning',
  'store.http-store-fetch', 'store.auto-expunge', 'store.blob-store-purged', 'store.data-store-purged',
  'task-manager.task-acquired', 'task-manager.task-queued', 'task-manager.task-scheduled',
  'task-manager.task-locked', 'task-manager.task-ignored', 'task-manager.task-failed',
  'task-manager.task-retry', 'task-manager.blob-not-found', 'task-manager.metadata-not-found',
  'task-manager.scheduler-started', 'task-manager.manager-started', 'telemetry.alert-event',
  'telemetry.alert-message', 'telemetry.log-error', 'telemetry.webhook-error',
  'telemetry.otel-exporter-error', 'telemetry.otel-metrics-exporter-error',
  'telemetry.prometheus-exporter-error', 'telemetry.journal-error', 'telemetry.metrics-collected',
  'telemetry.metrics-stored', 'telemetry.metrics-pushed', 'tls.handshake', 'tls.handshake-error',
  'tls.not-configured', 'tls.certificate-not-found', 'tls.no-certificates-available',
  'tls.multiple-certificates-available', 'tls.expired-certificate-removed', 'tls-rpt.record-fetch',
  'tls-rpt.record-fetch-error', 'tls-rpt.record-not-found', 'web-dav.propfind', 'web-dav.proppatch',
  'web-dav.get', 'web-dav.head', 'web-dav.report', 'web-dav.mkcol', 'web-dav.mkcalendar', 'web-dav.delete',
  'web-dav.put', 'web-dav.post', 'web-dav.patch', 'web-dav.copy', 'web-dav.move', 'web-dav.lock',
  'web-dav.unlock', 'web-dav.acl', 'web-dav.options', 'web-dav.error',
],

  ExpressionConstant: [
  'relaxed', 'strict', 'disable', 'optional', 'require', 'ipv4_only', 'ipv6_only', 'ipv6_then_ipv4',
  'ipv4_then_ipv6', 'hourly', 'daily', 'weekly', 'login', 'plain', 'xoauth2', 'oauthbearer', 'mixer',
  'stanag4406', 'nsep',
],

  ExpressionVariable: [
  'asn', 'attributes', 'authenticated_as', 'authority', 'bcc', 'bcc.domain', 'bcc.local', 'bcc.name', 'body',
  'body.html', 'body.raw', 'body.text', 'body.words', 'cc', 'cc.domain', 'cc.local', 'cc.name', 'country',
  'domain', 'email', 'email_lower', 'env_from', 'env_from.domain', 'env_from.local', 'env_to', 'expires_in',
  'from', 'from.domain', 'from.local', 'from.name', 'headers', 'helo_domain', 'host', 'ip', 'ip_reverse',
  'is_tls', 'is_v4', 'is_v6', 'last_error', 'last_status', 'listener', 'local', 'local_ip', 'local_port',
  'location', 'method', 'mx', 'name', 'name_lower', 'notify_num', 'octets', 'path', 'path_query', 'port',
  'priority', 'protocol', 'query', 'queue_age', 'queue_name', 'raw', 'raw_lower', 'rcpt', 'rcpt_domain',
  'received_from_ip', 'received_via_port', 'recipients', 'remote_ip', 'remote_ip.ptr', 'remote_port',
  'reply_to', 'reply_to.domain', 'reply_to.local', 'reply_to.name', 'retry_num', 'reverse_ip', 'scheme',
  'sender', 'sender_domain', 'size', 'sld', 'source', 'subject', 'subject.thread', 'subject.words', 'to',
  'to.domain', 'to.local', 'to.name', 'url', 'url_original', 'value', 'value_lower',
],

  FailureReportingOption: [
  'all', 'any', 'dkimFailure', 'spfFailure',
],

  HttpAuthType: [
  'Unauthenticated', 'Basic', 'Bearer',
],

  HttpLookupFormatType: [
  'Csv', 'List',
],

  InMemoryStoreBaseType: [
  'Redis', 'RedisCluster', 'RedisSentinel',
],

  InMemoryStoreType: [
  'Default', 'Sharded', 'Redis', 'RedisCluster', 'RedisSentinel',
],

  IncludeInAvailability: [
  'all', 'attending', 'none',
],

  IndexDocumentType: [
  'email', 'calendar', 'contacts', 'file',
],

  IpProtocol: [
  'udp', 'tcp',
],

  JokerAuthType: [
  'ApiKey', 'UsernamePassword',
],

  JwtSignatureAlgorithm: [
  'es256', 'es384', 'ps256', 'ps384', 'ps512', 'rs256', 'rs384', 'rs512', 'hs256', 'hs384', 'hs512',
],

  Key: [
  'accountName', 'accountId', 'blobId', 'causedBy', 'changeId', 'code', 'collection', 'contents', 'details',
  'dkimFail', 'dkimNone', 'dkimPass', 'dmarcNone', 'dmarcPass', 'dmarcQuarantine', 'dmarcReject',
  'documentId', 'domain', 'due', 'elapsed', 'expires', 'from', 'hostname', 'id', 'key', 'limit',
  'listenerId', 'localIp', 'localPort', 'mailboxName', 'mailboxId', 'messageId', 'nextDsn', 'nextRetry',
  'path', 'policy', 'queueId', 'rangeFrom', 'rangeTo', 'reason', 'remoteIp', 'remotePort', 'reportId',
  'result', 'size', 'source', 'spanId', 'spfFail', 'spfNone', 'spfPass', 'strict', 'tls', 'to', 'total',
  'totalFailures', 'totalSuccesses', 'type', 'uid', 'uidNext', 'uidValidity', 'url', 'validFrom', 'validTo',
  'value', 'version', 'queueName',
],

  Locale: [
  'POSIX', 'aa_DJ', 'aa_ER', 'aa_ER@saaho', 'aa_ET', 'af_ZA', 'agr_PE', 'ak_GH', 'am_ET', 'an_ES', 'anp_IN',
  'ar_AE', 'ar_BH', 'ar_DZ', 'ar_EG', 'ar_IN', 'ar_IQ', 'ar_JO', 'ar_KW', 'ar_LB', 'ar_LY', 'ar_MA', 'ar_OM',
  'ar_QA', 'ar_SA', 'ar_SD', 'ar_SS', 'ar_SY', 'ar_TN', 'ar_YE', 'as_IN', 'ast_ES', 'ayc_PE', 'az_AZ',
  'az_IR', 'be_BY', 'be_BY@latin', 'bem_ZM', 'ber_DZ', 'ber_MA', 'bg_BG', 'bhb_IN', 'bho_IN', 'bho_NP',
  'bi_VU', 'bn_BD', 'bn_IN', 'bo_CN', 'bo_IN', 'br_FR', 'br_FR@euro', 'brx_IN', 'bs_BA', 'byn_ER', 'ca_AD',
  'ca_ES', 'ca_ES@euro', 'ca_ES@valencia', 'ca_FR', 'ca_IT', 'ce_RU', 'chr_US', 'cmn_TW', 'crh_UA', 'cs_CZ',
  'csb_PL', 'cv_RU', 'cy_GB', 'da_DK', 'de_AT', 'de_AT@euro', 'de_BE', 'de_BE@euro', 'de_CH', 'de_DE',
  'de_DE@euro', 'de_IT', 'de_LI', 'de_LU', 'de_LU@euro', 'doi_IN', 'dsb_DE', 'dv_MV', 'dz_BT', 'el_CY',
  'el_GR', 'el_GR@euro', 'en_AG', 'en_AU', 'en_BW', 'en_CA', 'en_DK', 'en_GB', 'en_HK', 'en_IE',
  'en_IE@euro', 'en_IL', 'en_IN', 'en_NG', 'en_NZ', 'en_PH', 'en_SC', 'en_SG', 'en_US', 'en_ZA', 'en_ZM',
  'en_ZW', 'eo', 'es_AR', 'es_BO', 'es_CL', 'es_CO', 'es_CR', 'es_CU', 'es_DO', 'es_EC', 'es_ES',
  'es_ES@euro', 'es_GT', 'es_HN', 'es_MX', 'es_NI', 'es_PA', 'es_PE', 'es_PR', 'es_PY', 'es_SV', 'es_US',
  'es_UY', 'es_VE', 'et_EE', 'eu_ES', 'eu_ES@euro', 'fa_IR', 'ff_SN', 'fi_FI', 'fi_FI@euro', 'fil_PH',
  'fo_FO', 'fr_BE', 'fr_BE@euro', 'fr_CA', 'fr_CH', 'fr_FR', 'fr_FR@euro', 'fr_LU', 'fr_LU@euro', 'fur_IT',
  'fy_DE', 'fy_NL', 'ga_IE', 'ga_IE@euro', 'gd_GB', 'gez_ER', 'gez_ER@abegede', 'gez_ET', 'gez_ET@abegede',
  'gl_ES', 'gl_ES@euro', 'gu_IN', 'gv_GB', 'ha_NG', 'hak_TW', 'he_IL', 'hi_IN', 'hif_FJ', 'hne_IN', 'hr_HR',
  'hsb_DE', 'ht_HT', 'hu_HU', 'hy_AM', 'ia_FR', 'id_ID', 'ig_NG', 'ik_CA', 'is_IS', 'it_CH', 'it_IT',
  'it_IT@euro', 'iu_CA', 'ja_JP', 'ka_GE', 'kab_DZ', 'kk_KZ', 'kl_GL', 'km_KH', 'kn_IN', 'ko_KR', 'kok_IN',
  'ks_IN', 'ks_IN@devanagari', 'ku_TR', 'kw_GB', 'ky_KG', 'lb_LU', 'lg_UG', 'li_BE', 'li_NL', 'lij_IT',
  'ln_CD', 'lo_LA', 'lt_LT', 'lv_LV', 'lzh_TW', 'mag_IN', 'mai_IN', 'mai_NP', 'mfe_MU', 'mg_MG', 'mhr_RU',
  'mi_NZ', 'miq_NI', 'mjw_IN', 'mk_MK', 'ml_IN', 'mn_MN', 'mni_IN', 'mnw_MM', 'mr_IN', 'ms_MY', 'mt_MT',
  'my_MM', 'nan_TW', 'nan_TW@latin', 'nb_NO', 'nds_DE', 'nds_NL', 'ne_NP', 'nhn_MX', 'niu_NU', 'niu_NZ',
  'nl_AW', 'nl_BE', 'nl_BE@euro', 'nl_NL', 'nl_NL@euro', 'nn_NO', 'nr_ZA', 'nso_ZA', 'oc_FR', 'om_ET',
  'om_KE', 'or_IN', 'os_RU', 'pa_IN', 'pa_PK', 'pap_AW', 'pap_CW', 'pl_PL', 'ps_AF', 'pt_BR', 'pt_PT',
  'pt_PT@euro', 'quz_PE', 'raj_IN', 'ro_RO', 'ru_RU', 'ru_UA', 'rw_RW', 'sa_IN', 'sah_RU', 'sat_IN', 'sc_IT',
  'sd_IN', 'sd_IN@devanagari', 'se_NO', 'sgs_LT', 'shn_MM', 'shs_CA', 'si_LK', 'sid_ET', 'sk_SK', 'sl_SI',
  'sm_WS', 'so_DJ', 'so_ET', 'so_KE', 'so_SO', 'sq_AL', 'sq_MK', 'sr_ME', 'sr_RS', 'sr_RS@latin', 'ss_ZA',
  'st_ZA', 'sv_FI', 'sv_FI@euro', 'sv_SE', 'sw_KE', 'sw_TZ', 'szl_PL', 'ta_IN', 'ta_LK', 'tcy_IN', 'te_IN',
  'tg_TJ', 'th_TH', 'the_NP', 'ti_ER', 'ti_ET', 'tig_ER', 'tk_TM', 'tl_PH', 'tn_ZA', 'to_TO', 'tpi_PG',
  'tr_CY', 'tr_TR', 'ts_ZA', 'tt_RU', 'tt_RU@iqtelif', 'ug_CN', 'uk_UA', 'unm_US', 'ur_IN', 'ur_PK', 'uz_UZ',
  'uz_UZ@cyrillic', 've_ZA', 'vi_VN', 'wa_BE', 'wa_BE@euro', 'wae_CH', 'wal_ET', 'wo_SN', 'xh_ZA', 'yi_US',
  'yo_NG', 'yue_HK', 'yuw_PG', 'zh_CN', 'zh_HK', 'zh_SG', 'zh_TW', 'zu_ZA',
],

  LogRotateFrequency: [
  'daily', 'hourly', 'minutely', 'never',
],

  LookupStoreType: [
  'PostgreSql', 'MySql', 'Sqlite', 'Sharded', 'Redis', 'RedisCluster', 'RedisSentinel',
],

  MessageFlag: [
  'authenticated', 'unauthenticated', 'unauthenticatedDmarc', 'dsn', 'report', 'autogenerated',
],

  MetricType: [
  'acme.auth-error', 'acme.auth-too-many-attempts', 'acme.order-completed', 'acme.order-invalid',
  'acme.client-missing-sni', 'acme.tls-alpn-error', 'acme.token-not-found', 'acme.error',
  'arc.chain-too-long', 'arc.invalid-instance', 'arc.invalid-cv', 'arc.has-header-tag', 'arc.broken-chain',
  'auth.success', 'auth.failed', 'auth.too-many-attempts', 'auth.error', 'calendar.alarm-sent',
  'calendar.alarm-failed', 'calendar.itip-message-sent', 'calendar.itip-message-received',
  'calendar.itip-message-error', 'cluster.subscriber-error', 'cluster.subscriber-disconnected',
  'cluster.publisher-error', 'dane.authentication-success', 'dane.authentication-failure',
  'dane.no-certificates-found', 'dane.certificate-parse-error', 'dane.tlsa-record-fetch-error',
  'dane.tlsa-record-not-found', 'dane.tlsa-record-not-dnssec-signed', 'dane.tlsa-record-invalid',
  'dane.bogus-dnssec-record', 'delivery.total-time', 'delivery.attempt-time', 'delivery.active-connections',
  'delivery.attempt-start', 'delivery.attempt-end', 'delivery.completed', 'delivery.mx-lookup-failed',
  'delivery.ip-lookup-failed', 'delivery.null-mx', 'delivery.greeting-failed', 'delivery.ehlo-rejected',
  'delivery.auth-failed', 'delivery.mail-from-rejected', 'delivery.delivered', 'delivery.rcpt-to-rejected',
  'delivery.rcpt-to-failed', 'delivery.message-rejected', 'delivery.start-tls-unavailable',
  'delivery.start-tls-error', 'delivery.start-tls-disabled', 'delivery.implicit-tls-error',
  'delivery.concurrency-limit-exceeded', 'delivery.rate-limit-exceeded', 'delivery.double-bounce',
  'delivery.dsn-success', 'delivery.dsn-temp-fail', 'delivery.dsn-perm-fail', 'dkim.pass', 'dkim.neutral',
  'dkim.fail', 'dkim.perm-error', 'dkim.temp-error', 'dkim.none', 'dkim.unsupported-version',
  'dkim.unsupported-algorithm', 'dkim.unsupported-canonicalization', 'dkim.unsupported-key-type',
  'dkim.failed-body-hash-match', 'dkim.failed-verification', 'dkim.failed-auid-match',
  'dkim.revoked-public-key', 'dkim.incompatible-algorithms', 'dkim.signature-expired',
  'dkim.signature-length', 'dkim.signer-not-found', 'dkim.instance-missing', 'dkim.instance-syntax',
  'dkim.instance-tag-missing', 'dkim.instance-not-signed', 'dkim.instance-above-signature',
  'dkim.signature-missing', 'dkim.signature-syntax', 'dkim.signature-tag-missing',
  'dkim.signature-tag-unexpected', 'dkim.sequence-gap', 'dkim.sequence-overflow', 'dkim.chain-too-long',
  'dkim.mail-from-mismatch', 'dkim.rcpt-to-mismatch', 'dkim.mail-from-domain-mismatch',
  'dkim.next-domain-mismatch', 'dkim.custody-break', 'dkim.public-key-fetch', 'dkim.public-key-missing',
  'dkim.public-key-multiple', 'dkim.public-key-syntax', 'dkim.public-key-algorithm-mismatch',
  'dkim.no-valid-algorithm', 'dkim.header-hash-mismatch', 'dkim.modified', 'dkim.exploded', 'dmarc.pass',
  'dmarc.fail', 'dmarc.perm-error', 'dmarc.temp-error', 'dmarc.none', 'dns.lookup-time',
  'dns.record-creation-failed', 'dns.record-deletion-failed', 'dns.record-lookup-failed',
  'dns.record-propagation-timeout', 'domain.count', 'eval.error', 'eval.directory-not-found',
  'eval.store-not-found', 'http.request-time', 'http.active-connections', 'http.connection-start',
  'http.error', 'http.request-body', 'http.response-body', 'http.x-forwarded-missing', 'imap.request-time',
  'imap.active-connections', 'imap.connection-start', 'imap.connection-end', 'incoming-report.dmarc-report',
  'incoming-report.dmarc-report-with-warnings', 'incoming-report.tls-report',
  'incoming-report.tls-report-with-warnings', 'incoming-report.abuse-report',
  'incoming-report.auth-failure-report', 'incoming-report.fraud-report', 'incoming-report.not-spam-report',
  'incoming-report.virus-report', 'incoming-report.other-report', 'incoming-report.message-parse-failed',
  'incoming-report.dmarc-parse-failed', 'incoming-report.tls-rpc-parse-failed',
  'incoming-report.arf-parse-failed', 'incoming-report.decompress-error', 'iprev.pass', 'iprev.fail',
  'iprev.perm-error', 'iprev.temp-error', 'iprev.none', 'jmap.method-call', 'jmap.invalid-arguments',
  'jmap.request-too-large', 'jmap.unsupported-filter', 'jmap.unsupported-sort', 'jmap.unknown-method',
  'jmap.forbidden', 'jmap.not-json', 'jmap.not-request', 'jmap.websocket-start', 'jmap.websocket-error',
  'limit.size-request', 'limit.size-upload', 'limit.calls-in', 'limit.concurrent-request',
  'limit.concurrent-upload', 'limit.concurrent-connection', 'limit.quota', 'limit.blob-quota',
  'limit.tenant-quota', 'limit.too-many-requests', 'mail-auth.parse-error', 'mail-auth.missing-parameters',
  'mail-auth.no-headers-found', 'mail-auth.crypto', 'mail-auth.io', 'mail-auth.base64',
  'mail-auth.dns-error', 'mail-auth.dns-record-not-found', 'mail-auth.dns-invalid-record-type',
  'mail-auth.policy-not-aligned', 'manage-sieve.connection-start', 'manage-sieve.connection-end',
  'message.size', 'message.authenticated-size', 'message-ingest.time', 'message-ingest.index-time',
  'message-ingest.ham', 'message-ingest.spam', 'message-ingest.imap-append', 'message-ingest.jmap-append',
  'message-ingest.duplicate', 'message-ingest.error', 'message-ingest.search-index', 'milter.action-accept',
  'milter.action-discard', 'milter.action-reject', 'milter.action-temp-fail', 'milter.action-reply-code',
  'milter.action-connection-failure', 'milter.action-shutdown', 'mta-hook.action-accept',
  'mta-hook.action-discard', 'mta-hook.action-reject', 'mta-hook.action-quarantine', 'mta-hook.error',
  'mta-sts.authorized', 'mta-sts.not-authorized', 'mta-sts.invalid-policy', 'network.timeout',
  'outgoing-report.size', 'outgoing-report.spf-report', 'outgoing-report.spf-rate-limited',
  'outgoing-report.dkim-report', 'outgoing-report.dkim-rate-limited', 'outgoing-report.dmarc-report',
  'outgoing-report.dmarc-rate-limited', 'outgoing-report.dmarc-aggregate-report',
  'outgoing-report.tls-aggregate', 'outgoing-report.http-submission',
  'outgoing-report.unauthorized-reporting-address', 'outgoing-report.reporting-address-validation-error',
  'outgoing-report.not-found', 'outgoing-report.submission-error', 'outgoing-report.no-recipients-found',
  'pop3.request-time', 'pop3.active-connections', 'pop3.connection-start', 'pop3.connection-end',
  'push-subscription.success', 'push-subscription.error', 'push-subscription.not-found', 'queue.count',
  'queue.message-queued', 'queue.authenticated-message-queued', 'queue.report-queued', 'queue.dsn-queued',
  'queue.autogenerated-queued', 'queue.rescheduled', 'queue.blob-not-found', 'queue.rate-limit-exceeded',
  'queue.concurrency-limit-exceeded', 'queue.quota-exceeded', 'resource.not-found',
  'resource.bad-parameters', 'resource.error', 'security.authentication-ban', 'security.abuse-ban',
  'security.scan-ban', 'security.loiter-ban', 'security.ip-blocked', 'security.unauthorized',
  'server.memory', 'server.thread-error', 'sieve.request-time', 'sieve.active-connections',
  'sieve.action-accept', 'sieve.action-accept-replace', 'sieve.action-discard', 'sieve.action-reject',
  'sieve.send-message', 'sieve.message-too-large', 'sieve.runtime-error', 'sieve.unexpected-error',
  'sieve.not-supported', 'sieve.quota-exceeded', 'smtp.request-time', 'smtp.active-connections',
  'smtp.connection-start', 'smtp.connection-end', 'smtp.error', 'smtp.concurrency-limit-exceeded',
  'smtp.transfer-limit-exceeded', 'smtp.rate-limit-exceeded', 'smtp.time-limit-exceeded',
  'smtp.message-parse-failed', 'smtp.message-too-large', 'smtp.loop-detected', 'smtp.dkim-pass',
  'smtp.dkim-fail', 'smtp.dkim2-pass', 'smtp.dkim2-fail', 'smtp.dkim2-dsn-discarded', 'smtp.arc-pass',
  'smtp.arc-fail', 'smtp.spf-ehlo-pass', 'smtp.spf-ehlo-fail', 'smtp.spf-from-pass', 'smtp.spf-from-fail',
  'smtp.dmarc-pass', 'smtp.dmarc-fail', 'smtp.iprev-pass', 'smtp.iprev-fail', 'smtp.too-many-messages',
  'smtp.invalid-ehlo', 'smtp.did-not-say-ehlo', 'smtp.mail-from-unauthenticated',
  'smtp.mail-from-unauthorized', 'smtp.mail-from-missing', 'smtp.multiple-mail-from',
  'smtp.mailbox-does-not-exist', 'smtp.relay-not-allowed', 'smtp.rcpt-to-duplicate', 'smtp.rcpt-to-missing',
  'smtp.too-many-recipients', 'smtp.too-many-invalid-rcpt', 'smtp.auth-mechanism-not-supported',
  'smtp.auth-exchange-too-long', 'smtp.command-not-implemented', 'smtp.invalid-command', 'smtp.syntax-error',
  'smtp.request-too-large', 'spam.pyzor-error', 'spam.dnsbl-error', 'spam.train-completed',
  'spam.train-sample-added', 'spam.classify', 'spam.model-not-ready', 'spf.pass', 'spf.fail',
  'spf.soft-fail', 'spf.neutral', 'spf.temp-error', 'spf.perm-error', 'spf.none', 'store.data-read-time',
  'store.data-write-time', 'store.blob-read-time', 'store.blob-write-time', 'store.assert-value-failed',
  'store.foundationdb-error', 'store.mysql-error', 'store.postgresql-error', 'store.rocksdb-error',
  'store.sqlite-error', 'store.ldap-error', 'store.elasticsearch-error', 'store.redis-error',
  'store.s3-error', 'store.azure-error', 'store.filesystem-error', 'store.pool-error',
  'store.data-corruption', 'store.decompress-error', 'store.deserialize-error', 'store.not-found',
  'store.not-configured', 'store.not-supported', 'store.unexpected-error', 'store.crypto-error',
  'store.http-store-error', 'store.blob-missing-marker', 'store.data-write', 'store.data-iterate',
  'store.blob-read', 'store.blob-write', 'store.blob-delete', 'task-manager.blob-not-found',
  'task-manager.metadata-not-found', 'telemetry.alert-event', 'telemetry.alert-message',
  'telemetry.log-error', 'telemetry.webhook-error', 'telemetry.otel-exporter-error',
  'telemetry.otel-metrics-exporter-error', 'telemetry.prometheus-exporter-error', 'telemetry.journal-error',
  'tls.handshake-error', 'user.count',
],

  MetricsOtelType: [
  'Disabled', 'Http', 'Grpc',
],

  MetricsPrometheusType: [
  'Disabled', 'Enabled',
],

  MetricsStoreType: [
  'Disabled', 'Default', 'FoundationDb', 'PostgreSql', 'MySql',
],

  MilterVersion: [
  'v2', 'v6',
],

  ModelSize: [
  '16', '17', '18', '19', '20', '21', '22', '23', '24', '25', '26', '27', '28',
],

  MtaDeliveryExpirationType: [
  'Ttl', 'Attempts',
],

  MtaDeliveryScheduleIntervalsOrDefaultType: [
  'Default', 'Custom',
],

  MtaInboundThrottleKey: [
  'listener', 'remoteIp', 'localIp', 'authenticatedAs', 'heloDomain', 'sender', 'senderDomain', 'rcpt',
  'rcptDomain',
],

  MtaIpStrategy: [
  'v4ThenV6', 'v6ThenV4', 'v4Only', 'v6Only',
],

  MtaOutboundThrottleKey: [
  'mx', 'remoteIp', 'localIp', 'sender', 'senderDomain', 'rcptDomain',
],

  MtaProtocol: [
  'smtp', 'lmtp',
],

  MtaQueueQuotaKey: [
  'sender', 'senderDomain', 'rcpt', 'rcptDomain',
],

  MtaRequiredOrOptional: [
  'optional', 'require', 'disable',
],

  MtaRouteType: [
  'Mx', 'Relay', 'Local',
],

  MtaStage: [
  'connect', 'ehlo', 'auth', 'mail', 'rcpt', 'data',
],

  NetworkListenerProtocol: [
  'smtp', 'lmtp', 'http', 'imap', 'pop3', 'manageSieve',
],

  OvhEndpoint: [
  'ovh-eu', 'ovh-ca', 'kimsufi-eu', 'kimsufi-ca', 'soyoustart-eu', 'soyoustart-ca',
],

  PasswordHashAlgorithm: [
  'argon2id', 'bcrypt', 'scrypt', 'pbkdf2',
],

  PasswordStrength: [
  'zero', 'one', 'two', 'three', 'four',
],

  PermissionsType: [
  'Inherit', 'Merge', 'Replace',
],

  PolicyEnforcement: [
  'enforce', 'testing', 'disable',
],

  PostgreSqlRecyclingMethod: [
  'fast', 'verified', 'clean',
],

  ProviderInfo: [
  'providerName', 'providerShortName', 'userDocumentation', 'developerDocumentation', 'contactUri',
  'logoUrl', 'logoWidth', 'logoHeight',
],

  PublicStringOptionalType: [
  'None', 'Value', 'EnvironmentVariable', 'File',
],

  PublicTextType: [
  'Text', 'EnvironmentVariable', 'File',
],

  QueueExpiryType: [
  'Ttl', 'Attempts',
],

  RecipientFlag: [
  'dsnSent', 'spamPayload',
],

  RecipientStatusType: [
  'Scheduled', 'Completed', 'TemporaryFailure', 'PermanentFailure',
],

  RedisProtocol: [
  'resp2', 'resp3',
],

  RolesType: [
  'Default', 'Custom',
],

  S3StoreRegionType: [
  'UsEast1', 'UsEast2', 'UsWest1', 'UsWest2', 'CaCentral1', 'AfSouth1', 'ApEast1', 'ApSouth1',
  'ApNortheast1', 'ApNortheast2', 'ApNortheast3', 'ApSoutheast1', 'ApSoutheast2', 'CnNorth1', 'CnNorthwest1',
  'EuNorth1', 'EuCentral1', 'EuCentral2', 'EuWest1', 'EuWest2', 'EuWest3', 'IlCentral1', 'MeSouth1',
  'SaEast1', 'DoNyc3', 'DoAms3', 'DoSgp1', 'DoFra1', 'Yandex', 'WaUsEast1', 'WaUsEast2', 'WaUsCentral1',
  'WaUsWest1', 'WaCaCentral1', 'WaEuCentral1', 'WaEuCentral2', 'WaEuWest1', 'WaEuWest2', 'WaApNortheast1',
  'WaApNortheast2', 'WaApSoutheast1', 'WaApSoutheast2', 'Custom',
],

  SearchCalendarField: [
  'title', 'description', 'location', 'owner', 'attendee', 'start', 'uid',
],

  SearchContactField: [
  'member', 'kind', 'name', 'nickname', 'organization', 'email', 'phone', 'onlineService', 'address', 'note',
  'uid',
],

  SearchEmailField: [
  'from', 'to', 'cc', 'bcc', 'subject', 'body', 'attachment', 'receivedAt', 'sentAt', 'size',
  'hasAttachment', 'headers',
],

  SearchFileField: [
  'name', 'content',
],

  SearchStoreType: [
  'Default', 'ElasticSearch', 'Meilisearch', 'FoundationDb', 'PostgreSql', 'MySql',
],

  SearchTracingField: [
  'eventType', 'queueId', 'keywords',
],

  SecretKeyOptionalType: [
  'None', 'Value', 'EnvironmentVariable', 'File',
],

  SecretKeyType: [
  'Value', 'EnvironmentVariable', 'File',
],

  SecretTextOptionalType: [
  'None', 'Text', 'EnvironmentVariable', 'File',
],

  SecretTextType: [
  'Text', 'EnvironmentVariable', 'File',
],

  ServiceProtocol: [
  'jmap', 'imap', 'pop3', 'smtp', 'caldav', 'carddav', 'webdav', 'managesieve',
],

  SieveCapability: [
  'envelope', 'envelope-dsn', 'envelope-deliverby', 'fileinto', 'encoded-character', 'comparator-elbonia',
  'comparator-i;octet', 'comparator-i;ascii-casemap', 'comparator-i;ascii-numeric', 'body', 'convert',
  'copy', 'relational', 'date', 'index', 'duplicate', 'variables', 'editheader', 'foreverypart', 'mime',
  'replace', 'enclose', 'extracttext', 'enotify', 'redirect-dsn', 'redirect-deliverby', 'environment',
  'reject', 'ereject', 'extlists', 'subaddress', 'vacation', 'vacation-seconds', 'fcc', 'mailbox',
  'mailboxid', 'mboxmetadata', 'servermetadata', 'special-use', 'imap4flags', 'ihave', 'imapsieve',
  'include', 'regex', 'spamtest', 'spamtestplus', 'virustest', 'vnd.stalwart.while',
  'vnd.stalwart.expressions',
],

  Sig0Algorithm: [
  'ecdsa-p256-sha256', 'ecdsa-p384-sha384', 'ed25519',
],

  SpamClassifierModelType: [
  'FtrlFh', 'FtrlCcfh', 'Disabled',
],

  SpamClassifyParameters: [
  'bit7', 'bit8Mime - 8-bit MIME message content', 'binaryMime', 'smtpUtf8',
],

  SpamClassifyResult: [
  'spam', 'ham', 'reject', 'discard',
],

  SpamClassifyTagDisposition: [
  'score', 'reject', 'discard',
],

  SpamDnsblServerType: [
  'Any', 'Url', 'Domain', 'Email', 'Ip', 'Header', 'Body',
],

  SpamLlmType: [
  'Disable', 'Enable',
],

  SpamRuleType: [
  'Any', 'Url', 'Domain', 'Email', 'Ip', 'Header', 'Body',
],

  SpamTagType: [
  'Score', 'Discard', 'Reject',
],

  SpecialUse: [
  'inbox', 'trash', 'junk', 'drafts', 'archive', 'sent', 'shared', 'important', 'memos', 'scheduled',
  'snoozed',
],

  SpfAuthResult: [
  'none', 'neutral', 'pass', 'fail', 'softFail', 'tempError', 'permError',
],

  SpfDomainScope: [
  'helo', 'mailFrom', 'unspecified',
],

  SqlAuthStoreType: [
  'Default', 'PostgreSql', 'MySql', 'Sqlite',
],

  StorageQuota: [
  'maxEmails', 'maxMailboxes', 'maxEmailSubmissions', 'maxEmailIdentities', 'maxParticipantIdentities',
  'maxSieveScripts', 'maxPushSubscriptions', 'maxCalendars', 'maxCalendarEvents',
  'maxCalendarEventNotifications', 'maxAddressBooks', 'maxContactCards', 'maxFiles', 'maxFolders',
  'maxMaskedAddresses', 'maxAppPasswords', 'maxApiKeys', 'maxPublicKeys', 'maxDiskQuota',
],

  SubAddressingType: [
  'Enabled', 'Custom', 'Disabled',
],

  TaskAccountMaintenanceType: [
  'purge', 'reindex', 'recalculateImapUid', 'recalculateQuota',
],

  TaskRetryStrategyType: [
  'ExponentialBackoff', 'FixedDelay',
],

  TaskSpamFilterMaintenanceType: [
  'train', 'retrain', 'abort', 'reset', 'updateRules',
],

  TaskStatusType: [
  'Pending', 'Retry', 'Failed',
],

  TaskStoreMaintenanceType: [
  'reindexAccounts', 'reindexTelemetry', 'purgeAccounts', 'purgeData', 'purgeBlob', 'resetRateLimiters',
  'resetUserQuotas', 'resetTenantQuotas', 'resetBlobQuotas', 'removeAuthTokens', 'removeLockQueueMessage',
  'removeLockTask', 'removeLockDav', 'removeSieveId', 'removeGreylist',
],

  TaskTenantMaintenanceType: [
  'recalculateQuota',
],

  TaskType: [
  'IndexDocument', 'UnindexDocument', 'IndexTrace', 'CalendarAlarmEmail', 'CalendarAlarmNotification',
  'CalendarItipMessage', 'MergeThreads', 'DmarcReport', 'TlsReport', 'RestoreArchivedItem', 'DestroyAccount',
  'AccountMaintenance', 'TenantMaintenance', 'StoreMaintenance', 'SpamFilterMaintenance', 'AcmeRenewal',
  'DkimManagement', 'DnsManagement',
],

  TenantStorageQuota: [
  'maxAccounts', 'maxGroups', 'maxDomains', 'maxMailingLists', 'maxRoles', 'maxOauthClients', 'maxDkimKeys',
  'maxDnsServers', 'maxDirectories', 'maxAcmeProviders', 'maxDiskQuota',
],

  TimeZone: [
  'Africa/Abidjan', 'Africa/Accra', 'Africa/Addis_Ababa', 'Africa/Algiers', 'Africa/Asmara', 'Africa/Asmera',
  'Africa/Bamako', 'Africa/Bangui', 'Africa/Banjul', 'Africa/Bissau', 'Africa/Blantyre',
  'Africa/Brazzaville', 'Africa/Bujumbura', 'Africa/Cairo', 'Africa/Casablanca', 'Africa/Ceuta',
  'Africa/Conakry', 'Africa/Dakar', 'Africa/Dar_es_Salaam', 'Africa/Djibouti', 'Africa/Douala',
  'Africa/El_Aaiun', 'Africa/Freetown', 'Africa/Gaborone', 'Africa/Harare', 'Africa/Johannesburg',
  'Africa/Juba', 'Africa/Kampala', 'Africa/Khartoum', 'Africa/Kigali', 'Africa/Kinshasa', 'Africa/Lagos',
  'Africa/Libreville', 'Africa/Lome', 'Africa/Luanda', 'Africa/Lubumbashi', 'Africa/Lusaka', 'Africa/Malabo',
  'Africa/Maputo', 'Africa/Maseru', 'Africa/Mbabane', 'Africa/Mogadishu', 'Africa/Monrovia',
  'Africa/Nairobi', 'Africa/Ndjamena', 'Africa/Niamey', 'Africa/Nouakchott', 'Africa/Ouagadougou',
  'Africa/Porto-Novo', 'Africa/Sao_Tome', 'Africa/Timbuktu', 'Africa/Tripoli', 'Africa/Tunis',
  'Africa/Windhoek', 'America/Adak', 'America/Anchorage', 'America/Anguilla', 'America/Antigua',
  'America/Araguaina', 'America/Argentina/Buenos_Aires', 'America/Argentina/Catamarca',
  'America/Argentina/ComodRivadavia', 'America/Argentina/Cordoba', 'America/Argentina/Jujuy',
  'America/Argentina/La_Rioja', 'America/Argentina/Mendoza', 'America/Argentina/Rio_Gallegos',
  'America/Argentina/Salta', 'America/Argentina/San_Juan', 'America/Argentina/San_Luis',
  'America/Argentina/Tucuman', 'America/Argentina/Ushuaia', 'America/Aruba', 'America/Asuncion',
  'America/Atikokan', 'America/Atka', 'America/Bahia', 'America/Bahia_Banderas', 'America/Barbados',
  'America/Belem', 'America/Belize', 'America/Blanc-Sablon', 'America/Boa_Vista', 'America/Bogota',
  'America/Boise', 'America/Buenos_Aires', 'America/Cambridge_Bay', 'America/Campo_Grande', 'America/Cancun',
  'America/Caracas', 'America/Catamarca', 'America/Cayenne', 'America/Cayman', 'America/Chicago',
  'America/Chihuahua', 'America/Ciudad_Juarez', 'America/Coral_Harbour', 'America/Cordoba',
  'America/Costa_Rica', 'America/Coyhaique', 'America/Creston', 'America/Cuiaba', 'America/Curacao',
  'America/Danmarkshavn', 'America/Dawson', 'America/Dawson_Creek', 'America/Denver', 'America/Detroit',
  'America/Dominica', 'America/Edmonton', 'America/Eirunepe', 'America/El_Salvador', 'America/Ensenada',
  'America/Fort_Nelson', 'America/Fort_Wayne', 'America/Fortaleza', 'America/Glace_Bay', 'America/Godthab',
  'America/Goose_Bay', 'America/Grand_Turk', 'America/Grenada', 'America/Guadeloupe', 'America/Guatemala',
  'America/Guayaquil', 'America/Guyana', 'America/Halifax', 'America/Havana', 'America/Hermosillo',
  'America/Indiana/Indianapolis', 'America/Indiana/Knox', 'America/Indiana/Marengo',
  'America/Indiana/Petersburg', 'America/Indiana/Tell_City', 'America/Indiana/Vevay',
  'America/Indiana/Vincennes', 'America/Indiana/Winamac', 'America/Indianapolis', 'America/Inuvik',
  'America/Iqaluit', 'America/Jamaica', 'America/Jujuy', 'America/Juneau', 'America/Kentucky/Louisville',
  'America/Kentucky/Monticello', 'America/Knox_IN', 'America/Kralendijk', 'America/La_Paz', 'America/Lima',
  'America/Los_Angeles', 'America/Louisville', 'America/Lower_Princes', 'America/Maceio', 'America/Managua',
  'America/Manaus', 'America/Marigot', 'America/Martinique', 'America/Matamoros', 'America/Mazatlan',
  'America/Mendoza', 'America/Menominee', 'America/Merida', 'America/Metlakatla', 'America/Mexico_City',
  'America/Miquelon', 'America/Moncton', 'America/Monterrey', 'America/Montevideo', 'America/Montreal',
  'America/Montserrat', 'America/Nassau', 'America/New_York', 'America/Nipigon', 'America/Nome',
  'America/Noronha', 'America/North_Dakota/Beulah', 'America/North_Dakota/Center',
  'America/North_Dakota/New_Salem', 'America/Nuuk', 'America/Ojinaga', 'America/Panama',
  'America/Pangnirtung', 'America/Paramaribo', 'America/Phoenix', 'America/Port-au-Prince',
  'America/Port_of_Spain', 'America/Porto_Acre', 'America/Porto_Velho', 'America/Puerto_Rico',
  'America/Punta_Arenas', 'America/Rainy_River', 'America/Rankin_Inlet', 'America/Recife', 'America/Regina',
  'America/Resolute', 'America/Rio_Branco', 'America/Rosario', 'America/Santa_Isabel', 'America/Santarem',
  'America/Santiago', 'America/Santo_Domingo', 'America/Sao_Paulo', 'America/Scoresbysund',
  'America/Shiprock', 'America/Sitka', 'America/St_Barthelemy', 'America/St_Johns', 'America/St_Kitts',
  'America/St_Lucia', 'America/St_Thomas', 'America/St_Vincent', 'America/Swift_Current',
  'America/Tegucigalpa', 'America/Thule', 'America/Thunder_Bay', 'America/Tijuana', 'America/Toronto',
  'America/Tortola', 'America/Vancouver', 'America/Virgin', 'America/Whitehorse', 'America/Winnipeg',
  'America/Yakutat', 'America/Yellowknife', 'Antarctica/Casey', 'Antarctica/Davis',
  'Antarctica/DumontDUrville', 'Antarctica/Macquarie', 'Antarctica/Mawson', 'Antarctica/McMurdo',
  'Antarctica/Palmer', 'Antarctica/Rothera', 'Antarctica/South_Pole', 'Antarctica/Syowa', 'Antarctica/Troll',
  'Antarctica/Vostok', 'Arctic/Longyearbyen', 'Asia/Aden', 'Asia/Almaty', 'Asia/Amman', 'Asia/Anadyr',
  'Asia/Aqtau', 'Asia/Aqtobe', 'Asia/Ashgabat', 'Asia/Ashkhabad', 'Asia/Atyrau', 'Asia/Baghdad',
  'Asia/Bahrain', 'Asia/Baku', 'Asia/Bangkok', 'Asia/Barnaul', 'Asia/Beirut', 'Asia/Bishkek', 'Asia/Brunei',
  'Asia/Calcutta', 'Asia/Chita', 'Asia/Choibalsan', 'Asia/Chongqing', 'Asia/Chungking', 'Asia/Colombo',
  'Asia/Dacca', 'Asia/Damascus', 'Asia/Dhaka', 'Asia/Dili', 'Asia/Dubai', 'Asia/Dushanbe', 'Asia/Famagusta',
  'Asia/Gaza', 'Asia/Harbin', 'Asia/Hebron', 'Asia/Ho_Chi_Minh', 'Asia/Hong_Kong', 'Asia/Hovd',
  'Asia/Irkutsk', 'Asia/Istanbul', 'Asia/Jakarta', 'Asia/Jayapura', 'Asia/Jerusalem', 'Asia/Kabul',
  'Asia/Kamchatka', 'Asia/Karachi', 'Asia/Kashgar', 'Asia/Kathmandu', 'Asia/Katmandu', 'Asia/Khandyga',
  'Asia/Kolkata', 'Asia/Krasnoyarsk', 'Asia/Kuala_Lumpur', 'Asia/Kuching', 'Asia/Kuwait', 'Asia/Macao',
  'Asia/Macau', 'Asia/Magadan', 'Asia/Makassar', 'Asia/Manila', 'Asia/Muscat', 'Asia/Nicosia',
  'Asia/Novokuznetsk', 'Asia/Novosibirsk', 'Asia/Omsk', 'Asia/Oral', 'Asia/Phnom_Penh', 'Asia/Pontianak',
  'Asia/Pyongyang', 'Asia/Qatar', 'Asia/Qostanay', 'Asia/Qyzylorda', 'Asia/Rangoon', 'Asia/Riyadh',
  'Asia/Saigon', 'Asia/Sakhalin', 'Asia/Samarkand', 'Asia/Seoul', 'Asia/Shanghai', 'Asia/Singapore',
  'Asia/Srednekolymsk', 'Asia/Taipei', 'Asia/Tashkent', 'Asia/Tbilisi', 'Asia/Tehran', 'Asia/Tel_Aviv',
  'Asia/Thimbu', 'Asia/Thimphu', 'Asia/Tokyo', 'Asia/Tomsk', 'Asia/Ujung_Pandang', 'Asia/Ulaanbaatar',
  'Asia/Ulan_Bator', 'Asia/Urumqi', 'Asia/Ust-Nera', 'Asia/Vientiane', 'Asia/Vladivostok', 'Asia/Yakutsk',
  'Asia/Yangon', 'Asia/Yekaterinburg', 'Asia/Yerevan', 'Atlantic/Azores', 'Atlantic/Bermuda',
  'Atlantic/Canary', 'Atlantic/Cape_Verde', 'Atlantic/Faeroe', 'Atlantic/Faroe', 'Atlantic/Jan_Mayen',
  'Atlantic/Madeira', 'Atlantic/Reykjavik', 'Atlantic/South_Georgia', 'Atlantic/St_Helena',
  'Atlantic/Stanley', 'Australia/ACT', 'Australia/Adelaide', 'Australia/Brisbane', 'Australia/Broken_Hill',
  'Australia/Canberra', 'Australia/Currie', 'Australia/Darwin', 'Australia/Eucla', 'Australia/Hobart',
  'Australia/LHI', 'Australia/Lindeman', 'Australia/Lord_Howe', 'Australia/Melbourne', 'Australia/NSW',
  'Australia/North', 'Australia/Perth', 'Australia/Queensland', 'Australia/South', 'Australia/Sydney',
  'Australia/Tasmania', 'Australia/Victoria', 'Australia/West', 'Australia/Yancowinna', 'Brazil/Acre',
  'Brazil/DeNoronha', 'Brazil/East', 'Brazil/West', 'CET', 'CST6CDT', 'Canada/Atlantic', 'Canada/Central',
  'Canada/Eastern', 'Canada/Mountain', 'Canada/Newfoundland', 'Canada/Pacific', 'Canada/Saskatchewan',
  'Canada/Yukon', 'Chile/Continental', 'Chile/EasterIsland', 'Cuba', 'EET', 'EST', 'EST5EDT', 'Egypt',
  'Eire', 'Etc/GMT', 'Etc/GMT+0', 'Etc/GMT+1', 'Etc/GMT+10', 'Etc/GMT+11', 'Etc/GMT+12', 'Etc/GMT+2',
  'Etc/GMT+3', 'Etc/GMT+4', 'Etc/GMT+5', 'Etc/GMT+6', 'Etc/GMT+7', 'Etc/GMT+8', 'Etc/GMT+9', 'Etc/GMT-0',
  'Etc/GMT-1', 'Etc/GMT-10', 'Etc/GMT-11', 'Etc/GMT-12', 'Etc/GMT-13', 'Etc/GMT-14', 'Etc/GMT-2',
  'Etc/GMT-3', 'Etc/GMT-4', 'Etc/GMT-5', 'Etc/GMT-6', 'Etc/GMT-7', 'Etc/GMT-8', 'Etc/GMT-9', 'Etc/GMT0',
  'Etc/Greenwich', 'Etc/UCT', 'Etc/UTC', 'Etc/Universal', 'Etc/Zulu', 'Europe/Amsterdam', 'Europe/Andorra',
  'Europe/Astrakhan', 'Europe/Athens', 'Europe/Belfast', 'Europe/Belgrade', 'Europe/Berlin',
  'Europe/Bratislava', 'Europe/Brussels', 'Europe/Bucharest', 'Europe/Budapest', 'Europe/Busingen',
  'Europe/Chisinau', 'Europe/Copenhagen', 'Europe/Dublin', 'Europe/Gibraltar', 'Europe/Guernsey',
  'Europe/Helsinki', 'Europe/Isle_of_Man', 'Europe/Istanbul', 'Europe/Jersey', 'Europe/Kaliningrad',
  'Europe/Kiev', 'Europe/Kirov', 'Europe/Kyiv', 'Europe/Lisbon', 'Europe/Ljubljana', 'Europe/London',
  'Europe/Luxembourg', 'Europe/Madrid', 'Europe/Malta', 'Europe/Mariehamn', 'Europe/Minsk', 'Europe/Monaco',
  'Europe/Moscow', 'Europe/Nicosia', 'Europe/Oslo', 'Europe/Paris', 'Europe/Podgorica', 'Europe/Prague',
  'Europe/Riga', 'Europe/Rome', 'Europe/Samara', 'Europe/San_Marino', 'Europe/Sarajevo', 'Europe/Saratov',
  'Europe/Simferopol', 'Europe/Skopje', 'Europe/Sofia', 'Europe/Stockholm', 'Europe/Tallinn',
  'Europe/Tirane', 'Europe/Tiraspol', 'Europe/Ulyanovsk', 'Europe/Uzhgorod', 'Europe/Vaduz',
  'Europe/Vatican', 'Europe/Vienna', 'Europe/Vilnius', 'Europe/Volgograd', 'Europe/Warsaw', 'Europe/Zagreb',
  'Europe/Zaporozhye', 'Europe/Zurich', 'Factory', 'GB', 'GB-Eire', 'GMT', 'GMT+0', 'GMT-0', 'GMT0',
  'Greenwich', 'HST', 'Hongkong', 'Iceland', 'Indian/Antananarivo', 'Indian/Chagos', 'Indian/Christmas',
  'Indian/Cocos', 'Indian/Comoro', 'Indian/Kerguelen', 'Indian/Mahe', 'Indian/Maldives', 'Indian/Mauritius',
  'Indian/Mayotte', 'Indian/Reunion', 'Iran', 'Israel', 'Jamaica', 'Japan', 'Kwajalein', 'Libya', 'MET',
  'MST', 'MST7MDT', 'Mexico/BajaNorte', 'Mexico/BajaSur', 'Mexico/General', 'NZ', 'NZ-CHAT', 'Navajo', 'PRC',
  'PST8PDT', 'Pacific/Apia', 'Pacific/Auckland', 'Pacific/Bougainville', 'Pacific/Chatham', 'Pacific/Chuuk',
  'Pacific/Easter', 'Pacific/Efate', 'Pacific/Enderbury', 'Pacific/Fakaofo', 'Pacific/Fiji',
  'Pacific/Funafuti', 'Pacific/Galapagos', 'Pacific/Gambier', 'Pacific/Guadalcanal', 'Pacific/Guam',
  'Pacific/Honolulu', 'Pacific/Johnston', 'Pacific/Kanton', 'Pacific/Kiritimati', 'Pacific/Kosrae',
  'Pacific/Kwajalein', 'Pacific/Majuro', 'Pacific/Marquesas', 'Pacific/Midway', 'Pacific/Nauru',
  'Pacific/Niue', 'Pacific/Norfolk', 'Pacific/Noumea', 'Pacific/Pago_Pago', 'Pacific/Palau',
  'Pacific/Pitcairn', 'Pacific/Pohnpei', 'Pacific/Ponape', 'Pacific/Port_Moresby', 'Pacific/Rarotonga',
  'Pacific/Saipan', 'Pacific/Samoa', 'Pacific/Tahiti', 'Pacific/Tarawa', 'Pacific/Tongatapu', 'Pacific/Truk',
  'Pacific/Wake', 'Pacific/Wallis', 'Pacific/Yap', 'Poland', 'Portugal', 'ROC', 'ROK', 'Singapore', 'Turkey',
  'UCT', 'US/Alaska', 'US/Aleutian', 'US/Arizona', 'US/Central', 'US/East-Indiana', 'US/Eastern',
  'US/Hawaii', 'US/Indiana-Starke', 'US/Michigan', 'US/Mountain', 'US/Pacific', 'US/Samoa', 'UTC',
  'Universal', 'W-SU', 'WET', 'Zulu',
],

  TlsCipherSuite: [
  'tls13-aes-256-gcm-sha384', 'tls13-aes-128-gcm-sha256', 'tls13-chacha20-poly1305-sha256',
  'tls-ecdhe-ecdsa-with-aes-256-gcm-sha384', 'tls-ecdhe-ecdsa-with-aes-128-gcm-sha256',
  'tls-ecdhe-ecdsa-with-chacha20-poly1305-sha256', 'tls-ecdhe-rsa-with-aes-256-gcm-sha384',
  'tls-ecdhe-rsa-with-aes-128-gcm-sha256', 'tls-ecdhe-rsa-with-chacha20-poly1305-sha256',
],

  TlsPolicyType: [
  'tlsa', 'sts', 'noPolicyFound', 'other',
],

  TlsResultType: [
  'startTlsNotSupported', 'certificateHostMismatch', 'certificateExpired', 'certificateNotTrusted',
  'validationFailure', 'tlsaInvalid', 'dnssecInvalid', 'daneRequired', 'stsPolicyFetchError',
  'stsPolicyInvalid', 'stsWebpkiInvalid', 'other',
],

  TlsVersion: [
  'tls12', 'tls13',
],

  TraceValueType: [
  'String', 'UnsignedInt', 'Integer', 'Boolean', 'Float', 'UTCDateTime', 'Duration', 'IpAddr', 'List',
  'Event', 'Null',
],

  TracerType: [
  'Log', 'Stdout', 'Journal', 'OtelHttp', 'OtelGrpc',
],

  TracingLevel: [
  'error', 'warn', 'info', 'debug', 'trace',
],

  TracingLevelOpt: [
  'disable', 'error', 'warn', 'info', 'debug', 'trace',
],

  TracingStoreType: [
  'Disabled', 'Default', 'FoundationDb', 'PostgreSql', 'MySql',
],

  TsigAlgorithm: [
  'hmac-md5', 'gss', 'hmac-sha1', 'hmac-sha224', 'hmac-sha256', 'hmac-sha256-128', 'hmac-sha384',
  'hmac-sha384-192', 'hmac-sha512', 'hmac-sha512-256',
],

  UserRolesType: [
  'User', 'Admin', 'Custom',
],
} as const;
