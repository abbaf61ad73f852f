// What happens to reports that arrive, and who sends our own.
import { boolean, domainName, integer, set, singleton, string, struct } from '../schema/index.ts';
import { always, expression } from './parts/settings.ts';

export const ReportSettings = singleton({
  name: 'ReportSettings',
  description: 'What happens to reports that arrive, and who sends our own',
  shape: struct('ReportSettings', 'Reports', {
    inboundReportAddresses: set(
      string(),
      'Addresses whose mail is read as reports; * stands for anything',
    ).default(['postmaster@*']),
    inboundReportForwarding: boolean('Deliver the messages as well after they were read').default(true),
    inboundReportMaxSize: integer('Largest report that is read, in bytes', { min: 1024 }).default(26_214_400),
    outboundReportDomain: domainName(
      'Domain that our reports are sent from; the default domain when absent',
    ).nullable(),
    outboundReportSubmitter: expression('Host named as the sender of our reports').default(
      always("system('hostname')"),
    ),
  }),
  awaits: 'the analysis of received reports',
});
