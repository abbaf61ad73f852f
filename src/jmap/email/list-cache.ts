// What lists show of e-mails that were shown a moment ago, as JSON text: header fields, preview and the like never
// change and ids are never used again, so what is kept is always right. What does change (mailboxes, keywords) is
// never part of it.
import { LRUCache } from 'lru-cache';
import type { AccountId, DocumentId } from '../../account/index.ts';

/** Characters kept, about. */
const MAX_SIZE = 16 * 1024 * 1024;
/** A longer text is not kept: it would push out many others. */
const MAX_TEXT = 8 * 1024;
/** What an entry takes beside its text, about. */
const OVERHEAD = 100;
/** Account and id together make one number. */
const IDS = 0x1_0000_0000;
const MAX_ACCOUNT = 0x1f_ffff;

interface Entry {
  /** The properties, as `EmailPlan.listKey` names them. */
  readonly key: string;
  readonly text: string;
}

export class ListCache {
  readonly #kept = new LRUCache<number, Entry>({
    maxSize: MAX_SIZE,
    sizeCalculation: ({ text }) => text.length + OVERHEAD,
  });

  get(account: AccountId, id: DocumentId, key: string): string | undefined {
    const entry = this.#kept.get(account * IDS + id);
    return entry?.key === key ? entry.text : undefined;
  }

  keep(account: AccountId, id: DocumentId, key: string, text: string): void {
    if (account <= MAX_ACCOUNT && text.length <= MAX_TEXT) this.#kept.set(account * IDS + id, { key, text });
  }
}
