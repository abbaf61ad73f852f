// Which route, queue, connection and encryption a message takes.
import { singleton, struct } from '../schema/index.ts';
import { always, expression, when } from './parts/settings.ts';

export const MtaOutboundStrategy = singleton({
  name: 'MtaOutboundStrategy',
  description: 'Which route, queue, connection and encryption a message takes',
  shape: struct('MtaOutboundStrategy', 'Choices for outgoing mail', {
    connection: expression('Name of the connection strategy').default(always("'default'")),
    route: expression('Name of the route').default(
      when([['is_local_domain(rcpt_domain)', "'local'"]], "'mx'"),
    ),
    schedule: expression('Name of the delivery schedule').default(
      when(
        [
          ['is_local_domain(rcpt_domain)', "'local'"],
          ["source == 'dsn'", "'dsn'"],
          ["source == 'report'", "'report'"],
        ],
        "'remote'",
      ),
    ),
    tls: expression('Name of the TLS strategy').default(
      when([["retry_num > 0 && last_error == 'tls'", "'invalid-tls'"]], "'default'"),
    ),
  }),
  awaits: 'outbound delivery',
});
