// Lookups of message digests at a Pyzor server.
import { boolean, duration, float, singleton, string, struct, unsigned } from '../schema/index.ts';

export const SpamPyzor = singleton({
  name: 'SpamPyzor',
  description: 'Lookups of message digests at a Pyzor server',
  shape: struct('SpamPyzor', 'Pyzor', {
    allowCount: unsigned('Reports as good mail from which a message counts as known good', {
      min: 1,
      max: 1000,
    }).default(10),
    blockCount: unsigned('Reports as spam from which a message counts as spam', {
      min: 1,
      max: 1000,
    }).default(5),
    enable: boolean(
      'Whether this is in use; switch it off to keep the settings without their effect',
    ).default(true),
    host: string('Host name or address of the service').default('public.pyzor.org'),
    port: unsigned('Port of the service', { min: 100, max: 65_535 }).default(24_441),
    ratio: float('Share of good among all reports below which a message counts as spam', {
      min: 0,
      max: 1,
    }).default(0.2),
    timeout: duration('Longest wait for an answer').default(5000),
  }),
  awaits: 'the spam filter',
});
