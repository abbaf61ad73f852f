// The command line's end of the operator's socket, and how it finds the server.
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { OperatorAnswer, OperatorCommand, OperatorCommands } from './protocol.ts';
import { lineSplitter } from './protocol.ts';
import { connectIn, SOCKET_NAME, socketPath } from './socket.ts';

/** Why a command could not be done; the message is a sentence for the operator. */
export class OperatorFailure extends Error {
  override readonly name = 'OperatorFailure';
  /** True when no server answered. */
  readonly notRunning: boolean;
  constructor(message: string, notRunning = false) {
    super(message);
    this.notRunning = notRunning;
  }
}

/** Runs one command on the server of a data folder. @throws OperatorFailure */
export function callOperator<C extends OperatorCommand>(
  folder: string,
  command: C,
  args: OperatorCommands[C]['arguments'],
): Promise<OperatorCommands[C]['result']> {
  const run = path.join(folder, 'run');
  const away = () =>
    new OperatorFailure(`No server runs on ${folder}. Start one with "waypost serve".`, true);
  if (!existsSync(socketPath(run))) return Promise.reject(away());
  const { promise, resolve, reject } = Promise.withResolvers<OperatorCommands[C]['result']>();
  const socket = connectIn(run);
  const read = lineSplitter((line) => {
    const answer = JSON.parse(line) as OperatorAnswer;
    if ('error' in answer) reject(new OperatorFailure(answer.error.message));
    else resolve(answer.result as OperatorCommands[C]['result']);
    socket.end();
  });
  socket.on('data', (chunk: Buffer) => read(chunk));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') reject(away());
    else if (error.code === 'EACCES')
      reject(new OperatorFailure(`The server on ${folder} belongs to another user.`));
    else reject(new OperatorFailure(`The server on ${folder} cannot be reached: ${error.message}.`));
  });
  socket.on('close', () => reject(new OperatorFailure('The server ended before it answered.')));
  socket.write(`${JSON.stringify({ id: 1, command, arguments: args })}\n`);
  return promise;
}

/**
 * The data folder a command means: the one that is named, else `./data` when a server runs there, else the only
 * one on which a server of this user runs. @throws OperatorFailure
 */
export function findFolder(named: string | undefined): string {
  if (named !== undefined) return path.resolve(named);
  const usual = path.resolve('data');
  if (existsSync(socketPath(path.join(usual, 'run')))) return usual;
  const running = runningFolders();
  const [only] = running;
  if (only === undefined) {
    throw new OperatorFailure('No server of yours is running here. Start one with "waypost serve".', true);
  }
  if (running.length > 1) {
    throw new OperatorFailure(
      `Several servers are running; name one with --data:\n  ${running.join('\n  ')}`,
    );
  }
  return only;
}

/** Data folders of servers of this user, where the system can list sockets (Linux). */
function runningFolders(): string[] {
  let sockets: string;
  try {
    sockets = readFileSync('/proc/net/unix', 'utf8');
  } catch {
    return [];
  }
  const suffix = path.join('/run', SOCKET_NAME);
  const folders = new Set<string>();
  for (const line of sockets.split('\n')) {
    const at = line.indexOf('/');
    const file = at < 0 ? '' : line.slice(at);
    if (file.endsWith(suffix) && isOwn(file)) folders.add(file.slice(0, -suffix.length));
  }
  return [...folders].sort();
}

function isOwn(file: string): boolean {
  try {
    const { uid } = lstatSync(file);
    return uid === process.getuid?.();
  } catch {
    return false;
  }
}
