// Limits and defaults of the users' scripts.
import { choice, duration, set, singleton, size, string, struct, unsigned } from '../schema/index.ts';

export const SieveUserInterpreter = singleton({
  name: 'SieveUserInterpreter',
  description: "Limits and defaults of the users' scripts",
  shape: struct('SieveUserInterpreter', 'User scripts', {
    allowedNotifyUris: set(string(), 'Schemes that notifications may be sent by').default(['mailto']),
    defaultExpiryDuplicate: duration(
      'How long the duplicate test remembers, when the script does not say',
    ).default(604_800_000),
    defaultExpiryVacation: duration(
      'How long it is remembered whom a vacation message was sent to, when the script does not say',
    ).default(2_592_000_000),
    defaultSubject: string('Subject of automatic replies to messages without one').default('Automated reply'),
    defaultSubjectPrefix: string('Text before the subject in automatic replies').default('Auto: '),
    disableCapabilities: set(choice('SieveCapability'), 'Extensions that scripts may not use'),
    maxCpuCycles: unsigned('Most instructions of one run', { min: 1 }).default(5000),
    maxHeaderSize: unsigned('Longest header value that scripts see, in bytes', { min: 1 }).default(1024),
    maxIncludes: unsigned('Most scripts included in one run', { min: 1 }).default(3),
    maxLocalVars: unsigned('Most variables of a script', { min: 1 }).default(128),
    maxMatchVars: unsigned('Most parts that a match may capture', { min: 1 }).default(30),
    maxNestedBlocks: unsigned('Deepest nesting of blocks', { min: 1 }).default(15),
    maxNestedForEvery: unsigned('Deepest nesting of loops over parts', { min: 1 }).default(3),
    maxNestedIncludes: unsigned('Deepest nesting of included scripts', { min: 1 }).default(3),
    maxNestedTests: unsigned('Deepest nesting of tests', { min: 1 }).default(15),
    maxOutMessages: unsigned('Most messages that one run may send').default(3),
    maxReceivedHeaders: unsigned('Hosts a message may have passed before it is taken for a loop', {
      min: 1,
    }).default(50),
    maxRedirects: unsigned('Most redirections of one run').default(1),
    maxScriptNameLength: unsigned('Longest name of a script', { min: 1 }).default(512),
    maxScriptSize: size('Largest script in bytes', { min: 1 }).default(102_400),
    maxScripts: unsigned('Most scripts of an account', { min: 1 }).nullable().default(100),
    maxStringLength: unsigned('Longest text in a script', { min: 1 }).default(4096),
    maxVarNameLength: unsigned('Longest name of a variable', { min: 1 }).default(32),
    maxVarSize: unsigned('Longest variable in bytes', { min: 1 }).default(4096),
    protectedHeaders: set(string(), 'Headers that scripts may not change').default([
      'Auto-Submitted',
      'Original-From',
      'Original-Subject',
      'Received',
    ]),
  }),
  awaits: 'Sieve',
});
