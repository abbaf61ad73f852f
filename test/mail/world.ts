// The mail floor over stores of a test, and messages for it.
import { createHash } from 'node:crypto';
import { type AccountsService, createAccounts } from '../../src/account/index.ts';
import {
  createMail,
  type Delivery,
  type Mail,
  type MailLimits,
  type MailOptions,
  type MailSettings,
} from '../../src/mail/index.ts';
import { type DataStore, openMemory, type Stores } from '../../src/store/index.ts';

export const SETTINGS: MailSettings = {
  maxMailboxDepth: 10,
  maxMailboxNameLength: 255,
  maxMailboxes: 250,
  maxMessageSize: 75_000_000,
};

export interface World {
  readonly stores: Pick<Stores, 'data' | 'blobs' | 'bus'>;
  readonly accounts: AccountsService;
  readonly mail: Mail;
  /** Limits of every account; may be changed. */
  limits: MailLimits;
  /** Another mail floor over the same accounts, with nothing in memory. */
  fresh(): Mail;
  close(): Promise<void>;
}

export function openWorld(
  options: Partial<Pick<MailOptions, 'settings' | 'columnBytes' | 'search'>> & {
    readonly stores?: Stores;
    /** Stands in front of the data store. */
    readonly wrap?: (data: DataStore) => DataStore;
  } = {},
): World {
  const { stores = openMemory(), wrap = (data: DataStore) => data, ...rest } = options;
  const data = wrap(stores.data);
  const accounts = createAccounts({ data, bus: stores.bus });
  const fresh = (): Mail =>
    createMail({
      accounts,
      data,
      settings: () => SETTINGS,
      limitsOf: async () => world.limits,
      ...rest,
    });
  const world: World = {
    stores: { ...stores, data },
    accounts,
    limits: {},
    mail: undefined as unknown as Mail,
    fresh,
    close: async () => {
      await world.mail.close();
      accounts.close();
      await stores.close();
    },
  };
  Object.assign(world, { mail: fresh() });
  return world;
}

export const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

export function message(fields: Readonly<Record<string, string>>, body = 'Hello.\r\n'): Uint8Array {
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${head.join('')}\r\n${body}`);
}

export const delivery = (bytes: Uint8Array, more: Partial<Delivery> = {}): Delivery => ({
  bytes,
  receivedHash: sha256(bytes),
  receivedAt: 1_700_000_000_000,
  keywords: [],
  ...more,
});
