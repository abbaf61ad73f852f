// Actions: what the server is asked to do at once. Nothing is stored; each variant is carried out by the part of
// the server that added itself, and one that nobody carries out is refused.
import { now } from '../../base/index.ts';
import { MethodRefusal, type Change, Refusal, type Source } from '../engine/types.ts';
import type { ValueOf } from '../objects/index.ts';
import { fieldsOf, findField, formatField, type Plain } from '../schema/index.ts';

export type Action = ValueOf<'Action'>;
export type ActionName = Action['@type'];

/** Carries out an action; what it gives back (for those that find something out) is shown in the answer. */
export type ActionHandler<N extends ActionName = ActionName> = (
  action: Extract<Action, { readonly '@type': N }>,
) => Promise<Plain | void>;

/** What carries out each action, for the answer where it is missing. */
const NEEDS: Readonly<Record<ActionName, string>> = {
  ReloadSettings: 'settings',
  ReloadTlsCertificates: 'certificates of the registry',
  ReloadLookupStores: 'lookup stores',
  ReloadBlockedIps: 'lists of blocked addresses',
  UpdateApps: 'web applications',
  TroubleshootDmarc: 'the check of senders (SPF, DKIM, DMARC)',
  ClassifySpam: 'the spam filter',
  InvalidateCaches: 'caches',
  InvalidateNegativeCaches: 'caches',
  PauseMtaQueue: 'the queue of outgoing mail',
  ResumeMtaQueue: 'the queue of outgoing mail',
};

/** Source `actions` of Action. */
export class Actions implements Source {
  readonly #handlers = new Map<ActionName, ActionHandler>();

  /** Says who carries out a variant. */
  handle<N extends ActionName>(name: N, handler: ActionHandler<N>): void {
    if (this.#handlers.has(name)) throw new Error(`the action ${name} is handled twice`);
    this.#handlers.set(name, handler as unknown as ActionHandler);
  }

  get(): Promise<readonly []> {
    return Promise.resolve([]);
  }

  query(): Promise<never> {
    return Promise.reject(new MethodRefusal('invalidArguments', 'actions are carried out, not kept'));
  }

  async create(change: Change): Promise<number> {
    const action = change.value as Action & Plain;
    const name = action['@type'];
    const handler = this.#handlers.get(name);
    if (!handler) {
      throw new Refusal('forbidden', {
        description: `Not configured on this server: ${NEEDS[name]} (needed by ${name}).`,
      });
    }
    const found = await handler(action);
    for (const [property, value] of Object.entries(found ?? {})) {
      const field = findField(change.declaration.shape, property);
      if (field && property in fieldsOf(change.declaration.shape, action)) {
        change.reveal[property] = formatField(field, value);
      }
    }
    return now();
  }
}
