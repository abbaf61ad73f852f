// What recipients are accepted.
import { singleton, struct } from '../schema/index.ts';
import { always, expression } from './parts/settings.ts';

export const MtaStageRcpt = singleton({
  name: 'MtaStageRcpt',
  description: 'What happens when a recipient is named',
  shape: struct('MtaStageRcpt', 'RCPT TO', {
    allowRelaying: expression('Whether mail for other domains is taken').default(
      always('!is_empty(authenticated_as)'),
    ),
    maxFailures: expression('Refused recipients before the connection is closed').default(always('5')),
    maxRecipients: expression('Most recipients of a message').default(always('100')),
    rewrite: expression('Address that takes the place of the recipient').default(always('false')),
    script: expression('Script to run').default(always('false')),
    waitOnFail: expression('Wait after a refused recipient').default(always('5s')),
  }),
});
