// Our side of a benchmark: a server of this tree in a process of its own, on a fresh folder, with accounts that
// take the load.
import { ServerProcess } from '../../test/support/server.ts';
import type { Server } from './sides.ts';

const PASSWORD = 'Load-Generator-Secret-7';
const PREFIX = 'load';

export interface StartedWaypost {
  readonly server: Server;
  readonly process: ServerProcess;
  stop(): Promise<void>;
}

/** Starts a server with the accounts `load1` to `load<accounts>`. */
export async function startWaypost(accounts: number, workers: string): Promise<StartedWaypost> {
  const process = await ServerProcess.start({ env: { WAYPOST_WORKERS: workers } });
  for (let n = 1; n <= accounts; n++) await process.addAccount(`${PREFIX}${n}@waypost.test`, PASSWORD);
  return {
    server: {
      host: '127.0.0.1',
      imap: process.port('imap'),
      smtp: process.port('smtp'),
      http: process.port('http'),
      domain: 'waypost.test',
      password: PASSWORD,
      prefix: PREFIX,
    },
    process,
    stop: async () => {
      await process.stop();
    },
  };
}
