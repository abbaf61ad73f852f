// Something the server is asked to do once, at once.
import {
  boolean,
  choice,
  duration,
  emailAddress,
  float,
  ipAddress,
  list,
  map,
  nested,
  object,
  set,
  string,
  struct,
  text,
  union,
} from '../schema/index.ts';

const DmarcTroubleshootDetails = struct('DmarcTroubleshootDetails', 'Why a check did not pass', {
  details: string('The reason, in words').nullable().serverSet(),
});

const DmarcTroubleshootAuthResult = union('DmarcTroubleshootAuthResult', 'Outcome of one check', {
  Pass: null,
  Fail: DmarcTroubleshootDetails,
  SoftFail: DmarcTroubleshootDetails,
  TempError: DmarcTroubleshootDetails,
  PermError: DmarcTroubleshootDetails,
  Neutral: DmarcTroubleshootDetails,
  None: null,
});

const DmarcTroubleshoot = struct('DmarcTroubleshoot', 'Checks how a message would pass the sender checks', {
  arcResult: nested(DmarcTroubleshootAuthResult, 'Outcome of the ARC chain').serverSet(),
  dkim2Pass: boolean('Whether a DKIM2 signature holds').serverSet(),
  dkim2Result: nested(DmarcTroubleshootAuthResult, 'Outcome of the DKIM2 signatures').serverSet(),
  dkimPass: boolean('Whether an aligned DKIM signature holds').serverSet(),
  dkimResults: list(DmarcTroubleshootAuthResult, 'Outcome of each DKIM signature').serverSet(),
  dmarcPass: boolean('Whether the message passes DMARC').serverSet(),
  dmarcPolicy: choice('DmarcDisposition', 'What the domain asks for messages that fail').serverSet(),
  dmarcResult: nested(DmarcTroubleshootAuthResult, 'Outcome of DMARC').serverSet(),
  ehloDomain: string('Name the sending host introduces itself with'),
  elapsed: duration('How long the checks took').default(0).serverSet(),
  ipRevPtr: set(string(), 'Host names found for the address').serverSet(),
  ipRevResult: nested(DmarcTroubleshootAuthResult, 'Outcome of the reverse lookup').serverSet(),
  mailFrom: emailAddress('Envelope sender'),
  message: text('The message with its headers; without it only the envelope is checked').nullable(),
  remoteIp: ipAddress('Address of the sending host'),
  spfEhloDomain: string('Domain whose policy was applied to the introduction'),
  spfEhloResult: nested(DmarcTroubleshootAuthResult, 'Outcome of SPF for the introduction').serverSet(),
  spfMailFromDomain: string('Domain whose policy was applied to the envelope sender'),
  spfMailFromResult: nested(
    DmarcTroubleshootAuthResult,
    'Outcome of SPF for the envelope sender',
  ).serverSet(),
  to: set(emailAddress(), 'Recipients'),
});

const SpamClassifyTag = struct('SpamClassifyTag', 'What one tag contributed', {
  disposition: choice(
    'SpamClassifyTagDisposition',
    'Whether the tag adds a score, or decides by itself',
  ).serverSet(),
  score: float('Score it added').default(0).serverSet(),
});

const SpamClassify = struct('SpamClassify', 'Shows how the spam filter would judge a message', {
  authenticatedAs: string('Account that sent it, if one signed in').nullable(),
  ehloDomain: string('Name the sending host introduced itself with'),
  envFrom: emailAddress('Envelope sender'),
  envFromParameters: choice('SpamClassifyParameters', 'Body type that the sender declared').nullable(),
  envRcptTo: set(emailAddress(), 'Envelope recipients'),
  isTls: boolean('Whether the connection was encrypted').default(true),
  message: text('The message with its headers'),
  remoteIp: ipAddress('Address of the sending host'),
  result: choice('SpamClassifyResult', 'The verdict').serverSet(),
  score: float('The score the verdict comes from').default(0).serverSet(),
  tags: map(
    string(),
    nested(SpamClassifyTag),
    'What was found, each with its share of the score',
  ).serverSet(),
});

export const Action = object({
  name: 'Action',
  description: 'Something the server is asked to do once, at once',
  columns: ['@type'],
  shape: union('Action', 'An action', {
    ReloadSettings: null,
    ReloadTlsCertificates: null,
    ReloadLookupStores: null,
    ReloadBlockedIps: null,
    UpdateApps: null,
    TroubleshootDmarc: DmarcTroubleshoot,
    ClassifySpam: SpamClassify,
    InvalidateCaches: null,
    InvalidateNegativeCaches: null,
    PauseMtaQueue: null,
    ResumeMtaQueue: null,
  }),
  variantPermission: (variant) => `action${variant}`,
  source: 'actions',
});
