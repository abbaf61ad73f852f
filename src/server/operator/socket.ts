// Where the operator's socket is. The path of a socket is limited to about a hundred bytes; in a deeper folder it
// is bound and opened from within that folder, under its bare name.
import { chmodSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import path from 'node:path';

export const SOCKET_NAME = 'operator.sock';
/** Bytes of a path that every system takes, the final NUL left out. */
const MAX_PATH = 103;

export const socketPath = (run: string): string => path.join(run, SOCKET_NAME);

/** Starts to listen, for the owner only. The folder is ours alone, so nobody can open it before `chmod`. */
export function listenIn(server: Server, run: string): void {
  within(run, (address) => server.listen(address));
  server.once('listening', () => chmodSync(socketPath(run), 0o600));
}

/** A connection that is being made. */
export const connectIn = (run: string): Socket => within(run, (address) => connect({ path: address }));

/** Runs what binds or connects, which both happen before it returns. */
function within<T>(run: string, start: (address: string) => T): T {
  const whole = socketPath(run);
  if (Buffer.byteLength(whole) <= MAX_PATH) return start(whole);
  const before = process.cwd();
  process.chdir(run);
  try {
    return start(SOCKET_NAME);
  } finally {
    process.chdir(before);
  }
}
