// How many lookups in DNS lists one message may cause.
import { singleton, struct, unsigned } from '../schema/index.ts';

export const SpamDnsblSettings = singleton({
  name: 'SpamDnsblSettings',
  description: 'How many lookups in DNS lists one message may cause',
  shape: struct('SpamDnsblSettings', 'Lookups in DNS lists', {
    domainLimit: unsigned('Most domains of a message that are looked up', { min: 1 }).default(50),
    emailLimit: unsigned('Most addresses of a message that are looked up', { min: 1 }).default(50),
    ipLimit: unsigned('Most IP addresses of a message that are looked up', { min: 1 }).default(50),
    urlLimit: unsigned('Most links of a message that are looked up', { min: 1 }).default(50),
  }),
  awaits: 'the spam filter',
});
