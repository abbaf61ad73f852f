// What messages are accepted, and what is written into them.
import { boolean, singleton, struct } from '../schema/index.ts';
import { always, expression, when } from './parts/settings.ts';

const onExchange = when([["listener == 'smtp'", 'true']], 'false');
// what a submission client leaves out is added for it (RFC 6409 §8)
const fromClients = when([["listener != 'lmtp'", 'true']], 'false');
// mail of LMTP ends here, and the last server names the return path (RFC 5321 §4.4)
const fromServers = when([["listener == 'smtp' || listener == 'lmtp'", 'true']], 'false');

export const MtaStageData = singleton({
  name: 'MtaStageData',
  description: 'What happens when a message has arrived',
  shape: struct('MtaStageData', 'DATA', {
    addAuthResultsHeader: expression('Add Authentication-Results').default(onExchange),
    addDateHeader: expression('Add a missing Date').default(fromClients),
    addDeliveredToHeader: boolean('Kept for other clients; nothing is written per recipient').default(true),
    addMessageIdHeader: expression('Add a missing Message-ID').default(fromClients),
    addReceivedHeader: expression('Add Received').default(fromServers),
    addReceivedSpfHeader: expression('Add Received-SPF').default(onExchange),
    addReturnPathHeader: expression('Add Return-Path').default(fromServers),
    enableSpamFilter: expression('Whether the spam filter looks at the message').default(
      always('is_empty(authenticated_as)'),
    ),
    maxMessageSize: expression('Largest message in bytes; 0 for any').default(always('104857600')),
    maxMessages: expression('Most messages of a connection').default(always('1000')),
    maxReceivedHeaders: expression('Most hosts a message may have passed').default(always('50')),
    script: expression('Script to run').default(always('false')),
  }),
});
