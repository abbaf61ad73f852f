// SMTP, submission and LMTP: sessions over sockets. What is accepted is decided by `mta`.
export { COMMANDS } from './table.ts';
export { createSmtp, type Smtp } from './server.ts';
export type { SmtpListener, SmtpOptions } from './session.ts';
