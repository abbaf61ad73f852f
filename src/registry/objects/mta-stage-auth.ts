// Sign-in of SMTP clients.
import { singleton, struct } from '../schema/index.ts';
import { always, expression, when } from './parts/settings.ts';

export const MtaStageAuth = singleton({
  name: 'MtaStageAuth',
  description: 'Sign-in of SMTP clients',
  shape: struct('MtaStageAuth', 'AUTH', {
    maxFailures: expression('Failed sign-ins before the connection is closed').default(always('3')),
    mustMatchSender: expression('Whether the sender has to be an address of the account').default(
      always('true'),
    ),
    require: expression('Whether a client has to sign in before it sends').default(
      // local recipients from trusted networks need no sign-in over LMTP
      always("listener != 'smtp' && listener != 'lmtp'"),
    ),
    saslMechanisms: expression('Ways to sign in that are offered').default(
      when(
        [
          ["listener != 'smtp' && listener != 'lmtp' && is_tls", '[plain, login, oauthbearer, xoauth2]'],
          ["listener != 'smtp' && listener != 'lmtp'", '[oauthbearer, xoauth2]'],
        ],
        'false',
      ),
    ),
    waitOnFail: expression('Wait after a failed sign-in').default(always('5s')),
  }),
});
