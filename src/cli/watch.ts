// `--watch`: shows something again and again. A terminal is drawn anew; a file or pipe gets the lines that changed.
import { setTimeout as wait } from 'node:timers/promises';
import { CommandFailure, Status } from './failure.ts';

const USUAL_SECONDS = 2;

/** Runs until it is interrupted. `every` is a number of seconds, or true for the usual one. */
export async function watch(show: () => Promise<string>, every: string | boolean): Promise<Status> {
  const seconds = typeof every === 'string' ? Number(every) : USUAL_SECONDS;
  if (!(seconds >= 0.1 && seconds <= 86_400)) {
    throw new CommandFailure(`--watch: "${String(every)}" is no number of seconds`, Status.usage);
  }
  let before: readonly string[] | undefined;
  for (;;) {
    const text = await show();
    const lines = text.split('\n').slice(0, -1);
    if (process.stdout.isTTY) process.stdout.write(`\u001b[2J\u001b[H${text}`);
    else if (!before) process.stdout.write(text);
    else process.stdout.write(changedLines(before, lines));
    before = lines;
    await wait(seconds * 1000);
  }
}

/** Lines that went, each behind a minus, and lines that came, each behind a plus. */
export function changedLines(before: readonly string[], after: readonly string[]): string {
  const had = new Set(before);
  const has = new Set(after);
  const went = before.filter((line) => !has.has(line)).map((line) => `- ${line}\n`);
  const came = after.filter((line) => !had.has(line)).map((line) => `+ ${line}\n`);
  return [...went, ...came].join('');
}
