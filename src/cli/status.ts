// `waypost status`: what the running server says of itself.
import type { ServerStatus } from '../server/index.ts';
import { say, table, talk } from './talk.ts';

export function status({ data, json }: { readonly data?: string; readonly json?: boolean }): Promise<number> {
  return talk(data, 'status', {}, (answer) => {
    say(json ? `${JSON.stringify(answer, null, 2)}\n` : describe(answer));
  });
}

function describe(answer: ServerStatus): string {
  const failing = Object.entries(answer.checks).filter(([, result]) => result !== 'ok');
  const rows = [
    ['Waypost', `${answer.version}, process ${answer.pid}, ${answer.state}`],
    ['Started', new Date(answer.startedAt).toISOString()],
    ['Data folder', answer.dataFolder],
    ['Accounts', String(answer.accounts)],
    ['Workers', String(answer.workers)],
    ...threadRows(answer.threads),
    ['Memory', `${Math.round(answer.memory / 1_048_576)} MiB`],
    ...answer.listeners.map(({ name, addresses }) => [name, addresses.join(', ')]),
    ...failing.map(([name, reason]) => [`Not ready: ${name}`, reason]),
  ];
  return table(rows);
}

/** Each worker in a line. */
function threadRows(threads: ServerStatus['threads']): string[][] {
  return threads.map(({ writes, columns, loopHeldMs }, i) => [
    `Worker ${i + 1}`,
    [
      `${writes.writes} writes in ${writes.commits} commits`,
      `${columns.emails} e-mails of ${columns.accounts} accounts in memory`,
      `event loop held ${Math.round(loopHeldMs)} ms at most since the last status`,
    ].join(', '),
  ]);
}
