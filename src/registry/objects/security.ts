// When clients that misbehave are blocked.
import { duration, set, singleton, string, struct } from '../schema/index.ts';
import { rate } from './parts/settings.ts';

export const Security = singleton({
  name: 'Security',
  description: 'When clients that misbehave are blocked',
  shape: struct('Security', 'Automatic blocking', {
    abuseBanPeriod: duration('How long such a client stays blocked; absent for ever').nullable(),
    abuseBanRate: rate('Refused recipients after which a client is blocked')
      .nullable()
      .default({ count: 35, period: 86_400_000 }),
    authBanPeriod: duration('How long such a client stays blocked; absent for ever').nullable(),
    authBanRate: rate('Failed sign-ins after which a client is blocked')
      .nullable()
      .default({ count: 100, period: 86_400_000 }),
    loiterBanPeriod: duration('How long such a client stays blocked; absent for ever').nullable(),
    loiterBanRate: rate('Connections left idle after which a client is blocked')
      .nullable()
      .default({ count: 150, period: 86_400_000 }),
    scanBanPaths: set(string(), 'HTTP paths that only scanners ask for; * stands for anything').default([
      '*../*',
      '*.asp*',
      '*.cgi*',
      '*.php*',
      '*/..*',
      '*/cgi-bin*',
      '*/php*',
      '*/wp-*',
      '*drupal*',
      '*joomla*',
      '*wordpress*',
      '*xmlrpc*',
    ]),
    scanBanPeriod: duration('How long such a client stays blocked; absent for ever').nullable(),
    scanBanRate: rate('Malformed requests after which a client is blocked')
      .nullable()
      .default({ count: 30, period: 86_400_000 }),
  }),
});
