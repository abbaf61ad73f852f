// A TLS report (RFC 8460 §4) as a record.
import { choice, ipAddress, list, set, string, struct, unsigned, utcDateTime } from '../../schema/index.ts';

export const TlsFailureDetails = struct('TlsFailureDetails', 'Failures of one kind', {
  additionalInformation: string('Where more is told').nullable(),
  failedSessionCount: unsigned('How many sessions failed so').default(0),
  failureReasonCode: string('Reason as the program gave it').nullable(),
  receivingIp: ipAddress('Address of the receiving host').nullable(),
  receivingMxHelo: string('Name the receiving host gave').nullable(),
  receivingMxHostname: string('Name of the receiving host').nullable(),
  resultType: choice('TlsResultType', 'Kind of failure'),
  sendingMtaIp: ipAddress('Address of the sending host').nullable(),
});

export const TlsReportPolicy = struct('TlsReportPolicy', 'Results under one policy', {
  failureDetails: list(TlsFailureDetails, 'What failed'),
  mxHosts: set(string(), 'Hosts that the policy names'),
  policyDomain: string('Domain the policy is for'),
  policyStrings: set(string(), 'Text of the policy'),
  policyType: choice('TlsPolicyType', 'Kind of policy'),
  totalFailedSessions: unsigned('Sessions that failed').default(0),
  totalSuccessfulSessions: unsigned('Sessions that succeeded').default(0),
});

export const TlsReport = struct('TlsReport', 'A TLS report', {
  contactInfo: string('Where to ask about the report').nullable(),
  dateRangeEnd: utcDateTime('End of the reported time'),
  dateRangeStart: utcDateTime('Beginning of the reported time'),
  organizationName: string('Organization that reports').nullable(),
  policies: list(TlsReportPolicy, 'Results by policy'),
  reportId: string('Identifier that the sender gave the report'),
});
