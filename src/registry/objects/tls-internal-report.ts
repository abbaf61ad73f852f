// A TLS report that this server is about to send.
import {
  emailAddress,
  exact,
  nested,
  object,
  set,
  string,
  struct,
  text,
  uri,
  utcDateTime,
} from '../schema/index.ts';
import { TlsReport } from './parts/tls-report.ts';

export const TlsInternalReport = object({
  name: 'TlsInternalReport',
  description: 'A TLS report that this server is about to send',
  label: 'domain',
  columns: ['domain', 'createdAt', 'deliverAt'],
  shape: struct('TlsInternalReport', 'A pending TLS report', {
    createdAt: utcDateTime('When the collected time began'),
    deliverAt: utcDateTime('When it is sent'),
    domain: string('Domain it is about'),
    httpRua: set(uri(), 'Addresses the report is posted to'),
    mailRua: set(emailAddress(), 'Addresses the report is mailed to'),
    policyIdentifiers: set(text(), 'Policies that were in force within the time'),
    report: nested(TlsReport, 'The report itself'),
  }),
  filters: {
    domain: exact('domain'),
  },
  clientsMay: ['update', 'destroy'],
  clientsUpdate: ['deliverAt'],
  awaits: 'outgoing reports',
});
