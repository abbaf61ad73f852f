// `waypost serve`: reads what the server is started with and runs it until a signal ends it.
import type { ServeArguments } from './options.ts';

export interface ServeOptions extends ServeArguments {
  readonly version: string;
}

/** Runs a server; returns its exit status. What goes wrong at the start is one sentence on standard error. */
export async function serve(options: ServeOptions): Promise<number> {
  // The rest is loaded here, so that other commands need not.
  const [{ serverOptions }, { startFailure }, { startServer }] = await Promise.all([
    import('./options.ts'),
    import('./exit.ts'),
    import('./main-thread.ts'),
  ]);
  try {
    const server = await startServer(serverOptions(options, process.env), options.version);
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
