// `waypost serve`: reads what the server is started with and runs it until a signal ends it.
import { existsSync } from 'node:fs';
import type { RunningServer } from './main-thread.ts';
import type { ServeArguments, ServerOptions } from './options.ts';

export interface ServeOptions extends ServeArguments {
  readonly version: string;
}

/** Runs a server; returns its exit status. What goes wrong at the start is one sentence on standard error. */
export async function serve(options: ServeOptions): Promise<number> {
  // The rest is loaded here, so that other commands need not.
  const [{ serverOptions }, { startFailure }] = await Promise.all([
    import('./options.ts'),
    import('./exit.ts'),
  ]);
  try {
    const server = await start(serverOptions(options, process.env), options.version);
    process.stdout.write(server.block);
    return await server.ended;
  } catch (error) {
    const { status, message, cause } = startFailure(error);
    process.stderr.write(`waypost: ${message}\n`);
    if (process.env['WAYPOST_LOG'] === 'debug' && cause instanceof Error) {
      process.stderr.write(`${cause.stack ?? ''}\n`);
    }
    return status;
  }
}

/** Repairs come first, then the first start. */
async function start(options: ServerOptions, version: string): Promise<RunningServer> {
  if (options.recoveryMode) return (await import('./recovery.ts')).startRecovery(options, version);
  if (options.setup === 'wizard' && !existsSync(options.bootFile)) {
    return (await import('./setup.ts')).startSetup(options, version);
  }
  return (await import('./main-thread.ts')).startServer(options, version);
}
