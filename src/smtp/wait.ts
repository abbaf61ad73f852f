// Waiting after a failure, so that guessing is slow.
import type { Session } from './session.ts';

/** Waits, unless the client is exempt; ends early when the client is gone or the server stops. */
export async function wait(session: Session, ms: number): Promise<void> {
  const { connection } = session;
  if (session.exempt || ms === 0 || connection.gone) return;
  // What was answered before is not held up.
  connection.flush();
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      connection.onGone = undefined;
      resolve();
    };
    const timer = setTimeout(done, ms);
    connection.onGone = done;
  });
}
