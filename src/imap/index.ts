// The IMAP face. The composition root opens it and hands its `serve` to the listeners.
export { createImap, type Imap } from './imap.ts';
export type { EmailSettings, ImapOptions, ImapSettings, StateSource } from './options.ts';
