// Whom a benchmark measures: `--ours` and each `--peer` name a server as
// `name,imap=host:port,smtp=host:port,domain=example.test,password=secret`. Without `--ours` a Waypost of this tree
// is started on a fresh folder.
import { parseArgs } from 'node:util';
import type { Side } from './measure.ts';
import { startWaypost } from './waypost.ts';

export interface Server {
  readonly host: string;
  readonly imap: number;
  readonly smtp: number;
  readonly http: number;
  readonly domain: string;
  readonly password: string;
  /** Local parts `prefix1`, `prefix2` ... of the accounts that take the load. */
  readonly prefix: string;
}

export interface Sitting {
  readonly sides: readonly Side<Server>[];
  readonly rounds: number;
  readonly count: number;
  readonly size: number;
  close(): Promise<void>;
}

const DEFAULTS = { domain: 'example.test', password: 'secret', prefix: 'load' };

/** Reads the options and starts our side. `accounts` is how many the benchmark needs on each side. */
export async function openSitting(defaults: { count: number; accounts: number }): Promise<Sitting> {
  const { values } = parseArgs({
    options: {
      ours: { type: 'string' },
      peer: { type: 'string', multiple: true },
      rounds: { type: 'string', default: '3' },
      count: { type: 'string', default: String(defaults.count) },
      size: { type: 'string', default: '10240' },
      workers: { type: 'string', default: '1' },
    },
  });
  const started =
    values.ours === undefined ? await startWaypost(defaults.accounts, values.workers) : undefined;
  const ours = started ? { name: 'waypost', target: started.server } : parseSide(values.ours ?? '');
  return {
    sides: [ours, ...(values.peer ?? []).map(parseSide)],
    rounds: Number(values.rounds),
    count: Number(values.count),
    size: Number(values.size),
    close: async () => started?.stop(),
  };
}

function parseSide(text: string): Side<Server> {
  const [name = '', ...pairs] = text.split(',');
  const fields = new Map(pairs.map((pair) => pair.split('=', 2) as [string, string]));
  const endpoint = (key: string) => fields.get(key)?.split(':') ?? [];
  const host = endpoint('imap')[0] ?? endpoint('smtp')[0] ?? endpoint('http')[0] ?? '127.0.0.1';
  const port = (key: string) => Number(endpoint(key)[1] ?? 0);
  return {
    name,
    target: {
      host,
      imap: port('imap'),
      smtp: port('smtp'),
      http: port('http'),
      domain: fields.get('domain') ?? DEFAULTS.domain,
      password: fields.get('password') ?? DEFAULTS.password,
      prefix: fields.get('prefix') ?? DEFAULTS.prefix,
    },
  };
}
