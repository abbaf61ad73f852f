// What a check is, and how a check runs one of the installed tools.
import { spawn } from 'node:child_process';
import path from 'node:path';

/** The outcome of one check: one line of summary, and what to mend when it failed. */
export interface Verdict {
  readonly ok: boolean;
  readonly summary: string;
  readonly details?: string;
}

/** What a tool wrote and how it ended; `code` is -1 when it could not be started or was ended by a signal. */
export interface ToolRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of `node_modules/.bin` of this repository, with `cwd` as its working folder. */
export function runTool(name: string, args: readonly string[], cwd: string): Promise<ToolRun> {
  const file = path.join(import.meta.dirname, '../../node_modules/.bin', name);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error) => resolve({ code: -1, stdout: '', stderr: error.message }));
    child.on('close', (code) =>
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    );
  });
}

/** The verdict of a tool that ends with status 0 when it has nothing to say against the tree. */
export async function toolVerdict(name: string, args: readonly string[], cwd: string): Promise<Verdict> {
  const run = await runTool(name, args, cwd);
  const output = `${run.stdout}${run.stderr}`.trim();
  if (run.code === 0) return { ok: true, summary: lastLine(run.stdout) };
  return { ok: false, summary: `${name} ended with status ${run.code}`, details: output };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
