// The main thread of a server: opens the stores, writes what a first start needs, starts the threads that run the
// faces, answers the operator, and stops them all (spec: order of start, stop and drain).
import type { Worker } from 'node:worker_threads';
import { setTimeout as wait } from 'node:timers/promises';
import { emit, now } from '../base/index.ts';
import { attachMailSearch, EMAIL_INDEX, loadMailSearch, type MailSearch } from '../mail/index.ts';
import {
  type EmbeddedStores,
  openEmbedded,
  openSearch,
  type OwnedSearch,
  StoreLocked,
} from '../store/index.ts';
import { addressText, listenerAddresses, startBlock } from './address-block.ts';
import { storedCertificate } from './certificate.ts';
import { logToConsole } from './console.ts';
import './events.ts';
import { surviveExceptions } from './exceptions.ts';
import { ExitStatus, startFailure } from './exit.ts';
import { SPOKEN } from './faces.ts';
import {
  addressesFile,
  dataFolder,
  type DataFolder,
  makeFolder,
  removeRunFile,
  writeRunFile,
} from './folder.ts';
import { planListeners } from './listeners.ts';
import { operatorCommands } from './operator/commands.ts';
import type { ServerStatus } from './operator/protocol.ts';
import { type OperatorServer, serveOperator } from './operator/server.ts';
import { operatorPassword } from './operator-password.ts';
import type { ServerOptions } from './options.ts';
import { type RunningPush, startPush } from './push.ts';
import { makePushKey } from './push-key.ts';
import { openServices, type Services } from './services.ts';
import { searchSettings } from './settings.ts';
import { onStopSignals } from './signals.ts';
import { prepareThread, Supervisor } from './supervisor.ts';
import { currentTicketKeys, newTicketKeys } from './ticket-keys.ts';

export interface RunningServer {
  /** What the operator is told. */
  readonly block: string;
  /** Exit status, once the server has stopped. */
  readonly ended: Promise<ExitStatus>;
}

/** How long the previous server on the folder may take to end. */
const LOCK_PATIENCE_MS = 3000;
/** What is open may finish: after SIGTERM, and after SIGINT. */
const DRAIN_MS = 30_000;
const STOP_MS = 700;
const LOOK_AT_TICKETS_MS = 60_000;
const HOUR_MS = 3_600_000;

export async function startServer(options: ServerOptions, version: string): Promise<RunningServer> {
  const server = new MainThread(options, version);
  return server.start();
}

class MainThread {
  readonly #options: ServerOptions;
  readonly #version: string;
  readonly #folder: DataFolder;
  readonly #startedAt = now();
  readonly #ended = Promise.withResolvers<ExitStatus>();
  #stores: EmbeddedStores | undefined;
  #search: OwnedSearch | undefined;
  #services: Services | undefined;
  #supervisor: Supervisor | undefined;
  #operator: OperatorServer | undefined;
  #push: RunningPush | undefined;
  #stopping = false;

  constructor(options: ServerOptions, version: string) {
    this.#options = options;
    this.#version = version;
    this.#folder = dataFolder(options.folder);
  }

  async start(): Promise<RunningServer> {
    const { logLevel } = this.#options;
    logToConsole(logLevel, (line) => process.stderr.write(line));
    surviveExceptions('main');
    makeFolder(this.#folder);
    const spare = prepareThread(logLevel);
    try {
      const stores = await this.#openStores();
      this.#stores = stores;
      const search = await this.#openSearch();
      const services = await openServices(stores, { recoveryAdmin: this.#options.recoveryAdmin, search });
      this.#services = services;
      await this.#startIndexing(stores, services);
      // The folder is this process's alone: whoever worked on a task before has ended.
      await services.tasks.queue.takeBack();
      const administrator = await this.#bootstrap(services);
      await makePushKey(services.registry);
      await services.pushKey.load();
      this.#push = startPush(services);
      await this.#startThreads(stores, services, spare);
      this.#operator = await serveOperator(
        this.#folder.run,
        operatorCommands({ services, status: () => this.#status() }),
      );
      this.#writeAddresses();
      onStopSignals((signal) => void this.#stop(signal));
      // Counted from the start of the process, modules and all.
      const startMs = Math.round(performance.now());
      this.#warnOfRecoveryAdministrator();
      emit('server.started', { version: this.#version, ms: startMs });
      return { block: this.#block(administrator, startMs), ended: this.#ended.promise };
    } catch (error) {
      await Promise.allSettled([spare.terminate(), this.#supervisor?.drain(0)]);
      await this.#close().catch(() => undefined);
      throw error;
    }
  }

  /** Who forgot to take it away again hears of it every hour. */
  #warnOfRecoveryAdministrator(): void {
    const { recoveryAdmin } = this.#options;
    if (!recoveryAdmin) return;
    const warn = (): void =>
      emit('server.recovery-mode', { mode: 'normal', administrator: recoveryAdmin.name }, 'warn');
    warn();
    setInterval(warn, HOUR_MS).unref();
  }

  /** The previous server may still be on its way out. */
  async #openStores(): Promise<EmbeddedStores> {
    const until = now() + LOCK_PATIENCE_MS;
    for (;;) {
      try {
        return await openEmbedded({
          folder: this.#folder.path,
          onFatal: (error) => this.#fatal(error),
        });
      } catch (error) {
        if (!(error instanceof StoreLocked) || now() > until) throw error;
        await wait(100);
      }
    }
  }

  /** Without text search the server is of use all the same. */
  async #openSearch(): Promise<MailSearch | undefined> {
    try {
      this.#search = await openSearch({
        folder: this.#folder.search,
        indexes: [EMAIL_INDEX],
        onFailure: (error) => emit('server.search-failed', { error }, 'error'),
        onRestart: () => emit('server.search-restarted', { index: EMAIL_INDEX.name }, 'warn'),
      });
      return attachMailSearch(this.#search);
    } catch (error) {
      emit('server.search-failed', { error }, 'error');
      return undefined;
    }
  }

  async #startIndexing(stores: EmbeddedStores, { registry }: Services): Promise<void> {
    if (!this.#search) return;
    const failed = (error: unknown): void => emit('server.search-failed', { error }, 'error');
    try {
      const configure = await loadMailSearch(this.#search, stores, searchSettings(registry));
      registry.watch((change) => {
        if (!change || change.type === 'Search') configure().catch(failed);
      });
    } catch (error) {
      failed(error);
    }
  }

  async #bootstrap({ access, registry }: Services) {
    const { domain, hostname, adminPassword, standardPorts } = this.#options;
    const given =
      adminPassword !== undefined && (await registry.count('Account')) === 0
        ? await operatorPassword(registry, adminPassword, ['admin', domain])
        : undefined;
    const { administrator } = await access.bootstrap({
      domain,
      hostname: hostname ?? `mail.${domain}`,
      listeners: { bind: '127.0.0.1', standardPorts },
      ...(given && { password: given.hash }),
    });
    if (!administrator) return undefined;
    const { address, password } = administrator;
    return { address, password: given ? undefined : password, advice: given?.advice };
  }

  async #startThreads(stores: EmbeddedStores, services: Services, spare: Worker): Promise<void> {
    const { bind, standardPorts, ports, domain, recoveryAdmin, publicUrl, logLevel, workers } = this.#options;
    const { defaultHostname } = services.registry.singleton('SystemSettings');
    const [certificate, plans] = await Promise.all([
      storedCertificate(stores.data, [defaultHostname, domain, 'localhost', '127.0.0.1', '::1']),
      planListeners(services.registry, { bind, standardPorts, ports }, SPOKEN),
    ]);
    const waiting = [spare];
    let ticketKeys = newTicketKeys();
    // The keys of before are kept nowhere, so neither here, where no listener needs them.
    setInterval(() => {
      ticketKeys = currentTicketKeys(ticketKeys);
    }, LOOK_AT_TICKETS_MS).unref();
    this.#supervisor = await Supervisor.start({
      workers,
      spawn: () => waiting.pop() ?? prepareThread(logLevel),
      start: {
        recoveryAdmin,
        publicUrl,
        plans,
        certificate,
      },
      share: () => {
        const data = stores.share();
        const search = this.#search?.share();
        return {
          stores: data.handle,
          search: search?.handle,
          ticketKeys,
          transfer: [...data.transfer, ...(search?.transfer ?? [])],
        };
      },
      onFatal: (error) => this.#fatal(error),
    });
  }

  /** Where the server listens, for programs that start it. */
  #writeAddresses(): void {
    const open = this.#supervisor?.open ?? [];
    const listeners = Object.fromEntries(
      open.map(({ name, tls, addresses }) => [name, { tls, addresses: addresses.map(addressText) }]),
    );
    writeRunFile(addressesFile(this.#folder), { pid: process.pid, startedAt: this.#startedAt, listeners });
  }

  #block(administrator: Parameters<typeof startBlock>[0]['administrator'], startMs: number): string {
    return startBlock({
      version: this.#version,
      folder: this.#folder.path,
      administrator,
      listeners: this.#supervisor?.open ?? [],
      failed: this.#supervisor?.failed ?? new Map(),
      startMs,
    });
  }

  async #status(): Promise<Omit<ServerStatus, 'accounts'>> {
    const checks: Record<string, string> = {};
    const [dataStore] = await Promise.allSettled([this.#stores?.data.get(new Uint8Array([1]))]);
    checks['dataStore'] = dataStore.status === 'fulfilled' ? 'ok' : String(dataStore.reason);
    for (const [name, reason] of this.#supervisor?.failed ?? []) checks[`listener.${name}`] = reason;
    const workers = this.#supervisor?.count ?? 0;
    checks['workers'] =
      workers === this.#options.workers ? 'ok' : `${workers} of ${this.#options.workers} run`;
    const healthy = Object.values(checks).every((result) => result === 'ok');
    return {
      version: this.#version,
      pid: process.pid,
      dataFolder: this.#folder.path,
      startedAt: this.#startedAt,
      state: this.#stopping ? 'draining' : healthy ? 'ready' : 'not ready',
      checks,
      workers,
      threads: (await this.#supervisor?.figures()) ?? [],
      listeners: (this.#supervisor?.open ?? []).map((listener) => ({
        name: listener.name,
        addresses: listenerAddresses(listener),
      })),
      memory: process.memoryUsage.rss(),
    };
  }

  /** SIGTERM lets sessions finish what they are at; SIGINT ends them; a second signal waits for nothing. */
  async #stop(signal: string): Promise<void> {
    if (this.#stopping) return process.exit(ExitStatus.ok);
    this.#stopping = true;
    const graceMs = signal === 'SIGTERM' ? DRAIN_MS : STOP_MS;
    emit('server.stopping', { signal, graceMs });
    this.#operator?.close();
    await this.#supervisor?.drain(graceMs);
    removeRunFile(addressesFile(this.#folder));
    await this.#close();
    this.#ended.resolve(ExitStatus.ok);
  }

  /** The search store reads the data store, so it goes first. */
  async #close(): Promise<void> {
    this.#push?.close();
    await this.#services?.close();
    await this.#search?.close();
    await this.#stores?.close();
  }

  /** The stores or the threads are beyond help: whoever supervises the process starts it anew. */
  #fatal(error: unknown): void {
    process.stderr.write(`waypost: the server cannot go on: ${startFailure(error).message}\n`);
    process.exit(ExitStatus.io);
  }
}
