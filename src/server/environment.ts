// What the environment says. All names begin with WAYPOST_; an empty value counts as unset.
import { schema } from '../registry/index.ts';
import { normalizeAddress } from '../net/index.ts';
import { ExitStatus, StartFailure } from './exit.ts';

export interface Environment {
  /** Data folder, as given. */
  readonly data: string | undefined;
  /** Boot file, as given. */
  readonly configPath: string | undefined;
  /** Domain that a first start makes. */
  readonly domain: string;
  /** Password of the administrator that a first start makes. */
  readonly adminPassword: string | undefined;
  /** `WAYPOST_RECOVERY_ADMIN=name:secret` */
  readonly recoveryAdmin: { readonly name: string; readonly secret: string } | undefined;
  readonly workers: number | undefined;
  /** Host name that a first start gives the server; `mail.` before the domain when absent. */
  readonly hostname: string | undefined;
  /** Origin of published URLs, without a trailing slash. */
  readonly publicUrl: string | undefined;
  /** Address of the default listeners; undefined when the stored ones stand. */
  readonly bind: string | undefined;
  readonly standardPorts: boolean;
  /** Ports by the upper-case name of a listener: `SMTP`, `SUBMISSIONS`. */
  readonly ports: ReadonlyMap<string, number>;
  readonly logLevel: LogLevel;
  /** `wizard`: a server without a boot file waits to be set up by a client. */
  readonly setup: 'auto' | 'wizard';
  /** One HTTP listener and the whole registry, nothing else: for repairs. */
  readonly recoveryMode: boolean;
  /** The listener and the log of recovery and set-up. */
  readonly rescue: {
    readonly port: number;
    /** Undefined for the usual address of the mode. */
    readonly bind: string | undefined;
    readonly logLevel: LogLevel;
  };
}

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const MAX_WORKERS = 256;

/** Reads the environment. @throws StartFailure (78) naming the variable that cannot be used. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const text = (suffix: string): string | undefined => {
    const value = env[`WAYPOST_${suffix}`]?.trim();
    return value === '' ? undefined : value;
  };
  return {
    data: text('DATA'),
    configPath: text('CONFIG_PATH'),
    domain: readDomain(text('DOMAIN') ?? 'waypost.test'),
    adminPassword: text('ADMIN_PASSWORD'),
    recoveryAdmin: readRecoveryAdmin(text('RECOVERY_ADMIN')),
    workers: readWorkers(text('WORKERS')),
    hostname: readHostname(text('HOSTNAME')),
    publicUrl: readPublicUrl(text('PUBLIC_URL')),
    bind: readBind('BIND', text('BIND')),
    standardPorts: readFlag('STANDARD_PORTS', text('STANDARD_PORTS')),
    ports: readPorts(env),
    logLevel: readLevel('LOG', text('LOG') ?? 'warn'),
    setup: readSetup(text('SETUP')),
    recoveryMode: readFlag('RECOVERY_MODE', text('RECOVERY_MODE')),
    rescue: {
      port: readPort('RECOVERY_MODE_PORT', text('RECOVERY_MODE_PORT') ?? '8080'),
      bind: readBind('RECOVERY_MODE_BIND', text('RECOVERY_MODE_BIND')),
      logLevel: readLevel('RECOVERY_MODE_LOG_LEVEL', text('RECOVERY_MODE_LOG_LEVEL') ?? 'info'),
    },
  };
}

const refuse = (suffix: string, reason: string): never => {
  throw new StartFailure(ExitStatus.config, `WAYPOST_${suffix}: ${reason}`);
};

function readDomain(value: string): string {
  const name = schema.normalizeDomain(value);
  if (!name.includes('.') || !schema.isDomainName(name)) refuse('DOMAIN', `${value} is not a domain name.`);
  return name;
}

function readRecoveryAdmin(value: string | undefined): Environment['recoveryAdmin'] {
  if (value === undefined) return undefined;
  const colon = value.indexOf(':');
  const name = value.slice(0, Math.max(colon, 0)).trim();
  const secret = value.slice(colon + 1).trim();
  if (colon < 0 || name === '' || secret === '')
    refuse('RECOVERY_ADMIN', 'must be a name, a colon and a secret.');
  return { name, secret };
}

/** 0 stands for one a core. */
function readWorkers(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,3}$/.test(value) || Number(value) > MAX_WORKERS) {
    refuse('WORKERS', `must be a number from 0 to ${MAX_WORKERS}.`);
  }
  return Number(value);
}

function readHostname(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const name = schema.normalizeDomain(value);
  if (!schema.isDomainName(name)) refuse('HOSTNAME', `${value} is not a host name.`);
  return name;
}

function readPublicUrl(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  if (
    !url ||
    (url.protocol !== 'https:' && url.protocol !== 'http:') ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    return refuse('PUBLIC_URL', `${value} is not an http or https address without query.`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function readBind(suffix: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const address = normalizeAddress(value.replace(/^\[(.*)\]$/, '$1'));
  if (address === '') refuse(suffix, `${value} is not an IP address.`);
  return address;
}

function readFlag(suffix: string, value: string | undefined): boolean {
  if (value === undefined || value === '0' || value === 'false') return false;
  return value === '1' || value === 'true' || refuse(suffix, 'must be 1 or 0.');
}

function readPorts(env: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  for (const [variable, value] of Object.entries(env)) {
    const name = /^WAYPOST_([A-Z0-9]+)_PORT$/.exec(variable)?.[1];
    if (name === undefined || value === undefined || value.trim() === '') continue;
    ports.set(name, readPort(`${name}_PORT`, value));
  }
  return ports;
}

function readPort(suffix: string, value: string): number {
  if (!/^\d{1,5}$/.test(value.trim()) || Number(value) > 65_535) {
    refuse(suffix, `${value} is not a port number.`);
  }
  return Number(value);
}

function readSetup(value: string | undefined): Environment['setup'] {
  if (value === undefined || value === 'auto') return 'auto';
  return value === 'wizard' ? value : refuse('SETUP', 'must be auto or wizard.');
}

function readLevel(suffix: string, value: string): LogLevel {
  const level = LOG_LEVELS.find((one) => one === value.toLowerCase());
  return level ?? refuse(suffix, `must be one of ${LOG_LEVELS.join(', ')}.`);
}
