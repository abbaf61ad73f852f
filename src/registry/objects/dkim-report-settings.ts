// Reports about failed DKIM checks that this server sends.
import { singleton, struct } from '../schema/index.ts';
import { always, expression } from './parts/settings.ts';

export const DkimReportSettings = singleton({
  name: 'DkimReportSettings',
  description: 'Reports about failed DKIM checks that this server sends',
  shape: struct('DkimReportSettings', 'DKIM failure reports', {
    dkimSignDomain: expression('Domain whose key signs the outgoing message; false for none').default(
      always("system('domain')"),
    ),
    fromAddress: expression('Address the reports are sent from').default(
      always("'noreply-dkim@' + system('domain')"),
    ),
    fromName: expression('Name beside the sending address').default(always("'Report Subsystem'")),
    sendFrequency: expression('How often reports are sent; for failures how many in which time').default(
      always('[1, 1d]'),
    ),
    subject: expression('Subject of the message').default(always("'DKIM Authentication Failure Report'")),
  }),
  awaits: 'outgoing reports',
});
