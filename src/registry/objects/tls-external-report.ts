// A report about encryption to our hosts that another site sent here.
import { emailAddress, exact, nested, object, set, string, struct, utcDateTime } from '../schema/index.ts';
import { memberTenantId } from './parts/references.ts';
import { TlsReport } from './parts/tls-report.ts';

export const TlsExternalReport = object({
  name: 'TlsExternalReport',
  description: 'A report about encryption to our hosts that another site sent here',
  visibility: 'tenant',
  columns: ['from', 'subject', 'receivedAt'],
  shape: struct('TlsExternalReport', 'A received TLS report', {
    expiresAt: utcDateTime('When this is removed or stops being valid'),
    from: emailAddress('Address it came from'),
    memberTenantId: memberTenantId(),
    receivedAt: utcDateTime('When it was received'),
    report: nested(TlsReport, 'The report itself'),
    subject: string('Subject of the message'),
    to: set(emailAddress(), 'Addresses it was sent to'),
  }),
  filters: {
    expiresAt: exact('expiresAt'),
    memberTenantId: exact('memberTenantId'),
  },
  clientsMay: ['destroy'],
  awaits: 'the analysis of received reports',
});
