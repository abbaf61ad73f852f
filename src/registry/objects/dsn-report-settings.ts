// Messages about mail that was not, or not yet, delivered.
import { singleton, struct } from '../schema/index.ts';
import { always, expression } from './parts/settings.ts';

export const DsnReportSettings = singleton({
  name: 'DsnReportSettings',
  description: 'Messages about mail that was not, or not yet, delivered',
  shape: struct('DsnReportSettings', 'Delivery status messages', {
    dkimSignDomain: expression('Domain whose key signs the outgoing message; false for none').default(
      always("system('domain')"),
    ),
    fromAddress: expression('Sender of these messages').default(
      always("'MAILER-DAEMON@' + system('domain')"),
    ),
    fromName: expression('Name beside the sending address').default(always("'Mail Delivery Subsystem'")),
  }),
  awaits: 'delivery status messages by setting',
});
