// The commands about access and its history, and their options.
import type { Command } from 'commander';
import type { AccessOptions, TrailOptions } from './access.ts';
import { connected, finish } from './object-commands.ts';

type Done = (status: number) => void;

export function addAccessCommands(waypost: Command, done: Done): void {
  const access = waypost.command('access').description('tell who may do what, and why');
  const json = (command: Command): Command => connected(command.option('--json', 'as JSON'));
  json(
    access
      .command('explain')
      .description('tell why an account may or may not do something')
      .argument('<account>', 'its id or address; "me" for the one that asks')
      .argument('<permission>', 'for example imapExpunge, sysDomainUpdate')
      .option('--credential <id>', 'under the limits of this app password or API key'),
  ).action((account: string, permission: string, options: AccessOptions) =>
    finish(done, async () => {
      const { explain } = await import('./access.ts');
      return explain(account === 'me' ? undefined : account, permission, options);
    }),
  );
  json(
    access
      .command('diff')
      .description('tell who would gain and lose what by a change, before it is made')
      .argument('[account]', 'only this one')
      .requiredOption('--with <file>', 'the change: operations as in a plan; - for standard input')
      .option('--all', 'list every permission'),
  ).action((account: string | undefined, options: AccessOptions) =>
    finish(done, async () => (await import('./access.ts')).diff(account, options)),
  );
  json(
    access.command('audit').description('list who administers the server, and what is worth a look'),
  ).action((options: AccessOptions) =>
    finish(done, async () => (await import('./access.ts')).audit(options)),
  );
  json(
    access
      .command('compare')
      .description('tell what one of two accounts may do and the other may not')
      .argument('<first>', 'id or address')
      .argument('<second>', 'id or address'),
  ).action((first: string, second: string, options: AccessOptions) =>
    finish(done, async () => (await import('./access.ts')).compare(first, second, options)),
  );
  json(
    access
      .command('holders')
      .description('list who has a permission')
      .argument('<permission>', 'for example impersonate'),
  ).action((permission: string, options: AccessOptions) =>
    finish(done, async () => (await import('./access.ts')).holders(permission, options)),
  );
  json(
    waypost
      .command('audit')
      .description('tell who changed what, newest first')
      .option('--limit <number>', 'so many changes at most', '50')
      .option('--object <name>', 'only changes of this object')
      .option('--id <id>', 'only changes of the record of this id')
      .option('--by <account>', 'only changes that this account made; an id, an address or "server"'),
  ).action((options: TrailOptions) => finish(done, async () => (await import('./access.ts')).trail(options)));
}
