// One command to the running server, with its failure as a sentence and a status.
import type { OperatorCommand, OperatorCommands } from '../server/index.ts';

/** Nothing answered; a refusal. */
const UNAVAILABLE = 69;
const REFUSED = 1;

/**
 * Asks the server of the named data folder (`WAYPOST_DATA` when absent, else the one that is found) and hands
 * its answer on. Returns the exit status.
 */
export async function talk<C extends OperatorCommand>(
  folder: string | undefined,
  command: C,
  args: OperatorCommands[C]['arguments'],
  show: (result: OperatorCommands[C]['result']) => void,
): Promise<number> {
  const { callOperator, findFolder, OperatorFailure } = await import('../server/index.ts');
  const named = folder ?? (process.env['WAYPOST_DATA']?.trim() || undefined);
  try {
    show(await callOperator(findFolder(named), command, args));
    return 0;
  } catch (error) {
    if (!(error instanceof OperatorFailure)) throw error;
    process.stderr.write(`waypost: ${error.message}\n`);
    return error.notRunning ? UNAVAILABLE : REFUSED;
  }
}

/** Columns as wide as their longest cell, two blanks between them. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

export const say = (text: string): void => void process.stdout.write(text);
