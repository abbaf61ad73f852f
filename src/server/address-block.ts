// What a start prints: one block with every address, and the administrator's password when it was made just now.
import type { OpenListener } from './faces.ts';
import type { Bind } from '../net/index.ts';

export interface NewAdministrator {
  readonly address: string;
  /** Undefined when the operator chose it. */
  readonly password: string | undefined;
  /** What makes a chosen password easy to guess. */
  readonly advice: string | undefined;
}

export interface StartReport {
  readonly version: string;
  readonly folder: string;
  /** Set on a first start. */
  readonly administrator: NewAdministrator | undefined;
  readonly listeners: readonly OpenListener[];
  readonly failed: ReadonlyMap<string, string>;
  readonly startMs: number;
}

/** `127.0.0.1:2525`, `[::1]:2525` */
export const addressText = ({ host, port }: Bind): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** `http://127.0.0.1:8080` for a listener of the web, `127.0.0.1:2525` for others. */
export function listenerAddresses({ protocol, tls, addresses }: OpenListener): string[] {
  const scheme = protocol === 'http' ? (tls === 'implicit' ? 'https://' : 'http://') : '';
  return addresses.map((address) => `${scheme}${addressText(address)}`);
}

export function startBlock(report: StartReport): string {
  const { version, folder, administrator, listeners, failed, startMs } = report;
  const rows: string[][] = [['Data folder', folder]];
  if (administrator) {
    rows.push(['Administrator', administrator.address]);
    const { password, advice } = administrator;
    const chosen = `(WAYPOST_ADMIN_PASSWORD${advice === undefined ? '' : '; easy to guess'})`;
    rows.push(['Password', password === undefined ? chosen : `${password}   (shown only this once)`]);
  }
  const lines = [`Waypost ${version} is ready (${(startMs / 1000).toFixed(1)} s).`, '', ...aligned(rows), ''];
  lines.push(
    ...aligned(
      listeners.map((listener) => [
        LABELS[listener.name] ?? listener.name,
        listenerAddresses(listener).join(', '),
        listener.protocol === 'http' ? '' : TLS[listener.tls],
      ]),
    ),
  );
  for (const [name, reason] of failed) lines.push(`  ! ${name} is not open: ${reason}`);
  return `\n${lines.join('\n')}\n\n`;
}

const LABELS: Readonly<Record<string, string>> = {
  smtp: 'SMTP',
  submission: 'Submission',
  submissions: 'Submission, TLS',
  lmtp: 'LMTP',
  imap: 'IMAP',
  imaps: 'IMAP, TLS',
  pop3: 'POP3',
  pop3s: 'POP3, TLS',
  sieve: 'ManageSieve',
  http: 'Web and JMAP',
  https: 'Web, TLS',
};

const TLS = { none: '', start: 'STARTTLS', implicit: '' } as const;

function aligned(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const [first, second] = [width(0), width(1)];
  return rows.map(([label = '', value = '', note = '']) =>
    `  ${label.padEnd(first)}  ${value.padEnd(note === '' ? 0 : second)}  ${note}`.trimEnd(),
  );
}
