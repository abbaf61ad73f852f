// SMTP extensions that are offered.
import { singleton, struct } from '../schema/index.ts';
import { always, expression, when } from './parts/settings.ts';

const signedIn = (result: string) => when([['!is_empty(authenticated_as)', result]], 'false');

export const MtaExtensions = singleton({
  name: 'MtaExtensions',
  description: 'SMTP extensions that are offered',
  shape: struct('MtaExtensions', 'Extensions', {
    chunking: expression('CHUNKING, and BDAT with it').default(always('true')),
    deliverBy: expression('DELIVERBY: the longest time a sender may ask for').default(signedIn('15d')),
    dsn: expression('DSN').default(signedIn('true')),
    expn: expression('EXPN').default(signedIn('true')),
    futureRelease: expression('FUTURERELEASE: the longest time a message may be held').default(
      signedIn('7d'),
    ),
    mtPriority: expression('MT-PRIORITY: the profile that is used').default(signedIn('mixer')),
    noSoliciting: expression('NO-SOLICITING: what is refused').default(always("''")),
    pipelining: expression('PIPELINING').default(always('true')),
    requireTls: expression('REQUIRETLS').default(always('true')),
    vrfy: expression('VRFY').default(signedIn('true')),
  }),
});
