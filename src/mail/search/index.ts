// The door to text search of e-mail.
export { encodeSearchTask, type SearchTask } from './task.ts';
export type { MailSearch, ReadColds } from './types.ts';
