// The certificates that clients are shown: those of the registry by the name that is asked for (RFC 6066 §3), and
// the self-signed one while there is nothing better. Changes are in force at the next handshake.
import { createPrivateKey } from 'node:crypto';
import { statSync } from 'node:fs';
import type { SecureContext } from 'node:tls';
import { emit, encodeId, now } from '../base/index.ts';
import { secureContext, type SelfSigned, type TlsServer } from '../net/index.ts';
import {
  readSecret,
  type Registry,
  type SecretSource,
  type StoredRecord,
  type ValueOf,
} from '../registry/index.ts';
import './events.ts';
import { currentTicketKeys, type TicketKeys } from './ticket-keys.ts';

type Certificate = StoredRecord<ValueOf<'Certificate'>>;

/** A certificate that can be used. */
interface Usable {
  readonly id: number;
  readonly cert: string;
  readonly key: string;
  /** `rsa`, `ec` ... : a client may want one or the other. */
  readonly kind: string;
  readonly names: readonly string[];
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** How often certificates that are kept in files are looked at, and the time of the ticket keys. */
const LOOK_MS = 60_000;

export interface Certificates extends TlsServer {
  close(): void;
}

/** Reads the certificates of the registry, and reads them again when they change. */
export async function openCertificates(
  registry: Registry,
  selfSigned: SelfSigned,
  firstTicketKeys: TicketKeys,
): Promise<Certificates> {
  let tickets = currentTicketKeys(firstTicketKeys);
  const spare = (): SecureContext => secureContext({ ...selfSigned, ticketKeys: tickets.keys });
  let fallback = spare();
  let chosen = await choose(registry, tickets.keys);
  const reload = async (): Promise<void> => {
    try {
      chosen = await choose(registry, tickets.keys);
    } catch (error) {
      emit('registry.reload-failed', { type: 'Certificate', error }, 'error');
    }
  };
  // One after the other, so that the last change wins.
  let loading = Promise.resolve();
  const load = (): void => {
    loading = loading.then(reload);
  };
  const unwatch = registry.watch((change) => {
    if (!change || change.type === 'Certificate' || change.type === 'SystemSettings') load();
  });
  const timer = setInterval(() => {
    const before = tickets;
    tickets = currentTicketKeys(tickets);
    if (tickets !== before) fallback = spare();
    if (tickets !== before || chosen.files.some(([file, changed]) => modified(file) !== changed)) load();
  }, LOOK_MS).unref();
  return {
    context: () => chosen.standard ?? fallback,
    forName: (name) => chosen.byName.get(name) ?? chosen.byName.get(wildcard(name)),
    close: () => {
      unwatch();
      clearInterval(timer);
    },
  };
}

/** `*.example.org` for `mail.example.org`: a wildcard stands for one label. */
const wildcard = (name: string): string => name.replace(/^[^.]+/, '*');

interface Chosen {
  readonly byName: ReadonlyMap<string, SecureContext>;
  /** For clients that name no server, or one we have nothing for. */
  readonly standard: SecureContext | undefined;
  /** Files that were read, with the time of their last change. */
  readonly files: readonly (readonly [file: string, changed: number])[];
}

async function choose(registry: Registry, ticketKeys: Uint8Array): Promise<Chosen> {
  const records = await registry.all('Certificate');
  const usable = (await Promise.all(records.map(readCertificate))).filter((one) => one !== undefined);
  const { defaultCertificateId, defaultHostname } = registry.singleton('SystemSettings');
  const contexts = new Map<string, SecureContext>();
  const contextOf = (candidates: readonly Usable[]): SecureContext | undefined => {
    const best = bestOfEachKind(candidates);
    if (best.length === 0) return undefined;
    const name = best.map(({ id }) => id).join();
    let context = contexts.get(name);
    if (!context) {
      const [cert, key] = [best.map((one) => one.cert), best.map((one) => one.key)];
      contexts.set(name, (context = secureContext({ cert, key, ticketKeys })));
    }
    return context;
  };
  const named = (name: string) => usable.filter(({ names }) => names.includes(name));
  const byName = new Map<string, SecureContext>();
  for (const name of new Set(usable.flatMap(({ names }) => names))) {
    const context = contextOf(named(name));
    if (context) byName.set(name, context);
  }
  const preferred = usable.filter(({ id }) => id === defaultCertificateId);
  const standard =
    contextOf(preferred) ??
    byName.get(defaultHostname) ??
    byName.get(wildcard(defaultHostname)) ??
    contextOf(usable.slice(-1));
  return { byName, standard, files: records.flatMap(filesOf) };
}

/** Undefined for one that is not valid yet or cannot be used, which is reported. */
async function readCertificate({ id, value }: Certificate): Promise<Usable | undefined> {
  if (value.notValidBefore > now()) return undefined;
  try {
    const cert = (await readSecret(value.certificate as SecretSource)) ?? '';
    const key = (await readSecret(value.privateKey as SecretSource)) ?? '';
    secureContext({ cert, key });
    const kind = createPrivateKey(key).asymmetricKeyType ?? '';
    return { id, cert, key, kind, names: value.subjectAlternativeNames, until: value.notValidAfter };
  } catch (error) {
    emit('server.certificate-unusable', { certificate: encodeId(id), error }, 'error');
    return undefined;
  }
}

/** Of each kind of key the certificate that is valid for the longest. */
function bestOfEachKind(candidates: readonly Usable[]): Usable[] {
  const best = new Map<string, Usable>();
  for (const one of candidates) {
    const known = best.get(one.kind);
    if (!known || one.until > known.until) best.set(one.kind, one);
  }
  return [...best.values()];
}

const filesOf = ({ value }: Certificate) =>
  [value.certificate, value.privateKey].flatMap((source) =>
    source['@type'] === 'File' ? [[source.filePath, modified(source.filePath)] as const] : [],
  );

function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
