// The HTTP server: access rules, rates and headers.
import { boolean, map, singleton, string, struct } from '../schema/index.ts';
import { always, expression, rate } from './parts/settings.ts';

export const Http = singleton({
  name: 'Http',
  description: 'The HTTP server: access rules, rates and headers',
  shape: struct('Http', 'HTTP', {
    allowedEndpoints: expression(
      'Status of a request: 200 lets it pass, anything else is the answer',
    ).default(always('200')),
    enableHsts: boolean('Tell browsers to come back over TLS only'),
    rateLimitAnonymous: rate('Most requests of an address without sign-in')
      .nullable()
      .default({ count: 100, period: 60_000 }),
    rateLimitAuthenticated: rate('Most requests of an account')
      .nullable()
      .default({ count: 1000, period: 60_000 }),
    redirectRoot: string('Where the root path leads').nullable().default('/account'),
    responseHeaders: map(string(), string(), 'Headers added to every response'),
    usePermissiveCors: boolean('Let pages of any origin use the interfaces'),
    useXForwarded: boolean('Believe forwarding headers of trusted proxies about the client'),
  }),
});
