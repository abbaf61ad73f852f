// Limits of an SMTP session.
import { singleton, struct } from '../schema/index.ts';
import { always, expression } from './parts/settings.ts';

export const MtaInboundSession = singleton({
  name: 'MtaInboundSession',
  description: 'Limits of an SMTP session',
  shape: struct('MtaInboundSession', 'Session', {
    maxDuration: expression('Longest session').default(always('10m')),
    timeout: expression('Longest wait for the client').default(always('5m')),
    transferLimit: expression('Most bytes a session may send').default(always('262144000')),
  }),
});
