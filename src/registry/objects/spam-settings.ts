// What happens to messages by their spam score.
import { boolean, duration, float, singleton, struct, uri } from '../schema/index.ts';

export const SpamSettings = singleton({
  name: 'SpamSettings',
  description: 'What happens to messages by their spam score',
  shape: struct('SpamSettings', 'Spam filter', {
    enable: boolean(
      'Whether this is in use; switch it off to keep the settings without their effect',
    ).default(true),
    greylistFor: duration('How long unknown senders are put off at first; absent for not at all').nullable(),
    scoreDiscard: float('Score from which messages are dropped silently; 0 for never', {
      min: -100,
      max: 100,
    }).default(0),
    scoreReject: float('Score from which messages are refused; 0 for never', { min: -100, max: 100 }).default(
      0,
    ),
    scoreSpam: float('Score from which messages go to junk', { min: -100, max: 100 }).default(5),
    spamFilterRulesUrl: uri('Where rules are fetched from; absent to keep to those that are here')
      .nullable()
      .default(null),
    trustContacts: boolean('Never treat mail of known correspondents as spam').default(true),
    trustReplies: boolean('Never treat answers to our own mail as spam').default(true),
  }),
  awaits: 'the spam filter',
});
