// What happens when an SMTP client introduces itself.
import { singleton, struct } from '../schema/index.ts';
import { always, expression, when } from './parts/settings.ts';

export const MtaStageEhlo = singleton({
  name: 'MtaStageEhlo',
  description: 'What happens when an SMTP client introduces itself',
  shape: struct('MtaStageEhlo', 'EHLO', {
    rejectNonFqdn: expression('Refuse names that are not fully qualified').default(
      when([["listener == 'smtp'", 'true']], 'false'),
    ),
    require: expression('Whether the client has to introduce itself').default(always('true')),
    script: expression('Script to run').default(always('false')),
  }),
});
