// `x:Bootstrap`: the answers of the first start, and what is made of them. Everything is checked before anything is
// written; a step that fails names the property that it comes from, and leaves the folder as it was.
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { encodeId, randomText } from '../base/index.ts';
import {
  type Change,
  DECLARATIONS,
  Refusal,
  schema,
  SERVER_CONTEXT,
  SINGLETON,
  type Source,
  type StoredRecord,
  type ValueOf,
} from '../registry/index.ts';
import { type EmbeddedStores, openEmbedded } from '../store/index.ts';
import { writeBootFile } from './boot-file.ts';
import { openServices, type Services } from './services.ts';

type Answers = ValueOf<'Bootstrap'>;
type Plain = schema.Plain;

export interface SetupOptions {
  readonly folder: string;
  readonly bootFile: string;
  readonly standardPorts: boolean;
  /** Suggested; empty when none is known. */
  readonly hostname: string;
  readonly onDone: () => void;
}

/** The stores have to be open by then. */
const PATIENCE_MS = 30_000;
const PASSWORD_LENGTH = 20;
/** Without letters and digits that look alike. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

export class SetupSource implements Source {
  readonly #options: SetupOptions;
  #isDone = false;
  #isBusy = false;

  constructor(options: SetupOptions) {
    this.#options = options;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get(_scope: unknown, ids: readonly number[] | null): Promise<readonly StoredRecord[]> {
    if (ids && !ids.includes(SINGLETON)) return Promise.resolve([]);
    const { hostname } = this.#options;
    const value: Plain = {
      ...schema.shapeKind(DECLARATIONS.Bootstrap.shape).implied?.(),
      serverHostname: hostname,
      defaultDomain: hostname.replace(/^[^.]+\.(?=[^.]+\.)/, ''),
    };
    return Promise.resolve([{ id: SINGLETON, revision: 0, value }]);
  }

  async update(change: Change): Promise<void> {
    if (this.#isBusy) throw new Refusal('forbidden', { description: 'The server is being set up already.' });
    if (this.#isDone) {
      throw new Refusal('forbidden', { description: 'The server has been set up. Restart it to begin.' });
    }
    this.#isBusy = true;
    try {
      const answers = change.value as unknown as Answers;
      checkAnswers(answers);
      const made = await this.#setUp(answers);
      Object.assign(change.reveal, made);
      this.#isDone = true;
      this.#options.onDone();
    } finally {
      this.#isBusy = false;
    }
  }

  async #setUp(answers: Answers): Promise<Plain> {
    const { folder, bootFile } = this.#options;
    const store = path.join(folder, 'data');
    const isNew = !existsSync(store);
    const stores = await openStores(folder);
    let failed = true;
    try {
      const services = await openServices(stores, { recoveryAdmin: undefined });
      try {
        await refuseUnlessEmpty(services);
        const made = await this.#fill(services, answers);
        // Last: without it nothing of this counts, and the next start asks again.
        writeBootFile(bootFile, { '@type': answers.dataStore['@type'] });
        failed = false;
        return made;
      } finally {
        await services.close();
      }
    } finally {
      await stores.close();
      if (failed && isNew) rmSync(store, { recursive: true, force: true });
    }
  }

  async #fill({ registry, access }: Services, answers: Answers): Promise<Plain> {
    const { defaultDomain, serverHostname, requestTlsCertificate, generateDkimKeys } = answers;
    await named('blobStore', () => replace(registry, 'BlobStore', answers.blobStore));
    await named('searchStore', () => replace(registry, 'SearchStore', answers.searchStore));
    await named('inMemoryStore', () => replace(registry, 'InMemoryStore', answers.inMemoryStore));
    await named('tracer', () => registry.write.createValue(DECLARATIONS.Tracer, answers.tracer as never));
    const password = randomText(PASSWORD_LENGTH, LETTERS);
    const { administrator } = await named('defaultDomain', () =>
      access.bootstrap({
        domain: defaultDomain,
        hostname: serverHostname,
        listeners: { bind: '127.0.0.1', standardPorts: this.#options.standardPorts },
        password,
      }),
    );
    const domain = await access.directory.findDomain(defaultDomain);
    const patch: Record<string, unknown> = {
      dkimManagement: generateDkimKeys ? { '@type': 'Automatic' } : { '@type': 'Manual' },
    };
    if (requestTlsCertificate) {
      const { id } = await named('requestTlsCertificate', () =>
        registry.write.create(
          DECLARATIONS.AcmeProvider,
          { contact: { [`postmaster@${defaultDomain}`]: true } },
          SERVER_CONTEXT,
        ),
      );
      patch['certificateManagement'] = { '@type': 'Automatic', acmeProviderId: encodeId(id) };
    }
    await named('defaultDomain', () =>
      registry.write.update(DECLARATIONS.Domain, domain as number, patch, SERVER_CONTEXT),
    );
    return { username: administrator?.address ?? '', secret: password };
  }
}

/** What cannot be used is refused before anything is opened. */
function checkAnswers(answers: Answers): void {
  const { serverHostname, defaultDomain, dataStore, directory, dnsServer } = answers;
  for (const [property, name] of [
    ['serverHostname', serverHostname],
    ['defaultDomain', defaultDomain],
  ] as const) {
    if (!schema.isDomainName(name) || !name.includes('.')) {
      throw refusal(property, `${property} has to be a name such as mail.example.org.`);
    }
  }
  if (dataStore['@type'] !== 'Sqlite' && dataStore['@type'] !== 'RocksDb') {
    throw refusal('dataStore', `The data store ${dataStore['@type']} is not available; use Sqlite.`);
  }
  for (const [property, chosen, usual, { awaits }] of [
    ['directory', directory['@type'], 'Internal', DECLARATIONS.Directory],
    ['dnsServer', dnsServer['@type'], 'Manual', DECLARATIONS.DnsServer],
  ] as const) {
    if (chosen !== usual) {
      throw refusal(
        property,
        `${chosen} cannot be used yet: ${awaits ?? 'it'} does not exist on this server.`,
      );
    }
  }
}

const refusal = (property: string, description: string): Refusal =>
  new Refusal('invalidProperties', { properties: [property], description });

/** Runs a step; what it fails with names the property. */
async function named<T>(property: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof Refusal) throw refusal(property, error.error.description ?? error.error.type);
    throw error;
  }
}

async function openStores(folder: string): Promise<EmbeddedStores> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error('it did not open in time')), PATIENCE_MS).unref();
  });
  try {
    return await Promise.race([openEmbedded({ folder, onFatal: () => undefined }), late]);
  } catch (error) {
    throw refusal('dataStore', `The data store cannot be opened: ${(error as Error).message}.`);
  }
}

async function refuseUnlessEmpty({ registry }: Services): Promise<void> {
  for (const type of ['Account', 'Domain', 'Role', 'NetworkListener'] as const) {
    if ((await registry.count(type)) > 0) {
      throw refusal(
        'dataStore',
        'There is a server in this data store already; start it without the wizard.',
      );
    }
  }
}

async function replace<N extends 'BlobStore' | 'SearchStore' | 'InMemoryStore'>(
  registry: Services['registry'],
  name: N,
  value: ValueOf<N>,
): Promise<void> {
  await registry.write.modify(DECLARATIONS[name], SINGLETON, () => value as unknown as Plain);
}
