// The IMAP grammar: commands in, responses out. Pure; knows no mailbox.
export * from './cursor.ts';
export * from './date.ts';
export * from './fetch.ts';
export * from './flags.ts';
export * from './list-pattern.ts';
export * from './mailbox-arguments.ts';
export * from './mailbox-name.ts';
export * from './search.ts';
export * from './sequence-set.ts';
export * from './text.ts';
export * from './writer.ts';
