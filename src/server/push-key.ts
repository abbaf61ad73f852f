// The key with which the server names itself to push services (RFC 8292): made at the first start, read from the
// settings by every thread.
import { emit } from '../base/index.ts';
import { newVapidKey, readVapidKey, VapidSigner } from '../formats/webpush/index.ts';
import {
  DECLARATIONS,
  readSecret,
  type Registry,
  SERVER_CONTEXT,
  SINGLETON,
  type ValueOf,
} from '../registry/index.ts';
import './events.ts';

type Settings = ValueOf<'Jmap'>;

export class PushKey {
  readonly #registry: Registry;
  #read: Settings | undefined;
  #signer: VapidSigner | undefined;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Undefined while there is no key. After a change of the settings the key before serves until it is read. */
  signer(): VapidSigner | undefined {
    if (this.#registry.singleton('Jmap') !== this.#read) void this.load();
    return this.#signer;
  }

  async load(): Promise<void> {
    const settings = this.#registry.singleton('Jmap');
    this.#read = settings;
    let key: ReturnType<typeof readVapidKey>;
    try {
      const pem = await readSecret(settings.webPushKey);
      key = pem === undefined ? undefined : readVapidKey(pem);
      if (pem !== undefined && !key) throw new Error('it is no private key on P-256 in PEM');
    } catch (error) {
      emit('server.push-key-unusable', { reason: (error as Error).message }, 'error');
    }
    if (this.#read !== settings) return;
    const { defaultHostname } = this.#registry.singleton('SystemSettings');
    const contact = settings.webPushContact ?? `mailto:postmaster@${defaultHostname}`;
    this.#signer = key && new VapidSigner(key, contact);
  }
}

/** Writes a key where there is none. */
export async function makePushKey(registry: Registry): Promise<void> {
  if (registry.singleton('Jmap').webPushKey['@type'] !== 'None') return;
  const webPushKey = { '@type': 'Text', secret: newVapidKey() };
  await registry.write.update(DECLARATIONS.Jmap, SINGLETON, { webPushKey }, SERVER_CONTEXT);
}
