// DMARC reports that this server sends.
import { singleton, struct } from '../schema/index.ts';
import { always, expression } from './parts/settings.ts';

export const DmarcReportSettings = singleton({
  name: 'DmarcReportSettings',
  description: 'DMARC reports that this server sends',
  shape: struct('DmarcReportSettings', 'DMARC reports', {
    aggregateContactInfo: expression(
      'Where receivers of aggregate reports may ask; false for nothing',
    ).default(always('false')),
    aggregateDkimSignDomain: expression('Domain whose key signs aggregate reports; false for none').default(
      always("system('domain')"),
    ),
    aggregateFromAddress: expression('Sender of aggregate reports').default(
      always("'noreply-dmarc@' + system('domain')"),
    ),
    aggregateFromName: expression('Name beside that sender').default(always("'Report Subsystem'")),
    aggregateMaxReportSize: expression('Largest aggregate report in bytes').default(always('5242880')),
    aggregateOrgName: expression('Organization named in aggregate reports').default(
      always("system('domain')"),
    ),
    aggregateSendFrequency: expression('How often aggregate reports are sent; never to send none').default(
      always('daily'),
    ),
    aggregateSubject: expression('Subject of aggregate reports').default(always("'DMARC Aggregate Report'")),
    failureDkimSignDomain: expression('Domain whose key signs failure reports; false for none').default(
      always("system('domain')"),
    ),
    failureFromAddress: expression('Sender of failure reports').default(
      always("'noreply-dmarc@' + system('domain')"),
    ),
    failureFromName: expression('Name beside that sender').default(always("'Report Subsystem'")),
    failureSendFrequency: expression('How many failure reports are sent in which time').default(
      always('[1, 1d]'),
    ),
    failureSubject: expression('Subject of failure reports').default(
      always("'DMARC Authentication Failure Report'"),
    ),
  }),
  awaits: 'outgoing reports',
});
