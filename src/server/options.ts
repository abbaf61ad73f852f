// What a server is started with: the command line, then the environment, then the boot file.
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { readBootFile } from './boot-file.ts';
import { type Environment, readEnvironment } from './environment.ts';

/** What the command line says. */
export interface ServeArguments {
  readonly data?: string;
  readonly config?: string;
  readonly standardPorts?: boolean;
}

export interface ServerOptions extends Omit<Environment, 'data' | 'configPath' | 'workers'> {
  /** Absolute. */
  readonly folder: string;
  /** Where the boot file is, or would be; absolute. */
  readonly bootFile: string;
  /** Threads that run the faces; at least 1. */
  readonly workers: number;
}

/** @throws StartFailure (78) */
export function serverOptions(
  args: ServeArguments,
  variables: Readonly<Record<string, string | undefined>>,
): ServerOptions {
  const { data, configPath, workers, ...rest } = readEnvironment(variables);
  const given = args.data ?? data;
  const named = args.config ?? configPath;
  const file = path.resolve(named ?? path.join(given ?? 'data', 'config.json'));
  // The set-up writes it.
  const required = named !== undefined && rest.setup === 'auto';
  const boot = readBootFile(file, { required });
  const threads = workers ?? boot.workers ?? 1;
  return {
    ...rest,
    bootFile: file,
    standardPorts: args.standardPorts ?? rest.standardPorts,
    folder:
      given === undefined && boot.dataFolder !== undefined ? boot.dataFolder : path.resolve(given ?? 'data'),
    workers: threads === 0 ? availableParallelism() : threads,
  };
}
