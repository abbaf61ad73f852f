// The commands and their options. What a command does is imported when it is run, so that help is quick.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAccessCommands } from './access-commands.ts';
import { addObjectCommands, finish } from './object-commands.ts';
import { addPlanCommands } from './plan-commands.ts';

/** Statuses of `sysexits`, as far as the command line itself ends with them. */
const USAGE = 64;

/** Runs one command line; returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  let status = 0;
  const done = (code: number): void => {
    status = code;
  };
  try {
    await program(done).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : USAGE;
  }
  return status;
}

/** Version of the program, as its package says. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

interface FolderOption {
  readonly data?: string;
}

/** The commands; `done` is told the exit status of the one that runs. */
export function program(done: (status: number) => void): Command {
  const waypost = new Command('waypost')
    .description('A complete mail and collaboration server')
    .version(version())
    .exitOverride()
    .showHelpAfterError('(see --help)');
  waypost
    .command('serve')
    .description('start the server')
    .option('--data <folder>', 'data folder (WAYPOST_DATA; default ./data)')
    .option('--config <file>', 'boot file (WAYPOST_CONFIG_PATH; default config.json in the data folder)')
    .option('--standard-ports', 'default listeners on the standard ports: 25, 143, 443, 465, 587, 993...')
    .action(async (options: FolderOption & { config?: string; standardPorts?: boolean }) => {
      const { serve } = await import('../server/index.ts');
      // Nothing that a thread may still hold keeps the process.
      process.exit(await serve({ ...options, version: version() }));
    });
  waypost
    .command('status')
    .description('show the state of the running server')
    .option('--data <folder>', 'data folder of the server')
    .option('--json', 'as JSON')
    .action(async (options: FolderOption & { json?: boolean }) => {
      done(await (await import('./status.ts')).status(options));
    });
  addAccountCommands(waypost.command('account').description('create and list accounts'), done);
  addSendCommand(waypost, done);
  addObjectCommands(waypost, done);
  addAccessCommands(waypost, done);
  addPlanCommands(waypost, done);
  waypost
    .command('completion')
    .description('print what makes a shell complete these commands')
    .argument('<shell>', 'bash, zsh or fish')
    .action((shell: string) => finish(done, async () => (await import('./completion.ts')).completion(shell)));
  waypost
    .command('complete-words', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action((words: readonly string[]) =>
      finish(done, async () => (await import('./completion.ts')).completeWords(waypost, words)),
    );
  return waypost;
}

function addAccountCommands(account: Command, done: (status: number) => void): void {
  account
    .command('create')
    .description('create an account')
    .argument('<address>', 'its address, e.g. ann@waypost.test')
    .option('--password <password>', 'its password; a random one is made and shown when absent')
    .option('--name <text>', 'display name')
    .option('--admin', 'make it an administrator')
    .option('--data <folder>', 'data folder of the server')
    .action(
      async (
        address: string,
        options: FolderOption & { password?: string; name?: string; admin?: boolean },
      ) => {
        done(await (await import('./account.ts')).createAccount(address, options));
      },
    );
  account
    .command('list')
    .description('list the accounts')
    .option('--json', 'as JSON')
    .option('--data <folder>', 'data folder of the server')
    .action(async (options: FolderOption & { json?: boolean }) => {
      done(await (await import('./account.ts')).listAccounts(options));
    });
}

function addSendCommand(waypost: Command, done: (status: number) => void): void {
  waypost
    .command('send')
    .description('write a message and deliver it through the running server')
    .argument('<to...>', 'addresses of the recipients')
    .option('-f, --from <address>', 'sender; the first administrator when absent')
    .option('-s, --subject <text>', 'subject', 'Hello from Waypost')
    .option('-m, --message <text>', 'text; read from standard input when absent and not a terminal')
    .option('--data <folder>', 'data folder of the server')
    .action(
      async (
        to: readonly string[],
        options: FolderOption & { from?: string; subject: string; message?: string },
      ) => {
        done(await (await import('./send.ts')).send(to, options));
      },
    );
}
