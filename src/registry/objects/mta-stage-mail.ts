// What senders are accepted.
import { singleton, struct } from '../schema/index.ts';
import { always, expression } from './parts/settings.ts';

export const MtaStageMail = singleton({
  name: 'MtaStageMail',
  description: 'What happens when a sender is named',
  shape: struct('MtaStageMail', 'MAIL FROM', {
    isSenderAllowed: expression('Whether the sender is accepted').default(
      always("!is_empty(authenticated_as) || !key_exists('spam-block', sender_domain)"),
    ),
    rewrite: expression('Address that takes the place of the sender').default(always('false')),
    script: expression('Script to run').default(always('false')),
  }),
});
