// What every thread is made of, below the faces: the registry, access control, accounts, mail and its acceptance
// over one set of stores, and the hooks between floors that no floor can fill by itself.
import { isDeepStrictEqual } from 'node:util';
import { Access } from '../access/index.ts';
import { type AccountsService, Aspect, createAccounts, DataType } from '../account/index.ts';
import { NotFound } from '../base/index.ts';
import {
  type BlobAccess,
  blobLinks,
  createBlobAccess,
  createMail,
  type Mail,
  type MailOptions,
  type MailSearch,
} from '../mail/index.ts';
import { createAnswers, createMta, createOutbox, type Mta, type Outbox } from '../mta/index.ts';
import { isPublicAddress } from '../net/index.ts';
import { Registry, type RegistryOptions } from '../registry/index.ts';
import type { Stores } from '../store/index.ts';
import { addMaintenance, Tasks } from '../tasks/index.ts';
import { countOffences } from './offences.ts';
import type { ServerOptions } from './options.ts';
import { PushKey } from './push-key.ts';
import { mailSettings } from './settings.ts';
import { TenantUsage } from './tenant-usage.ts';

export interface Services {
  readonly stores: Stores;
  readonly registry: Registry;
  readonly access: Access;
  readonly accounts: AccountsService;
  readonly mail: Mail;
  readonly blobs: BlobAccess;
  readonly mta: Mta;
  readonly outbox: Outbox;
  /** Text search, where there is one. */
  readonly search: MailSearch | undefined;
  /** Background work; `start` makes this thread run it. */
  readonly tasks: Tasks;
  readonly pushKey: PushKey;
  /** Addresses that push messages may go to. */
  readonly mayPushTo: (address: string) => boolean;
  /** Ends what runs in the background; the stores stay open. */
  close(): Promise<void>;
}

export interface ServiceOptions
  extends Pick<ServerOptions, 'recoveryAdmin'>,
    Pick<RegistryOptions, 'setup' | 'restoresAccounts'> {
  /** Text search; without it text cannot be searched. */
  readonly search?: MailSearch | undefined;
  /** Default: the public Internet. */
  readonly mayPushTo?: (address: string) => boolean;
}

export async function openServices(stores: Stores, options: ServiceOptions): Promise<Services> {
  const { data, bus, memory } = stores;
  const { recoveryAdmin, search, setup, restoresAccounts } = options;
  const registry = await Registry.open({
    store: data,
    bus,
    ...(setup && { setup }),
    ...(restoresAccounts && { restoresAccounts }),
  });
  const access = Access.open({ registry, memory, ...(recoveryAdmin && { recoveryAdmin }) });
  const accounts = createAccounts({ data, bus });
  const usage = new TenantUsage(registry, accounts, bus);
  const mailOptions: MailOptions = {
    accounts,
    data,
    settings: mailSettings(registry),
    limitsOf: async (id) => {
      const account = await registry.object('Account', id);
      if (!account) throw new NotFound('account', id);
      const quotas = account.quotas as Readonly<Record<string, number>>;
      return usage.limits(id, account.memberTenantId ?? undefined, quotas);
    },
    ...(search && { search }),
  };
  const mail = createMail(mailOptions);
  const blobs = createBlobAccess(stores);
  const tasks = new Tasks({ data, bus, registry });
  // Maintenance walks through all accounts: it must not push those in use out of memory.
  const upkeep = createMail({ ...mailOptions, columnBytes: UPKEEP_COLUMN_BYTES });
  addMaintenance(tasks, {
    registry,
    stores,
    accounts,
    mail: upkeep,
    blobs,
    links: (account) => blobLinks(data, account),
    search,
    counters: { rates: RATE_COUNTERS, uploads: ['jmap.upload.'] },
  });
  tieAccounts(registry, accounts, usage);
  const stopCounting = countOffences(access.clients);
  registry.assertComplete();
  const mta = createMta({ registry, access, mail, blobs: stores.blobs });
  const outbox = createOutbox({ mta, access, accounts, data, blobs: stores.blobs });
  const answers = createAnswers({
    mta,
    access,
    accounts,
    data,
    nameOf: async (id) => (await registry.object('Account', id))?.description ?? '',
    hostname: () => registry.singleton('SystemSettings').defaultHostname,
  });
  const pushKey = new PushKey(registry);
  await pushKey.load();
  return {
    stores,
    registry,
    access,
    accounts,
    mail,
    blobs,
    mta,
    outbox,
    search,
    tasks,
    pushKey,
    mayPushTo: options.mayPushTo ?? isPublicAddress,
    close: async () => {
      await tasks.stop();
      await outbox.close();
      await answers.close();
      stopCounting();
      usage.close();
      registry.close();
      accounts.close();
      await Promise.all([mail.close(), upkeep.close()]);
      await search?.close();
    },
  };
}

const UPKEEP_COLUMN_BYTES = 8 * 1024 * 1024;

/** Counters of the memory store that limit clients, by the beginning of their names. */
const RATE_COUNTERS = ['http.rate.', 'ban/auth/', 'ban/abuse/', 'ban/loiter/', 'ban/scan/', 'ban/name/'];

/** What the registry shows of an account's data, and what the data follows of the registry. */
function tieAccounts(registry: Registry, accounts: AccountsService, usage: TenantUsage): void {
  const usedBytes = async (id: number): Promise<number> => (await accounts.get(id).head()).usedBytes;
  registry.extend('Tenant', {
    async computed(tenants, properties) {
      if (!properties.has('usedDiskQuota')) return [];
      return Promise.all(tenants.map(async ({ id }) => ({ usedDiskQuota: await usage.sum(id) })));
    },
  });
  registry.extend('Account', {
    async computed(records, properties) {
      if (!properties.has('usedDiskQuota')) return [];
      return Promise.all(records.map(async ({ id }) => ({ usedDiskQuota: await usedBytes(id) })));
    },
    async after({ before, value, id }) {
      if (id === undefined) return;
      if (before && value && !isDeepStrictEqual(before['quotas'], value['quotas'])) {
        // Clients that show quotas hear of other limits as they hear of usage.
        await accounts
          .get(id)
          .write((writer) => writer.update(DataType.Quota, 0, undefined, { aspects: Aspect.Properties }));
      }
    },
  });
}
