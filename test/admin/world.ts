// A server within the test's own process with an operator's socket, and the command line run in the same process: as
// the programs do it, without starting one for each command.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../src/cli/program.ts';
import { operatorCommands } from '../../src/server/operator/commands.ts';
import { serveOperator } from '../../src/server/operator/server.ts';
import { startWorld, type World } from '../support/world.ts';

export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AdminWorld extends World {
  readonly folder: string;
  /** Runs a command against this server, through its socket. */
  cli(...args: readonly string[]): Promise<CliResult>;
  /** As `cli`, for commands that have to succeed; gives what they printed. */
  ok(...args: readonly string[]): Promise<string>;
  /** Writes a file of the world's folder; gives its path. */
  file(name: string): string;
}

export async function startAdminWorld(): Promise<AdminWorld> {
  const world = await startWorld();
  const folder = mkdtempSync(path.join(tmpdir(), 'waypost-admin-'));
  const runFolder = path.join(folder, 'run');
  mkdirSync(runFolder);
  const commands = operatorCommands({
    services: world.services,
    status: () => Promise.reject(new Error('a world has no status')),
  });
  const operator = await serveOperator(runFolder, commands);
  const cli = (...args: readonly string[]): Promise<CliResult> => runHere(args, { WAYPOST_DATA: folder });
  return {
    ...world,
    folder,
    cli,
    ok: async (...args) => {
      const { status, stdout, stderr } = await cli(...args);
      if (status !== 0) throw new Error(`waypost ${args.join(' ')} ended with ${status}: ${stderr}`);
      return stdout;
    },
    file: (name) => path.join(folder, name),
    close: async () => {
      operator.close();
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a command in this process, with what it prints caught. */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  let [stdout, stderr] = ['', ''];
  // oxlint-disable-next-line typescript/unbound-method -- put back as they were, and called with their stream
  const [out, err] = [process.stdout.write, process.stderr.write];
  const before = { ...process.env };
  Object.assign(process.env, env);
  // Commands print text; the bytes that pass by are the test runner's own.
  const caught =
    (stream: NodeJS.WriteStream, write: typeof process.stdout.write, keep: (text: string) => void) =>
    (...args: unknown[]): boolean => {
      if (typeof args[0] !== 'string') return Reflect.apply(write, stream, args) as boolean;
      keep(args[0]);
      return true;
    };
  process.stdout.write = caught(process.stdout, out, (text) => (stdout += text)) as typeof out;
  process.stderr.write = caught(process.stderr, err, (text) => (stderr += text)) as typeof err;
  try {
    const status = await run(args);
    return { status, stdout, stderr };
  } finally {
    process.stdout.write = out;
    process.stderr.write = err;
    for (const name of Object.keys(env)) {
      const value = before[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
