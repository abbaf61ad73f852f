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
  if (fd === undefined) return;
  // The launcher holds the other end of this pipe: it closes when the launcher is killed.
  const launcher = new Socket({ fd: Number(fd), readable: true, writable: false });
  launcher.unref();
  launcher.on('error', () => undefined).on('close', () => heard('SIGINT'));
  launcher.resume();
}
