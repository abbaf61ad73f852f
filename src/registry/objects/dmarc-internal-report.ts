// A DMARC report that this server is about to send.
import {
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

export const DmarcInternalReport = object({
  name: 'DmarcInternalReport',
  description: 'A DMARC report that this server is about to send',
  label: 'domain',
  columns: ['domain', 'createdAt', 'deliverAt'],
  shape: struct('DmarcInternalReport', 'A pending DMARC report', {
    createdAt: utcDateTime('When the collected time began'),
    deliverAt: utcDateTime('When it is sent'),
    domain: string('Domain it is about'),
    policyIdentifier: unsigned('Tells apart policies that a domain had within the time').default(0),
    report: nested(DmarcReport, 'The report itself'),
    rua: set(emailAddress(), 'Addresses that the domain asked to send it to'),
  }),
  filters: {
    domain: exact('domain'),
  },
  clientsMay: ['update', 'destroy'],
  clientsUpdate: ['deliverAt'],
  awaits: 'outgoing reports',
});
