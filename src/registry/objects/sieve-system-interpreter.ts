// Limits and defaults of scripts that run during SMTP sessions.
import { boolean, domainName, duration, singleton, struct, unsigned } from '../schema/index.ts';
import { always, expression } from './parts/settings.ts';

export const SieveSystemInterpreter = singleton({
  name: 'SieveSystemInterpreter',
  description: 'Limits and defaults of scripts that run during SMTP sessions',
  shape: struct('SieveSystemInterpreter', 'System scripts', {
    defaultFromAddress: expression('Sender of messages that scripts write').default(
      always("'MAILER-DAEMON@' + system('domain')"),
    ),
    defaultFromName: expression('Name beside that sender').default(always("'Automated Message'")),
    defaultReturnPath: expression('Envelope sender of messages that scripts write; empty for none').default(
      always("''"),
    ),
    dkimSignDomain: expression('Domain whose key signs the outgoing message; false for none').default(
      always("system('domain')"),
    ),
    duplicateExpiry: duration('How long the duplicate test remembers').default(604_800_000),
    maxCpuCycles: unsigned('Most instructions of one run', { min: 1 }).default(1_048_576),
    maxNestedIncludes: unsigned('Deepest nesting of included scripts', { min: 1 }).default(5),
    maxOutMessages: unsigned('Most messages that one run may send').default(5),
    maxReceivedHeaders: unsigned('Hosts a message may have passed before it is taken for a loop', {
      min: 1,
    }).default(50),
    maxRedirects: unsigned('Most redirections of one run').default(3),
    maxVarSize: unsigned('Longest variable in bytes', { min: 1 }).default(52_428_800),
    messageIdHostname: domainName(
      "Host name in message identifiers; the server's own when absent",
    ).nullable(),
    noCapabilityCheck: boolean('Let scripts use extensions without asking for them first').default(true),
  }),
  awaits: 'Sieve',
});
