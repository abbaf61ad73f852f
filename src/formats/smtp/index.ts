// The grammar of SMTP, submission and LMTP: command lines, addresses, parameters, replies, DATA.
export * from './address.ts';
export * from './command.ts';
export * from './command-error.ts';
export * from './data.ts';
export * from './parameters.ts';
export * from './reply.ts';
export * from './xtext.ts';
