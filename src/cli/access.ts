// `waypost access`: why an account may do something, what a change would do, who may do what.
import { readFileSync } from 'node:fs';
import { connect, type ConnectionOptions } from './connection.ts';
import { CommandFailure, Status } from './failure.ts';
import { isJson, type Json } from './json.ts';
import { parsePlanText } from './plan-file.ts';
import { columns, shortened } from './render.ts';
import { methodErrorText } from './sentences.ts';
import { say } from './talk.ts';

export interface AccessOptions extends ConnectionOptions {
  readonly json?: boolean;
  readonly credential?: string;
  /** File with the change. */
  readonly with?: string;
  readonly all?: boolean;
}

interface Explanation {
  readonly address?: string;
  readonly permission: string;
  readonly granted: boolean;
  readonly because: string;
  readonly steps: readonly { readonly source: string; readonly path: string; readonly effect: string }[];
}

interface Effect {
  readonly id: string;
  readonly address: string;
  readonly gains: readonly { readonly permission: string; readonly because: string }[];
  readonly loses: readonly { readonly permission: string; readonly because: string }[];
}

interface Administrator {
  readonly address: string;
  readonly kind: string;
  readonly whole: boolean;
  readonly permissions: readonly string[];
  readonly through: readonly string[];
}

/** Without an account it is the caller's own. */
export async function explain(
  account: string | undefined,
  permission: string,
  options: AccessOptions,
): Promise<Status> {
  const result = (await ask(options, 'x:Access/explain', {
    ...(account !== undefined && { account }),
    permission,
    ...(options.credential !== undefined && { credential: options.credential }),
  })) as unknown as Explanation;
  if (options.json) say(`${JSON.stringify(result, null, 2)}\n`);
  else say(explanationText(result));
  return Status.ok;
}

function explanationText({ address, permission, granted, because, steps }: Explanation): string {
  const who = address ?? 'The caller';
  const rows = steps.map(({ effect, source, path }) => [`  ${MARKS[effect] ?? ' '} ${effect}`, source, path]);
  return [
    `${who} ${granted ? 'has' : 'does not have'} ${permission}.\n`,
    `${because}\n`,
    ...(rows.length > 0 ? ['\n', columns(rows)] : []),
  ].join('');
}

const MARKS: Readonly<Record<string, string>> = { enables: '+', allows: '+', disables: '-', withholds: '-' };

export async function diff(account: string | undefined, options: AccessOptions): Promise<Status> {
  if (options.with === undefined) {
    throw new CommandFailure('which change? Name its file: --with change.json', Status.usage);
  }
  const changes = parsePlanText(readChange(options.with), options.with);
  const result = (await ask(options, 'x:Access/diff', {
    ...(account !== undefined && { account }),
    changes,
  })) as unknown as { readonly effects: readonly Effect[]; readonly complete: boolean };
  if (options.json) {
    say(`${JSON.stringify(result, null, 2)}\n`);
    return Status.ok;
  }
  if (result.effects.length === 0) say('Nobody would gain or lose a permission.\n');
  for (const effect of result.effects) say(effectText(effect, options.all === true));
  if (!result.complete) say('There are more accounts; name one to see what it would mean for it.\n');
  return Status.ok;
}

function readChange(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${(error as Error).message}`, Status.noInput);
  }
}

/** Permissions of one reason that are listed. */
const SOME = 8;

function effectText({ id, address, gains, loses }: Effect, all: boolean): string {
  const lines = [`${address}${id.startsWith('#') ? ' (new)' : ''}\n`];
  for (const [mark, verb, items] of [
    ['+', 'gains', gains],
    ['-', 'loses', loses],
  ] as const) {
    // What one thing grants or takes stands together.
    for (const [reason, of] of Map.groupBy(items, ({ permission, because }) =>
      because.replaceAll(permission, 'it'),
    )) {
      const names = of.map(({ permission }) => permission);
      const shown = all ? names : names.slice(0, SOME);
      const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
      lines.push(`  ${mark} ${verb} ${shown.join(', ')}${more}\n`, `      ${capital(reason)}\n`);
    }
  }
  return lines.join('');
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export async function audit(options: AccessOptions): Promise<Status> {
  const result = (await ask(options, 'x:Access/audit', {})) as unknown as {
    readonly administrators: readonly Administrator[];
    readonly findings: readonly { readonly code: string; readonly text: string }[];
    readonly complete: boolean;
  };
  if (options.json) {
    say(`${JSON.stringify(result, null, 2)}\n`);
    return Status.ok;
  }
  const rows = result.administrators.map((one) => [
    one.address,
    one.whole ? 'everything' : one.kind === 'Group' ? 'as a group' : 'in part',
    shortened(listText(one.permissions), 60),
    one.through.join('; '),
  ]);
  say('Accounts with administrative permissions:\n\n');
  say(rows.length > 0 ? columns([['ACCOUNT', 'EXTENT', 'PERMISSIONS', 'THROUGH'], ...rows]) : 'None.\n');
  const findings = result.findings.filter(({ code }) => code !== 'administrator');
  if (findings.length > 0) {
    say('\nWorth a look:\n\n');
    say(findings.map(({ text }) => `  ${text}\n`).join(''));
  }
  if (!result.complete) say('\nThere is more than could be listed.\n');
  return Status.ok;
}

const listText = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.length}: ${names.slice(0, 2).join(', ')}...`;

export async function compare(first: string, second: string, options: AccessOptions): Promise<Status> {
  const result = (await ask(options, 'x:Access/compare', { first, second })) as unknown as {
    readonly first: { readonly address: string };
    readonly second: { readonly address: string };
    readonly onlyFirst: readonly { readonly permission: string; readonly granted: string }[];
    readonly onlySecond: readonly { readonly permission: string; readonly granted: string }[];
    readonly common: number;
  };
  if (options.json) {
    say(`${JSON.stringify(result, null, 2)}\n`);
    return Status.ok;
  }
  say(`Both have ${result.common} permissions.\n`);
  for (const [{ address }, only] of [
    [result.first, result.onlyFirst],
    [result.second, result.onlySecond],
  ] as const) {
    say(
      `\n${only.length === 0 ? 'Nothing' : String(only.length)} that only ${address} has${only.length === 0 ? '.' : ':'}\n`,
    );
    say(columns(only.map(({ permission, granted }) => [`  ${permission}`, granted])));
  }
  return Status.ok;
}

export async function holders(permission: string, options: AccessOptions): Promise<Status> {
  const result = (await ask(options, 'x:Access/holders', { permission })) as unknown as {
    readonly holders: readonly { readonly address: string; readonly because: string }[];
    readonly complete: boolean;
  };
  if (options.json) {
    say(`${JSON.stringify(result, null, 2)}\n`);
    return Status.ok;
  }
  if (result.holders.length === 0) say(`Nobody has ${permission}.\n`);
  else say(columns(result.holders.map(({ address, because }) => [address, because])));
  if (!result.complete) say('There are more.\n');
  return Status.ok;
}

export interface TrailOptions extends ConnectionOptions {
  readonly json?: boolean;
  readonly limit?: string;
  readonly object?: string;
  readonly id?: string;
  readonly by?: string;
}

interface TrailEntry {
  readonly time: string;
  readonly what: 'create' | 'update' | 'destroy';
  readonly type: string;
  readonly id: string;
  readonly by: string;
  readonly byName?: string;
  readonly actorName?: string;
  readonly client?: string;
  readonly credential?: string;
  readonly changes: Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>;
}

const VERBS = { create: 'created', update: 'changed', destroy: 'deleted' } as const;

/** `waypost audit`: who changed what, newest first. */
export async function trail(options: TrailOptions): Promise<Status> {
  const most = Number(options.limit ?? 50);
  if (!Number.isInteger(most) || most < 1) {
    throw new CommandFailure(`--limit: "${options.limit ?? ''}" is no number`, Status.usage);
  }
  let before: number | undefined;
  let shown = 0;
  do {
    const page = (await ask(options, 'x:AuditTrail/query', {
      limit: Math.min(most - shown, 500),
      ...(before !== undefined && { before }),
      ...(options.object !== undefined && { type: options.object }),
      ...(options.id !== undefined && { id: options.id }),
      ...(options.by !== undefined && { by: options.by }),
    })) as unknown as { readonly entries: readonly TrailEntry[]; readonly next?: number };
    for (const entry of page.entries) say(options.json ? `${JSON.stringify(entry)}\n` : entryText(entry));
    shown += page.entries.length;
    before = page.next;
  } while (before !== undefined && shown < most);
  if (shown === 0 && !options.json) process.stderr.write('Nothing found.\n');
  return Status.ok;
}

function entryText(entry: TrailEntry): string {
  const { time, what, type, id, by, byName, actorName, client, credential, changes } = entry;
  const who = `${byName ?? by}${actorName === undefined ? '' : ` (really ${actorName})`}`;
  const from = client === undefined || client === 'operator' ? '' : ` from ${client}`;
  const how = credential === undefined || credential === 'internal' ? '' : ` by ${credential}`;
  const name = id === 'singleton' ? type : `${type} ${id}`;
  const lines = [`${time.slice(0, 19).replace('T', ' ')}  ${who}${from}${how} ${VERBS[what]} ${name}\n`];
  if (what === 'update') {
    for (const [property, { before, after }] of Object.entries(changes)) {
      lines.push(`    ${property}: ${membersText(before, after) ?? `${side(before)} → ${side(after)}`}\n`);
    }
  }
  return lines.join('');
}

/** What came to a set and what went: `+a, -b`. */
function membersText(before: unknown, after: unknown): string | undefined {
  if (!isMembers(before) || !isMembers(after)) return undefined;
  const came = Object.keys(after).filter((one) => !Object.hasOwn(before, one));
  const went = Object.keys(before).filter((one) => !Object.hasOwn(after, one));
  return shortened([...came.map((one) => `+${one}`), ...went.map((one) => `-${one}`)].join(', '), 140);
}

const isMembers = (value: unknown): value is Json =>
  isJson(value) && Object.values(value).every((one) => one === true);

const side = (value: unknown): string =>
  value === null || value === undefined ? '-' : shortened(JSON.stringify(value), 70);

async function ask(options: ConnectionOptions, method: string, args: Json): Promise<Json> {
  const connection = await connect(options);
  const { responses } = await connection.send([[method, args, 'c']]);
  const [name, result] = responses[0] ?? ['error', { type: 'noResponse' }];
  if (name !== 'error') return result;
  throw new CommandFailure(
    methodErrorText(method, result),
    result['type'] === 'forbidden' ? Status.noPermission : Status.refused,
  );
}
