// What is known while a value from a client is read: ids of the request's earlier creates, the time, and every
// problem so far.
import { decodeId, now } from '../../base/index.ts';
import { type Input, Problems } from '../schema/index.ts';
import { Refusal } from './types.ts';

export class ChangeInput extends Problems implements Input {
  /** Whole seconds: what is shown is what is stored. */
  readonly now = Math.floor(now() / 1000) * 1000;
  readonly internal: boolean;
  readonly compiles?: (source: string, at: string) => boolean;
  readonly #created: ReadonlyMap<string, string>;

  constructor(
    created: ReadonlyMap<string, string>,
    options: {
      readonly internal: boolean;
      /** Type of the record: the first part of the place that an expression stands at. */
      readonly type?: string;
      readonly compiles?: ((source: string, place: string) => boolean) | undefined;
    },
  ) {
    super();
    this.#created = created;
    this.internal = options.internal;
    const { compiles, type = '' } = options;
    if (compiles) this.compiles = (source, at) => compiles(source, `${type}/${at}`);
  }

  id(text: string): number | undefined {
    const known = text.startsWith('#') ? this.#created.get(text.slice(1)) : text;
    return known === undefined ? undefined : decodeId(known);
  }

  /** Throws when anything was of the wrong shape or may not be written. */
  assertAccepted(): void {
    if (this.rejected.size === 0) return;
    throw new Refusal('invalidPatch', {
      description: [...this.rejected].map(([at, reason]) => (at ? `${at}: ${reason}` : reason)).join('; '),
      properties: [...this.rejected.keys()],
    });
  }

  /** Throws when the finished record breaks a constraint. */
  assertValid(): void {
    if (this.violations.length === 0) return;
    throw new Refusal('validationFailed', { validationErrors: this.violations });
  }
}
