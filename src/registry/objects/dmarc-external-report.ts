// A DMARC report about our domains that another site sent here.
import {
  type Plain,
  valuesAt,
  derived,
  emailAddress,
  exact,
  nested,
  object,
  set,
  string,
  struct,
  unsigned,
  utcDateTime,
} from '../schema/index.ts';
import { DmarcReport } from './parts/dmarc-report.ts';
import { memberTenantId } from './parts/references.ts';

/** How many messages of a report passed or failed. */
function messages(value: Plain, outcome: 'pass' | 'fail'): number {
  const records = valuesAt<{
    readonly count: number;
    readonly evaluatedDkim: string;
    readonly evaluatedSpf: string;
  }>(value, 'report', 'records');
  return records
    .filter((one) => (one.evaluatedDkim === 'pass' || one.evaluatedSpf === 'pass') === (outcome === 'pass'))
    .reduce((sum, one) => sum + one.count, 0);
}

export const DmarcExternalReport = object({
  name: 'DmarcExternalReport',
  description: 'A DMARC report about our domains that another site sent here',
  visibility: 'tenant',
  columns: ['from', 'subject', 'receivedAt'],
  shape: struct('DmarcExternalReport', 'A received DMARC report', {
    expiresAt: utcDateTime('When this is removed or stops being valid'),
    from: emailAddress('Address it came from'),
    memberTenantId: memberTenantId(),
    receivedAt: utcDateTime('When it was received'),
    report: nested(DmarcReport, 'The report itself'),
    subject: string('Subject of the message'),
    to: set(emailAddress(), 'Addresses it was sent to'),
  }),
  filters: {
    domain: derived(string(), (value) => valuesAt<string>(value, 'report', 'policyDomain')),
    totalFailedSessions: derived(unsigned(), (value) => [messages(value, 'fail')]),
    totalSuccessfulSessions: derived(unsigned(), (value) => [messages(value, 'pass')]),
    expiresAt: exact('expiresAt'),
    memberTenantId: exact('memberTenantId'),
  },
  clientsMay: ['destroy'],
  awaits: 'the analysis of received reports',
});
