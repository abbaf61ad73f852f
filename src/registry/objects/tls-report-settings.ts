// Reports about failed encryption that this server sends.
import { singleton, struct } from '../schema/index.ts';
import { always, expression } from './parts/settings.ts';

export const TlsReportSettings = singleton({
  name: 'TlsReportSettings',
  description: 'Reports about failed encryption that this server sends',
  shape: struct('TlsReportSettings', 'TLS reports', {
    contactInfo: expression('Where receivers of the reports may ask; false for nothing').default(
      always('false'),
    ),
    dkimSignDomain: expression('Domain whose key signs the outgoing message; false for none').default(
      always("system('domain')"),
    ),
    fromAddress: expression('Address the reports are sent from').default(
      always("'noreply-tls@' + system('domain')"),
    ),
    fromName: expression('Name beside the sending address').default(always("'Report Subsystem'")),
    maxReportSize: expression('Largest report in bytes').default(always('5242880')),
    orgName: expression('Organization named in the reports').default(always("system('domain')")),
    sendFrequency: expression('How often reports are sent; never to send none').default(always('daily')),
    subject: expression('Subject of the message').default(always("'TLS Aggregate Report'")),
  }),
  awaits: 'outgoing reports',
});
