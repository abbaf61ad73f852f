// Signals that stop the server. A signal from a terminal reaches the launcher and this process, and the launcher
// passes it on: what comes within a moment is one and the same.
import { Socket } from 'node:net';

const SAME_MS = 300;

/** Calls back for every signal that means something new, and when the launcher is gone. */
export function onStopSignals(stop: (signal: string) => void): void {
  let last = -Infinity;
  const heard = (signal: string): void => {
    const time = performance.now();
    const repeated = time - last < SAME_MS;
    last = time;
    if (!repeated) stop(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => heard(signal));
  // The settings of a terminal that went away are no reason to stop.
  process.on('SIGHUP', () => undefined);
  const { WAYPOST_LAUNCHER_FD: fd } = process.env;
  if (fd !== undefined) watchLauncher(Number(fd), () => heard('SIGINT'));
}

/** The launcher holds the other end of this pipe: it closes when the launcher is killed. */
function watchLauncher(fd: number, gone: () => void): void {
  // Other programs that are started from here have no such pipe.
  delete process.env['WAYPOST_LAUNCHER_FD'];
  let launcher: Socket;
  try {
    launcher = new Socket({ fd, readable: true, writable: false });
  } catch {
    return;
  }
  launcher.on('error', () => undefined).on('close', gone);
  launcher.unref();
  launcher.resume();
}
