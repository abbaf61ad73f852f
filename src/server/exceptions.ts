// What nobody caught: it is logged with a reference and the thread goes on, for one request must not end the
// others. A fault that comes again and again is another matter: then the thread ends and is started anew.
import { emit, now, randomBytes, toHex } from '../base/index.ts';

/** So many in so much time are too many. */
const MOST = 50;
const WINDOW_MS = 10_000;

export function surviveExceptions(where: string): void {
  let since = 0;
  let count = 0;
  const survive = (error: unknown): void => {
    emit('server.unexpected-error', { where, error, trace: toHex(randomBytes(8)) }, 'error');
    const time = now();
    if (time - since > WINDOW_MS) {
      since = time;
      count = 0;
    }
    if (++count < MOST) return;
    process.removeAllListeners('uncaughtException');
    process.removeAllListeners('unhandledRejection');
    throw error;
  };
  process.on('uncaughtException', survive);
  process.on('unhandledRejection', survive);
}
