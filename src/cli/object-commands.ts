// The commands about server objects, and their options. The work is imported when it is run.
import type { Command } from 'commander';
import type { DescribeOptions } from './describe.ts';
import { CommandFailure, fail } from './failure.ts';
import type { DeleteOptions, QueryCommandOptions, ShowOptions, WriteOptions } from './objects.ts';

type Done = (status: number) => void;

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

/** Where the server is and who asks. */
export const connected = (command: Command): Command =>
  command
    .option('--data <folder>', 'data folder of a server on this machine')
    .option('--url <address>', 'server to speak to over HTTP (WAYPOST_URL)')
    .option('-u, --user <name>', 'sign in as (WAYPOST_USER)')
    .option('--password <password>', 'its password (WAYPOST_PASSWORD; asked for when absent)')
    .option('--api-key <key>', 'sign in with an API key or access token (WAYPOST_TOKEN)')
    .option('-k, --insecure', 'take any certificate of the server');

const aboutAccount = (command: Command): Command =>
  command.option('--account <address>', 'account that the records belong to');

/** Runs a command; what it fails with is one sentence. */
export async function finish(done: Done, work: () => Promise<number>): Promise<void> {
  try {
    done(await work());
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    done(fail(error.message, error.status));
  }
}

export function addObjectCommands(waypost: Command, done: Done): void {
  connected(
    waypost
      .command('describe')
      .description('tell of the server objects, or of one of them')
      .argument('[object]', 'for example domain, account/user, x:NetworkListener')
      .option('--json', 'as JSON'),
  ).action((object: string | undefined, options: DescribeOptions) =>
    finish(done, async () => (await import('./describe.ts')).describe(object, options)),
  );
  aboutAccount(
    connected(
      waypost
        .command('get')
        .description('show one record')
        .argument('<object>', 'for example domain, http')
        .argument('[id]', 'its id or name; settings have none')
        .option('--fields <names>', 'only these properties: name,description')
        .option('--json', 'as JSON')
        .option('--watch [seconds]', 'show it again and again'),
    ),
  ).action((object: string, id: string | undefined, options: ShowOptions) =>
    finish(done, async () => (await import('./objects.ts')).getObject(object, id, options)),
  );
  aboutAccount(
    connected(
      waypost
        .command('query')
        .description('list records')
        .argument('<object>', 'for example account, account/group, blocked-ip')
        .option('-w, --where <condition>', 'name=value, time>2026-01-01 (may be repeated)', collect, [])
        .option('--fields <names>', 'columns or properties: name,description')
        .option('--sort <name>', 'order by id or a filter; -name for the other way round')
        .option('--limit <number>', 'so many records at most')
        .option('--ids', 'ids alone')
        .option('--json', 'one JSON object a line')
        .option('--watch [seconds]', 'list again and again'),
    ),
  ).action((object: string, options: QueryCommandOptions) =>
    finish(done, async () => (await import('./objects.ts')).queryObjects(object, options)),
  );
  const writing = (command: Command): Command =>
    aboutAccount(
      connected(
        command
          .option('-f, --field <name=value>', 'a property, or a part of one (may be repeated)', collect, [])
          .option('--json [text]', 'properties as a JSON object; without a text, answer in JSON')
          .option('--file <file>', 'properties from a JSON file')
          .option('--stdin', 'properties from standard input, as JSON'),
      ),
    );
  writing(
    waypost
      .command('create')
      .description('create a record')
      .argument('<object>', 'for example domain, account/user, action/ReloadSettings'),
  ).action((object: string, options: WriteOptions) =>
    finish(done, async () => (await import('./objects.ts')).createObject(object, options)),
  );
  writing(
    waypost
      .command('update')
      .description('change a record')
      .argument('<object>', 'for example domain, http')
      .argument('[id]', 'its id or name; settings have none'),
  ).action((object: string, id: string | undefined, options: WriteOptions) =>
    finish(done, async () => (await import('./objects.ts')).updateObject(object, id, options)),
  );
  aboutAccount(
    connected(
      waypost
        .command('delete')
        .description('delete records')
        .argument('<object>', 'for example domain')
        .argument('[ids...]', 'their ids or names')
        .option('--ids <ids>', 'their ids, with commas')
        .option('--stdin', 'ids from standard input')
        .option('--json', 'one JSON object a line'),
    ),
  ).action((object: string, ids: readonly string[], options: DeleteOptions) =>
    finish(done, async () => (await import('./objects.ts')).deleteObjects(object, ids, options)),
  );
}
