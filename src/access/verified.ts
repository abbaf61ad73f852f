// Remembers for some minutes which secrets were right, so that a client that signs in for every request does not
// cost a password hash each time. Nothing that could be used elsewhere is kept: only a keyed digest with a key
// of this process, bound to the stored hash, so that a changed password is a different question.
import { createHmac } from 'node:crypto';
import { cacheOf, now, randomBytes } from '../base/index.ts';

const KEPT_MS = 5 * 60_000;
const MAX_KEPT = 20_000;

export class VerifiedSecrets {
  readonly #key = randomBytes(32);
  readonly #until = cacheOf<string, number>(MAX_KEPT);

  has(stored: string, given: string): boolean {
    const name = this.#name(stored, given);
    const until = this.#until.get(name);
    if (until === undefined) return false;
    if (until > now()) return true;
    this.#until.delete(name);
    return false;
  }

  keep(stored: string, given: string): void {
    this.#until.set(this.#name(stored, given), now() + KEPT_MS);
  }

  #name(stored: string, given: string): string {
    return createHmac('sha256', this.#key).update(stored).update('\0').update(given).digest('base64');
  }
}
