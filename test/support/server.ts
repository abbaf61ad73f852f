// A real server in a process of its own, on free ports and a data folder of its own, for end-to-end tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { basic, JmapClient } from '../../src/client/index.ts';
import { callOperator, type ServerStatus } from '../../src/server/index.ts';

const MAIN = path.join(import.meta.dirname, '../../src/cli/main.ts');
/** Every listener that a first start makes. */
const LISTENERS = 'SMTP SUBMISSION SUBMISSIONS LMTP IMAP IMAPS POP3 POP3S SIEVE HTTP HTTPS'.split(' ');
const START_MS = 60_000;

export interface ServerProcessOptions {
  /** A folder to go on with; a new one, removed at the end, when absent. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class ServerProcess {
  readonly folder: string;
  readonly process: ChildProcess;
  /** Everything printed so far. */
  stdout = '';
  stderr = '';
  #ports = new Map<string, number>();
  readonly #owned: boolean;

  private constructor(folder: string, owned: boolean, child: ChildProcess) {
    this.folder = folder;
    this.#owned = owned;
    this.process = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  static readonly password = 'correct horse battery staple';

  /** Starts a server and waits until it is ready. The administrator is `admin@waypost.test` with `password`. */
  static async start(options: ServerProcessOptions = {}): Promise<ServerProcess> {
    const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), 'waypost-'));
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      NODE_OPTIONS: '',
      WAYPOST_DATA: folder,
      WAYPOST_ADMIN_PASSWORD: ServerProcess.password,
      ...Object.fromEntries(LISTENERS.map((name) => [`WAYPOST_${name}_PORT`, '0'])),
      ...options.env,
    };
    // A process group of its own, so that a kill reaches all of it and nothing else.
    const child = spawn(process.execPath, [MAIN, 'serve', ...(options.args ?? [])], {
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new ServerProcess(folder, options.folder === undefined, child);
    await server.#ready();
    return server;
  }

  /** Port of a listener by its name: `smtp`, `imaps`. */
  port(name: string): number {
    const port = this.#ports.get(name);
    if (port === undefined) throw new Error(`the server does not listen on ${name}\n${this.stdout}`);
    return port;
  }

  has(name: string): boolean {
    return this.#ports.has(name);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port('http')}`;
  }

  jmap(address = 'admin@waypost.test', password = ServerProcess.password): JmapClient {
    return new JmapClient({ origin: this.origin, authorization: basic(address, password) });
  }

  /** Runs a command of the command line against this server. */
  command(...args: readonly string[]): Promise<CommandResult> {
    return runCommand(args, { WAYPOST_DATA: this.folder });
  }

  /** What the server tells the operator of itself. */
  status(): Promise<ServerStatus> {
    return callOperator(this.folder, 'status', {});
  }

  /** Runs JMAP calls about server objects as the operator; returns their results in order. */
  async objects(...calls: readonly (readonly [method: string, args: unknown])[]): Promise<unknown[]> {
    const using = ['urn:ietf:params:jmap:core', 'urn:stalwart:jmap'];
    const methodCalls = calls.map(([method, args], i) => [method, args, String(i)] as const);
    const { methodResponses } = await callOperator(this.folder, 'jmap', { using, methodCalls });
    return methodResponses.map(([, result]) => result);
  }

  /** Makes an account, through the command line. */
  async addAccount(address: string, password = ServerProcess.password): Promise<void> {
    const { status, stderr } = await this.command('account', 'create', address, '--password', password);
    if (status !== 0) throw new Error(`account create: ${stderr}`);
  }

  /** Ends the server with a signal; returns its exit status. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exited = once(this.process, 'exit');
      this.process.kill(signal);
      await exited;
    }
    if (this.#owned) rmSync(this.folder, { recursive: true, force: true });
    return this.process.exitCode;
  }

  /** Kills the whole process group without warning; the folder stays. */
  async kill(): Promise<void> {
    const { pid, exitCode, signalCode } = this.process;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const exited = once(this.process, 'exit');
    process.kill(-pid, 'SIGKILL');
    await exited;
  }

  async #ready(): Promise<void> {
    const until = Date.now() + START_MS;
    while (!this.stdout.includes('is ready')) {
      if (this.process.exitCode !== null || Date.now() > until) {
        await this.stop('SIGKILL');
        throw new Error(`the server did not start:\n${this.stdout}${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { listeners } = JSON.parse(readFileSync(path.join(this.folder, 'run/addresses.json'), 'utf8')) as {
      listeners: Record<string, { addresses: string[] }>;
    };
    for (const [name, { addresses }] of Object.entries(listeners)) {
      const [address = ''] = addresses;
      this.#ports.set(name, Number(address.slice(address.lastIndexOf(':') + 1)));
    }
  }
}

/** Runs the command line in a process of its own. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options: { readonly cwd?: string; readonly input?: string } = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout, stderr };
}
