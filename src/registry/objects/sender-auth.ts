// Which checks of senders are made, and which mail is signed.
import { boolean, singleton, struct } from '../schema/index.ts';
import { always, expression, when } from './parts/settings.ts';

export const SenderAuth = singleton({
  name: 'SenderAuth',
  description: 'Which checks of senders are made, and which mail is signed',
  shape: struct('SenderAuth', 'Sender checks', {
    arcVerify: expression('Whether ARC chains are verified: strict refuses broken ones').default(
      always('disable'),
    ),
    dkimSignDomain: expression('Domain whose key signs a message; false for none').default(
      when([['is_local_domain(sender_domain) && !is_empty(authenticated_as)', 'sender_domain']], 'false'),
    ),
    dkimStrict: boolean('Ignore signatures that do not follow the standard to the letter').default(true),
    dkimVerify: expression('Whether DKIM is verified: strict refuses mail without a valid signature').default(
      always('relaxed'),
    ),
    dmarcVerify: expression('Whether DMARC is verified: strict refuses as the policy asks').default(
      when([["listener == 'smtp'", 'relaxed']], 'disable'),
    ),
    reverseIpVerify: expression("Whether the name of the client's address is verified").default(
      when([["listener == 'smtp'", 'relaxed']], 'disable'),
    ),
    spfEhloVerify: expression('Whether SPF is verified for the introduction').default(
      when([["listener == 'smtp'", 'relaxed']], 'disable'),
    ),
    spfFromVerify: expression('Whether SPF is verified for the envelope sender').default(
      when([["listener == 'smtp'", 'relaxed']], 'disable'),
    ),
  }),
  awaits: 'sender checks',
});
