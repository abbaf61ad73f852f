// A message that the spam filter learns from.
import {
  blobId,
  boolean,
  emailAddress,
  exact,
  object,
  reference,
  string,
  struct,
  utcDateTime,
} from '../schema/index.ts';

export const SpamTrainingSample = object({
  name: 'SpamTrainingSample',
  description: 'A message that the spam filter learns from',
  visibility: 'account',
  columns: ['from', 'subject', 'isSpam', 'expiresAt'],
  shape: struct('SpamTrainingSample', 'A training example', {
    accountId: reference('Account', 'Account it came from; absent for the whole server')
      .nullable()
      .immutable(),
    blobId: blobId('Blob that holds the content').immutable(),
    deleteAfterUse: boolean('Remove it once it was learned').immutable(),
    expiresAt: utcDateTime('When it is removed').serverSet(),
    from: emailAddress('Sender of the message').serverSet(),
    isSpam: boolean('Whether it is an example of spam').immutable(),
    subject: string('Subject of the message').serverSet(),
  }),
  filters: {
    accountId: exact('accountId'),
  },
  awaits: 'the spam filter',
});
