// A server for the tests of the SMTP face: real registry, access control, sockets and TLS over stores in memory,
// with a domain, some accounts and a list. Mail is recorded unless a real one is given.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Access } from '../../src/access/index.ts';
import type { AccountId } from '../../src/account/index.ts';
import { encodeId, LimitExceeded, toHex } from '../../src/base/index.ts';
import type { Delivery, Mail, Outcome, Delivered } from '../../src/mail/index.ts';
import { createMta, type ListenerKind } from '../../src/mta/index.ts';
import { isLoopback, listen, NetworkSet, secureContext, selfSigned } from '../../src/net/index.ts';
import { DECLARATIONS, Registry, SERVER_CONTEXT, SINGLETON } from '../../src/registry/index.ts';
import { createSmtp, type Smtp } from '../../src/smtp/index.ts';
import { type BlobStore, openMemory, type Stores } from '../../src/store/index.ts';
import { openSpool } from '../../src/store/spool.ts';
import { RawClient } from '../support/raw-client.ts';

export const PASSWORD = 'correct horse battery staple';
export const HOSTNAME = 'mail.example.org';

type DeliveringMail = Pick<Mail, 'deliver' | 'checkRoom'>;

/** Keeps what was delivered, and fails where it is told to. */
export class RecordedMail implements DeliveringMail {
  readonly messages: { readonly text: string; readonly accounts: AccountId[]; readonly hash: string }[] = [];
  /** What an account answers in place of taking a message. */
  readonly failures = new Map<AccountId, Error>();
  /** Accounts that are over their quota already. */
  readonly full = new Set<AccountId>();
  /** Thrown by a delivery as a whole. */
  outage: Error | undefined;
  /** Thrown when room is asked for. */
  failing: Error | undefined;
  /** A delivery waits for this. */
  hold: Promise<void> | undefined;
  /** The largest size that RCPT asked room for. */
  asked = 0;
  readonly #known = new Set<string>();

  async deliver(message: Delivery, accounts: readonly AccountId[]): Promise<Outcome<Delivered>[]> {
    await this.hold;
    if (this.outage !== undefined) throw this.outage;
    const hash = toHex(message.receivedHash);
    const taken: AccountId[] = [];
    const outcomes = accounts.map((account): Outcome<Delivered> => {
      const error = this.failures.get(account);
      if (error !== undefined) return { error };
      const name = `${hash}/${account}`;
      const duplicate = this.#known.has(name);
      this.#known.add(name);
      if (!duplicate) taken.push(account);
      return { value: { id: 1, duplicate } };
    });
    const text = Buffer.from(message.bytes).toString('latin1');
    if (taken.length > 0) this.messages.push({ text, accounts: taken, hash });
    return outcomes;
  }

  async checkRoom(account: AccountId, bytes: number): Promise<void> {
    if (this.failing !== undefined) throw this.failing;
    this.asked = Math.max(this.asked, bytes);
    if (this.full.has(account)) throw new LimitExceeded('maxDiskQuota', 1);
  }

  forget(): void {
    this.messages.length = 0;
    this.#known.clear();
  }

  /** Copies that an account has got. */
  of(account: AccountId): string[] {
    return this.messages.filter(({ accounts }) => accounts.includes(account)).map(({ text }) => text);
  }
}

export interface World {
  readonly stores: Stores;
  readonly registry: Registry;
  readonly access: Access;
  readonly mail: RecordedMail;
  readonly smtp: Smtp;
  readonly ports: Readonly<Record<'smtp' | 'submission' | 'submissions' | 'lmtp', number>>;
  readonly accounts: Readonly<Record<'jane' | 'bill' | 'mute' | 'deaf' | 'office', AccountId>>;
  readonly domain: string;
  /** Folder of messages that are on their way through a file. */
  readonly spool: string;
  /** Connects and reads the greeting. */
  client(listener: keyof World['ports'], from?: string): Promise<RawClient>;
  /** As `client`, and introduces itself; signed in when a name is given. */
  greeted(listener: keyof World['ports'], name?: string): Promise<RawClient>;
  /** A client that a trusted proxy speaks for, greeted. */
  stranger(listener: 'smtp' | 'submission' | 'lmtp', address?: string): Promise<RawClient>;
  /** Stores a constant or an expression in a settings object. */
  set(object: SettingsName, field: string, source: string): Promise<void>;
  /** Closes all clients and waits until the server has let them go. */
  hangUp(): Promise<void>;
  close(): Promise<void>;
}

type SettingsName = Extract<keyof typeof DECLARATIONS, `Mta${string}`>;

export interface WorldOptions {
  /** Stores to run on instead of new ones in memory; they are closed at the end all the same. */
  readonly stores?: Stores;
  readonly mail?: DeliveringMail;
  /** Where large messages become files, instead of a folder of the test. */
  readonly spool?: Pick<BlobStore, 'spool'>;
  readonly lmtpTrusted?: (address: string) => boolean;
}

/** Clients from 127.0.0.2 are proxies, those from 127.0.0.3 are not exempt from waits. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const stores = options.stores ?? openMemory();
  const registry = await Registry.open({ store: stores.data, bus: stores.bus });
  const access = Access.open({ registry, memory: stores.memory, delayFailures: false });
  await access.bootstrap({
    domain: 'example.org',
    hostname: HOSTNAME,
    listeners: { bind: '127.0.0.1' },
    password: PASSWORD,
  });
  const domain = encodeId((await registry.holder('Domain', 'example.org'))?.id ?? 0);
  const create = async (type: 'Account' | 'MailingList' | 'Domain', json: object): Promise<number> =>
    (await registry.write.create(DECLARATIONS[type], json, SERVER_CONTEXT)).id;
  const user = (name: string, more: object = {}): Promise<number> =>
    create('Account', {
      '@type': 'User',
      name,
      domainId: domain,
      credentials: { '0': { '@type': 'Password', secret: PASSWORD } },
      ...more,
    });
  const without = (permission: string): object => ({
    permissions: {
      '@type': 'Merge',
      enabledPermissions: {},
      disabledPermissions: { [permission]: true },
    },
  });
  const accounts = {
    jane: await user('jane'),
    bill: await user('bill', { aliases: { '0': { name: 'b', domainId: domain } } }),
    mute: await user('mute', without('emailSend')),
    deaf: await user('deaf', without('emailReceive')),
    office: await create('Account', { '@type': 'Group', name: 'office', domainId: domain }),
  };
  const list = (name: string, ...recipients: string[]): Promise<number> =>
    create('MailingList', {
      name,
      domainId: domain,
      recipients: Object.fromEntries(recipients.map((address) => [`${address}@example.org`, true])),
    });
  await list('team', 'jane', 'bill');
  await list('mixed', 'jane', 'deaf');
  await list('quiet', 'deaf');
  await create('MailingList', {
    name: 'world',
    domainId: domain,
    recipients: { 'jane@example.org': true, 'x@remote.test': true },
  });

  const recorded = new RecordedMail();
  const mail = options.mail ?? recorded;
  const spool = await mkdtemp(path.join(tmpdir(), 'waypost-smtp-'));
  const smtp = createSmtp({
    mta: createMta({ registry, access, mail, blobs: options.spool ?? { spool: () => openSpool(spool) } }),
    access,
    exempt: (address) => address === '127.0.0.1',
    lmtpTrusted: options.lmtpTrusted ?? isLoopback,
  });
  const { cert, key } = await selfSigned([HOSTNAME], 2);
  const context = secureContext({ cert, key });
  const tls = { context: () => context };
  const serve = (name: string, kind: ListenerKind, implicit = false) =>
    listen({
      name,
      bind: [{ host: '127.0.0.1', port: 0 }],
      proxies: new NetworkSet(['127.0.0.2']),
      serve: (connection) => smtp.serve(connection, { name, kind, ...(!implicit && { tls }) }),
      ...(implicit && { implicitTls: tls }),
    });
  const listeners = {
    smtp: await serve('smtp', 'smtp'),
    submission: await serve('submission', 'submission'),
    submissions: await serve('submissions', 'submission', true),
    lmtp: await serve('lmtp', 'lmtp'),
  };
  const port = (name: keyof typeof listeners): number => listeners[name].addresses[0]?.port ?? 0;
  const ports = {
    smtp: port('smtp'),
    submission: port('submission'),
    submissions: port('submissions'),
    lmtp: port('lmtp'),
  };

  const clients: RawClient[] = [];
  const client: World['client'] = async (listener, from) => {
    const raw =
      listener === 'submissions'
        ? await RawClient.connectTls(ports[listener])
        : await RawClient.connect(ports[listener], from);
    clients.push(raw);
    await raw.reply();
    return raw;
  };
  const hello = (listener: string): string => `${listener === 'lmtp' ? 'LHLO' : 'EHLO'} client.test`;
  return {
    stores,
    registry,
    access,
    mail: recorded,
    smtp,
    ports,
    accounts,
    domain,
    spool,
    client,
    greeted: async (listener, name) => {
      const raw = await client(listener);
      await raw.ask(hello(listener));
      if (name !== undefined) {
        const answer = await raw.ask(`AUTH PLAIN ${plain(name)}`);
        if (!answer.startsWith('235')) throw new Error(answer);
      }
      return raw;
    },
    stranger: async (listener, address = '192.0.2.1') => {
      const raw = await RawClient.connect(ports[listener], '127.0.0.2');
      clients.push(raw);
      raw.send(`PROXY TCP4 ${address} 127.0.0.1 40000 25\r\n`);
      await raw.reply();
      await raw.ask(hello(listener));
      return raw;
    },
    set: async (object, field, source) => {
      await registry.write.update(
        DECLARATIONS[object],
        SINGLETON,
        { [field]: { else: source, match: {} } },
        SERVER_CONTEXT,
      );
    },
    hangUp: async () => {
      for (const raw of clients.splice(0)) raw.close();
      const open = (): number =>
        Object.values(listeners).reduce((sum, { connections }) => sum + connections.size, 0);
      const until = performance.now() + 5000;
      while (open() > 0) {
        if (performance.now() > until) throw new Error(`${open()} connections are still open`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    close: async () => {
      await Promise.all(Object.values(listeners).map((listener) => listener.drain(1000)));
      registry.close();
      await stores.close();
      await rm(spool, { recursive: true });
    },
  };
}

/** Initial response of PLAIN. */
export const plain = (name: string, secret = PASSWORD, actAs = ''): string =>
  Buffer.from(`${actAs}\0${name}\0${secret}`, 'utf8').toString('base64');

/** Code and enhanced code of each line of a reply, its last line once. */
export const codes = (reply: string): string =>
  /^\d{3} (?:\d\.\d+\.\d+)?/.exec(lastLine(reply))?.[0].trim() ?? reply;

const lastLine = (reply: string): string => reply.slice(reply.lastIndexOf('\n') + 1);

/** A small message, with CRLF and without its end of data. */
export const message = (subject: string, more = ''): string =>
  `From: <a@b.test>\r\nTo: <jane@example.org>\r\nSubject: ${subject}\r\n` +
  `Date: Fri, 27 Nov 2026 10:00:00 +0000\r\nMessage-ID: <${subject}@b.test>\r\n${more}\r\nHello ${subject}\r\n`;
