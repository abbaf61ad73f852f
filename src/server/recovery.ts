// Recovery mode (`WAYPOST_RECOVERY_MODE=1`): the stores and the whole registry, one HTTP listener and the operator's
// socket; no mail, no background work, no limits. For repairs, and for filling an empty server from a plan.
import { emit, now } from '../base/index.ts';
import { type EmbeddedStores, openEmbedded } from '../store/index.ts';
import { addressText, listenerAddresses } from './address-block.ts';
import { logToConsole } from './console.ts';
import './events.ts';
import { surviveExceptions } from './exceptions.ts';
import { ExitStatus, startFailure } from './exit.ts';
import { addressesFile, dataFolder, makeFolder, removeRunFile, writeRunFile } from './folder.ts';
import type { RunningServer } from './main-thread.ts';
import { operatorCommands } from './operator/commands.ts';
import { type OperatorServer, serveOperator } from './operator/server.ts';
import type { ServerOptions } from './options.ts';
import { isPublic, openRescueListener, type RescueListener } from './rescue-listener.ts';
import { openServices, type Services } from './services.ts';
import { onStopSignals } from './signals.ts';

/** How long requests that are under way may take when the server is stopped. */
const GRACE_MS = 700;

/** @throws StartFailure, and what the stores throw */
export async function startRecovery(options: ServerOptions, version: string): Promise<RunningServer> {
  const startedAt = now();
  const folder = dataFolder(options.folder);
  const { recoveryAdmin } = options;
  logToConsole(options.rescue.logLevel, (line) => process.stderr.write(line));
  surviveExceptions('main');
  makeFolder(folder);
  const ended = Promise.withResolvers<ExitStatus>();
  const stores = await openEmbedded({
    folder: folder.path,
    onFatal: (error) => {
      process.stderr.write(`waypost: the server cannot go on: ${startFailure(error).message}\n`);
      process.exit(ExitStatus.io);
    },
  });
  let opened: Opened | undefined;
  try {
    opened = await open(stores, options, version, startedAt);
    const { listener } = opened;
    writeRunFile(addressesFile(folder), {
      pid: process.pid,
      startedAt,
      listeners: { http: { tls: 'none', addresses: listener.open.addresses.map(addressText) } },
    });
  } catch (error) {
    await opened?.close();
    await stores.close();
    throw error;
  }
  const running = opened;
  const { listener } = running;
  let stopping = false;
  onStopSignals(() => {
    if (stopping) process.exit(ExitStatus.ok);
    stopping = true;
    void (async () => {
      removeRunFile(addressesFile(folder));
      await running.close();
      await stores.close();
      ended.resolve(ExitStatus.ok);
    })();
  });
  emit('server.recovery-mode', { mode: 'recovery', administrator: recoveryAdmin?.name }, 'warn');
  return { block: block(options, version, listener), ended: ended.promise };
}

interface Opened {
  readonly listener: RescueListener;
  readonly close: () => Promise<void>;
}

async function open(
  stores: EmbeddedStores,
  options: ServerOptions,
  version: string,
  startedAt: number,
): Promise<Opened> {
  const { recoveryAdmin } = options;
  const services: Services = await openServices(stores, { recoveryAdmin, restoresAccounts: true });
  let operator: OperatorServer | undefined;
  try {
    const listener = await openRescueListener(services, 'recovery', options);
    operator = await serveOperator(
      dataFolder(options.folder).run,
      operatorCommands({
        services,
        status: () =>
          Promise.resolve({
            version,
            pid: process.pid,
            dataFolder: options.folder,
            startedAt,
            state: 'not ready',
            checks: { mode: 'recovery' },
            workers: 0,
            threads: [],
            listeners: [{ name: 'recovery', addresses: listenerAddresses(listener.open) }],
            memory: process.memoryUsage.rss(),
          }),
      }),
    );
    return {
      listener,
      close: async () => {
        operator?.close();
        await listener.close(GRACE_MS);
        await services.close();
      },
    };
  } catch (error) {
    operator?.close();
    await services.close();
    throw error;
  }
}

function block(
  { folder, recoveryAdmin }: ServerOptions,
  version: string,
  { open: listener }: RescueListener,
): string {
  const lines = [
    `Waypost ${version} is ready in recovery mode: no mail is taken or served.`,
    '',
    `  Data folder     ${folder}`,
    `  Web and JMAP    ${listenerAddresses(listener).join(', ')}`,
    recoveryAdmin
      ? `  Administrator   ${recoveryAdmin.name} (WAYPOST_RECOVERY_ADMIN)`
      : '  Administrator   none but those of the server: set WAYPOST_RECOVERY_ADMIN=name:secret for another',
    ...(isPublic(listener) ? ['  ! Everybody on the network can reach it, without encryption.'] : []),
    '',
    '  The command line needs no password here. Restart without WAYPOST_RECOVERY_MODE when all is well.',
  ];
  return `\n${lines.join('\n')}\n\n`;
}
