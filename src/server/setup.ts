// The first start by a wizard (`WAYPOST_SETUP=wizard` without a boot file): stores in memory, one HTTP listener and the
// operator's socket, and `x:Bootstrap` alone. Its one update writes the boot file and what the server begins with; a
// restart finishes it.
import { hostname } from 'node:os';
import { emit, now, randomText } from '../base/index.ts';
import { schema } from '../registry/index.ts';
import { openMemory } from '../store/index.ts';
import { addressText, listenerAddresses } from './address-block.ts';
import { logToConsole } from './console.ts';
import './events.ts';
import { surviveExceptions } from './exceptions.ts';
import { ExitStatus } from './exit.ts';
import { addressesFile, dataFolder, makeFolder, removeRunFile, writeRunFile } from './folder.ts';
import type { RunningServer } from './main-thread.ts';
import { operatorCommands } from './operator/commands.ts';
import { serveOperator } from './operator/server.ts';
import type { ServerOptions } from './options.ts';
import { openRescueListener } from './rescue-listener.ts';
import { openServices } from './services.ts';
import { SetupSource } from './setup-source.ts';
import { setupTable } from './setup-table.ts';
import { onStopSignals } from './signals.ts';

const GRACE_MS = 700;

/** Without letters and digits that look alike. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** @throws StartFailure */
export async function startSetup(options: ServerOptions, version: string): Promise<RunningServer> {
  const startedAt = now();
  const folder = dataFolder(options.folder);
  logToConsole(options.rescue.logLevel, (line) => process.stderr.write(line));
  surviveExceptions('main');
  makeFolder(folder);
  const made = options.recoveryAdmin ? undefined : { name: 'admin', secret: randomText(16, LETTERS) };
  const recoveryAdmin = options.recoveryAdmin ?? made;
  const stores = openMemory();
  const source = new SetupSource({
    folder: folder.path,
    bootFile: options.bootFile,
    standardPorts: options.standardPorts,
    hostname: suggestedHost(options.hostname),
    onDone: () => process.stdout.write('The server has been set up. Restart it to begin.\n'),
  });
  const services = await openServices(stores, { recoveryAdmin, setup: source });
  const listener = await openRescueListener(services, 'setup', options).catch(async (error: unknown) => {
    await services.close();
    throw error;
  });
  const operator = await serveOperator(
    folder.run,
    operatorCommands({
      services,
      narrow: setupTable,
      status: () =>
        Promise.resolve({
          version,
          pid: process.pid,
          dataFolder: options.folder,
          startedAt,
          state: 'not ready',
          checks: { mode: source.isDone ? 'set up; waits to be restarted' : 'waits to be set up' },
          workers: 0,
          threads: [],
          listeners: [{ name: 'setup', addresses: listenerAddresses(listener.open) }],
          memory: process.memoryUsage.rss(),
        }),
    }),
  );
  writeRunFile(addressesFile(folder), {
    pid: process.pid,
    startedAt,
    listeners: { http: { tls: 'none', addresses: listener.open.addresses.map(addressText) } },
  });
  const ended = Promise.withResolvers<ExitStatus>();
  let stopping = false;
  onStopSignals(() => {
    if (stopping) process.exit(ExitStatus.ok);
    stopping = true;
    void (async () => {
      removeRunFile(addressesFile(folder));
      operator.close();
      await listener.close(GRACE_MS);
      await services.close();
      await stores.close();
      ended.resolve(ExitStatus.ok);
    })();
  });
  const [address] = listener.open.addresses;
  emit('server.bootstrap-mode', { port: address?.port ?? 0 });
  if (made) {
    process.stderr.write(`Set-up: sign in as ${made.name} with ${made.secret}   (shown only this once)\n`);
  }
  const lines = [
    `Waypost ${version} is ready to be set up.`,
    '',
    `  Data folder     ${options.folder}`,
    `  Web and JMAP    ${listenerAddresses(listener.open).join(', ')}`,
    `  Sign in as      ${recoveryAdmin?.name ?? ''}`,
    '',
    '  Or on this machine: waypost update bootstrap -f serverHostname=mail.example.org -f defaultDomain=example.org',
  ];
  return { block: `\n${lines.join('\n')}\n\n`, ended: ended.promise };
}

/** The host's own name, when others could reach it by that. */
function suggestedHost(given: string | undefined): string {
  const name = given ?? schema.normalizeDomain(hostname());
  return schema.isDomainName(name) && name.includes('.') ? name : '';
}
