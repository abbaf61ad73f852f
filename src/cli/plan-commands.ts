// The commands about plans, and their options.
import type { Command } from 'commander';
import { connected, finish } from './object-commands.ts';
import type { ApplyOptions } from './plan/apply.ts';
import type { SnapshotOptions } from './plan/snapshot.ts';

type Done = (status: number) => void;

export function addPlanCommands(waypost: Command, done: Done): void {
  const planned = (command: Command): Command =>
    connected(
      command
        .argument('[file]', 'the plan; - for standard input')
        .option('--file <file>', 'the plan')
        .option('--stdin', 'read the plan from standard input')
        .option('--secrets', 'write secrets of the plan over those that are stored')
        .option('--json', 'one JSON object for each record'),
    );
  planned(waypost.command('plan').description('show what a plan would change, and change nothing')).action(
    (file: string | undefined, options: ApplyOptions) =>
      finish(done, async () => (await import('./plan/apply.ts')).apply(file, { ...options, dryRun: true })),
  );
  planned(
    waypost
      .command('apply')
      .description('show what a plan changes, and make it true')
      .option('--dry-run', 'change nothing')
      .option('--continue-on-error', 'go on after a failure')
      .option('--quiet', 'say only how it ended')
      .option('--progress', 'say how far it is')
      .option('-y, --yes', 'do not ask'),
  ).action((file: string | undefined, options: ApplyOptions) =>
    finish(done, async () => (await import('./plan/apply.ts')).apply(file, options)),
  );
  connected(
    waypost
      .command('snapshot')
      .description('write records as a plan that apply makes true again')
      .argument('[objects...]', 'for example domain account role; all that can be restored when absent')
      .option('-o, --output <file>', 'write it there')
      .option('--include-secrets', 'with secrets (on the machine of the server only)')
      .option('--allow-unresolved <objects>', 'keep ids of these objects, though they are no part of it'),
  ).action((objects: readonly string[], options: SnapshotOptions) =>
    finish(done, async () => (await import('./plan/snapshot.ts')).snapshot(objects, options)),
  );
}
