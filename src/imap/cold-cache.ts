// Cold records that were read a moment ago. They never change and their ids are never used again, so what is kept is
// always right; clients read the same messages several times, item by item.
import { LRUCache } from 'lru-cache';
import type { DocumentId } from '../account/index.ts';
import type { ColdRecord, MailAccount } from '../mail/index.ts';

/** Octets kept, about. */
const MAX_BYTES = 32 * 1024 * 1024;
/** What a record takes beside its texts once its structure has been decoded and its texts have been searched, about. */
const OVERHEAD = 4000;
/** Ids and accounts together make one number. */
const IDS = 0x1_0000_0000;
const MAX_ACCOUNT = 0x1f_ffff;

/** One number for a document of an account; undefined where that cannot be. */
export const cacheKey = (account: number, id: DocumentId): number | undefined =>
  account > MAX_ACCOUNT ? undefined : account * IDS + id;

export type Colds = readonly (ColdRecord | undefined)[];

export class ColdCache {
  readonly #kept = new LRUCache<number, ColdRecord>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ envelope, bodyStructure }) => envelope.length + bodyStructure.length + OVERHEAD,
  });

  /** Records in the order asked: at once when all are here. */
  of(mail: MailAccount, ids: readonly DocumentId[]): Colds | Promise<Colds> {
    // hot: per message of FETCH
    const { id: account } = mail.account;
    if (account > MAX_ACCOUNT) return mail.cold(ids);
    const first = account * IDS;
    const found: (ColdRecord | undefined)[] = [];
    const missing: number[] = [];
    for (let i = 0; i < ids.length; i++) {
      const record = this.#kept.get(first + (ids[i] as number));
      if (record === undefined) missing.push(i);
      found.push(record);
    }
    return missing.length === 0 ? found : this.#load(mail, ids, found, missing);
  }

  async #load(
    mail: MailAccount,
    ids: readonly DocumentId[],
    found: (ColdRecord | undefined)[],
    missing: readonly number[],
  ): Promise<Colds> {
    const first = mail.account.id * IDS;
    const records = await mail.cold(missing.map((i) => ids[i] as number));
    for (const [at, i] of missing.entries()) {
      const record = records[at];
      if (record === undefined) continue;
      found[i] = record;
      this.#kept.set(first + (ids[i] as number), record);
    }
    return found;
  }
}
