// The door to text search of e-mail.
import './events.ts';

export { readColdsFrom } from './colds.ts';
export { EMAIL_INDEX } from './document.ts';
export { attachMailSearch, loadMailSearch } from './remote.ts';
export {
  createMailSearch,
  type LocalMailSearch,
  type MailSearchOptions,
  type MailSearchSettings,
  SEARCH_DEFAULTS,
} from './search.ts';
export { encodeSearchTask, type SearchTask } from './task.ts';
export { holdsText, type SearchText, type SearchTexts, searchTexts } from './texts.ts';
export type { MailSearch, ReadColds, Snippet } from './types.ts';
