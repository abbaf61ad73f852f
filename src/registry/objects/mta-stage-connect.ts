// What an SMTP connection is greeted with.
import { singleton, struct } from '../schema/index.ts';
import { always, expression } from './parts/settings.ts';

export const MtaStageConnect = singleton({
  name: 'MtaStageConnect',
  description: 'What happens when an SMTP client connects',
  shape: struct('MtaStageConnect', 'Connecting', {
    hostname: expression('Host name the server gives').default(always("system('hostname')")),
    script: expression('Script to run').default(always('false')),
    smtpGreeting: expression('Text of the greeting').default(
      always("system('hostname') + ' Waypost ESMTP at your service'"),
    ),
  }),
});
