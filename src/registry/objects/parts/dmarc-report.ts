// A DMARC aggregate report (RFC 7489 Appendix C) as a record.
import {
  boolean,
  choice,
  emailAddress,
  float,
  ipAddress,
  list,
  set,
  string,
  struct,
  unsigned,
  utcDateTime,
} from '../../schema/index.ts';

export const DmarcExtension = struct('DmarcExtension', 'A part that no standard names', {
  definition: string('What defines it'),
  name: string('Its name'),
});

export const DmarcDkimResult = struct('DmarcDkimResult', 'Outcome of one signature', {
  domain: string('Domain that signed'),
  humanResult: string('The outcome, in words').nullable(),
  result: choice('DkimAuthResult', 'The outcome'),
  selector: string('Selector of the key'),
});

export const DmarcPolicyOverrideReason = struct(
  'DmarcPolicyOverrideReason',
  'Why the policy was not followed',
  {
    comment: string('Explanation').nullable(),
    overrideType: choice('DmarcPolicyOverride', 'Kind of reason'),
  },
);

export const DmarcSpfResult = struct('DmarcSpfResult', 'Outcome of one SPF check', {
  domain: string('Domain that was checked'),
  humanResult: string('The outcome, in words').nullable(),
  result: choice('SpfAuthResult', 'The outcome'),
  scope: choice('SpfDomainScope', 'Identity that was checked'),
});

export const DmarcReportRecord = struct('DmarcReportRecord', 'Results of messages of one source', {
  count: unsigned('How many messages').default(0),
  dkimResults: list(DmarcDkimResult, 'Outcomes of DKIM'),
  envelopeFrom: string('Domain of the envelope sender'),
  envelopeTo: string('Domain of the envelope recipient').nullable(),
  evaluatedDisposition: choice('DmarcActionDisposition', 'What was done with the messages'),
  evaluatedDkim: choice('DmarcResult', 'Whether aligned DKIM passed'),
  evaluatedSpf: choice('DmarcResult', 'Whether aligned SPF passed'),
  extensions: list(DmarcExtension, 'Parts of the report that no standard names'),
  headerFrom: string('Domain of the visible sender'),
  policyOverrideReasons: list(DmarcPolicyOverrideReason, 'Why something else was done than the policy asks'),
  sourceIp: ipAddress('Address that sent the messages').nullable(),
  spfResults: list(DmarcSpfResult, 'Outcomes of SPF'),
});

export const DmarcReport = struct('DmarcReport', 'A DMARC aggregate report', {
  dateRangeBegin: utcDateTime('Beginning of the reported time'),
  dateRangeEnd: utcDateTime('End of the reported time'),
  email: emailAddress('Address of the reporter'),
  errors: set(string(), 'Problems the reporter met'),
  extensions: list(DmarcExtension, 'Parts of the report that no standard names'),
  extraContactInfo: string('Where to ask about the report').nullable(),
  generator: string('Program that made the report').nullable(),
  orgName: string('Organization that reports'),
  policyAdkim: choice('DmarcAlignment', 'How closely DKIM domains have to agree'),
  policyAspf: choice('DmarcAlignment', 'How closely SPF domains have to agree'),
  policyDiscoveryMethod: choice('DmarcDiscovery', 'How the policy was found').default('unspecified'),
  policyDisposition: choice('DmarcDisposition', 'What the policy asks for the domain'),
  policyDomain: string('Domain that published the policy'),
  policyFailureReportingOptions: set(
    choice('FailureReportingOption'),
    'When the policy asks for failure reports',
  ),
  policyNp: choice('DmarcDisposition', 'What the policy asks for subdomains that do not exist').default(
    'unspecified',
  ),
  policySubdomainDisposition: choice('DmarcDisposition', 'What the policy asks for subdomains'),
  policyTestingMode: boolean('Whether the policy is on trial'),
  policyVersion: string('Version of the policy').nullable(),
  records: list(DmarcReportRecord, 'Results by source'),
  reportId: string('Identifier that the sender gave the report'),
  version: float('Version of the report format').default(1),
});
