// The IMAP face over real mail, accounts and access control on stores in memory, behind a real listener.
import { Access, type AccessToken, type PermissionName } from '../../src/access/index.ts';
import { createAccounts, type StateChange } from '../../src/account/index.ts';
import { encodeId } from '../../src/base/index.ts';
import { createImap, type ImapOptions } from '../../src/imap/index.ts';
import { createMail, type Mail, type MailAccount, type MailLimits } from '../../src/mail/index.ts';
import { type Listener, listen, secureContext, selfSigned, type TlsServer } from '../../src/net/index.ts';
import { DECLARATIONS, Registry, SERVER_CONTEXT, type ValueOf } from '../../src/registry/index.ts';
import { openMemory, type Stores } from '../../src/store/index.ts';
import { Tasks } from '../../src/tasks/index.ts';
import { RawClient } from '../support/raw-client.ts';

export const PASSWORD = 'correct-horse-battery-9';

export interface ImapWorld {
  readonly stores: Stores;
  readonly access: Access;
  readonly registry: Registry;
  readonly mail: Mail;
  readonly listener: Listener;
  readonly port: number;
  /** Overrides of the `Imap` settings, in force at once. */
  readonly settings: Partial<Record<keyof ValueOf<'Imap'>, unknown>>;
  /** Overrides of the `Email` settings. */
  readonly email: Partial<Record<keyof ValueOf<'Email'>, unknown>>;
  readonly limits: { -readonly [K in keyof MailLimits]: MailLimits[K] };
  /** Adds `name@example.org` with `PASSWORD`; the mail of the account. */
  user(name: string, denied?: readonly PermissionName[]): Promise<MailAccount>;
  /** Takes permissions from an account while it is in use. */
  deny(name: string, denied: readonly PermissionName[]): Promise<void>;
  destroy(name: string): Promise<void>;
  token(name: string): Promise<AccessToken>;
  /** A connection after the greeting. */
  connect(from?: string): Promise<ImapClient>;
  /** A connection that has signed in. */
  login(name: string): Promise<ImapClient>;
  close(): Promise<void>;
}

let certificate: ReturnType<typeof selfSigned> | undefined;

export async function openImapWorld(
  more: Partial<Pick<ImapOptions, 'exempt'>> & { readonly tls?: boolean; readonly stores?: Stores } = {},
): Promise<ImapWorld> {
  const stores = more.stores ?? openMemory();
  const { data, bus, memory, blobs } = stores;
  const registry = await Registry.open({ store: data, bus, checkEveryMs: 0 });
  const access = Access.open({ registry, memory, delayFailures: false });
  const tasks = new Tasks({ data, bus, registry });
  registry.assertComplete();
  await access.bootstrap({
    domain: 'example.org',
    hostname: 'mail.example.org',
    listeners: { bind: '127.0.0.1' },
    password: PASSWORD,
  });
  const domain = (await access.directory.findDomain('example.org')) as number;
  const accounts = createAccounts({ data, bus });
  const settings: ImapWorld['settings'] = {};
  const email: ImapWorld['email'] = {};
  const limits: ImapWorld['limits'] = {};
  const emailSettings = () => ({ ...registry.singleton('Email'), ...email }) as ValueOf<'Email'>;
  const mail = createMail({
    accounts,
    data,
    settings: () => emailSettings() as never,
    limitsOf: async () => limits,
  });
  let tls: TlsServer | undefined;
  if (more.tls) {
    certificate ??= selfSigned(['mail.example.org', 'localhost']);
    const { cert, key } = await certificate;
    const context = secureContext({ cert, key });
    tls = { context: () => context };
  }
  const imap = createImap({
    mail,
    access,
    blobs,
    states: new States(bus),
    settings: () => ({ ...registry.singleton('Imap'), ...settings }) as ValueOf<'Imap'>,
    email: emailSettings,
    limitsOf: async () => limits,
    jmapUrl: () => 'https://mail.example.org/jmap/session',
    hostname: () => 'mail.example.org',
    exempt: more.exempt ?? (() => true),
    ...(tls && { tls }),
  });
  const listener = await listen({
    name: 'imap',
    bind: [{ host: '127.0.0.1', port: 0 }],
    serve: (connection) => imap.serve(connection),
  });
  const { port } = listener.addresses[0] as { port: number };
  const idOf = async (name: string) => (await access.directory.findAccount(`${name}@example.org`)) as number;
  const permissions = (denied: readonly PermissionName[]) => ({
    '@type': 'Merge',
    enabledPermissions: {},
    disabledPermissions: Object.fromEntries(denied.map((one) => [one, true])),
  });
  const world: ImapWorld = {
    stores,
    access,
    registry,
    mail,
    listener,
    port,
    settings,
    email,
    limits,
    user: async (name, denied) => {
      const { id } = await registry.write.create(
        DECLARATIONS.Account,
        {
          '@type': 'User',
          name,
          domainId: encodeId(domain),
          credentials: { '0': { '@type': 'Password', secret: PASSWORD } },
          ...(denied && { permissions: permissions(denied) }),
        },
        SERVER_CONTEXT,
      );
      return mail.account(id);
    },
    deny: async (name, denied) => {
      await registry.write.update(
        DECLARATIONS.Account,
        await idOf(name),
        { permissions: permissions(denied) },
        SERVER_CONTEXT,
      );
    },
    destroy: async (name) => {
      await registry.write.destroy(DECLARATIONS.Account, await idOf(name), SERVER_CONTEXT);
    },
    token: async (name) => (await access.token(await idOf(name))) as AccessToken,
    connect: async (from) => {
      const client = new ImapClient(await RawClient.connect(port, from));
      await client.raw.line();
      return client;
    },
    login: async (name) => {
      const client = await world.connect();
      await client.ok(`LOGIN ${name}@example.org ${PASSWORD}`);
      return client;
    },
    close: async () => {
      for (const connection of listener.connections) connection.destroy();
      await listener.drain(100);
      await mail.close();
      accounts.close();
      await tasks.stop();
      registry.close();
      await stores.close();
    },
  };
  return world;
}

/** State changes of the bus, as the composition root hands them out. */
class States {
  readonly #listeners = new Set<(change: StateChange) => void>();
  constructor(bus: Stores['bus']) {
    bus.subscribe('account.state', (change) => {
      for (const listener of this.#listeners) listener(change);
    });
  }
  listen(accounts: Iterable<number>, listener: (change: StateChange) => void): () => void {
    const ids = new Set(accounts);
    const own = (change: StateChange) => {
      if (ids.has(change.account)) listener(change);
    };
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }
}

/** What a command brought: its untagged responses and the tagged one, without tags and line ends. */
export interface Answer {
  readonly lines: readonly string[];
  readonly status: string;
  /** The tagged response behind the tag: `OK [READ-WRITE] ...`. */
  readonly tagged: string;
  /** Everything received. */
  readonly text: string;
}

/** Sends commands and reads whole answers, literals included. */
export class ImapClient {
  readonly raw: RawClient;
  #tag = 0;

  constructor(raw: RawClient) {
    this.raw = raw;
  }

  /** Sends a command and waits for its tagged response. Literals in it must be non-synchronizing. */
  async ask(command: string): Promise<Answer> {
    const tag = `t${++this.#tag}`;
    this.raw.send(`${tag} ${command}\r\n`);
    return this.answer(tag);
  }

  /** Sends a command without waiting; returns its tag. */
  begin(command: string): string {
    const tag = `t${++this.#tag}`;
    this.raw.send(`${tag} ${command}\r\n`);
    return tag;
  }

  async answer(tag: string): Promise<Answer> {
    const lines: string[] = [];
    let text = '';
    for (;;) {
      const line = await this.response();
      text += `${line}\r\n`;
      if (line.startsWith(`${tag} `)) {
        const tagged = line.slice(tag.length + 1);
        return { lines, status: tagged.slice(0, tagged.indexOf(' ')), tagged, text };
      }
      lines.push(line.startsWith('* ') ? line.slice(2) : line);
    }
  }

  /** One response with its literals. */
  async response(): Promise<string> {
    let text = await this.raw.line();
    for (let size = literalSize(text); size !== undefined; size = literalSize(text)) {
      text += '\r\n';
      let content = '';
      while (content.length < size) {
        if (this.raw.received.length > 0) {
          const part = this.raw.received.slice(0, size - content.length);
          this.raw.received = this.raw.received.slice(part.length);
          content += part;
        } else {
          await this.raw.more();
        }
      }
      text += content + (await this.raw.line());
    }
    return text;
  }

  async ok(command: string): Promise<Answer> {
    const answer = await this.ask(command);
    if (answer.status !== 'OK') throw new Error(`${command}: ${answer.text}`);
    return answer;
  }

  /** The tagged response up to its code: `NO [NOPERM]`, `OK [APPENDUID 1 2]`, `BAD`. */
  async verdict(command: string): Promise<string> {
    const { tagged } = await this.ask(command);
    return /^(?:OK|NO|BAD)(?: \[[^\]]*\])?/.exec(tagged)?.[0] ?? tagged;
  }

  /** Appends a message. */
  append(mailbox: string, message: string, flags = ''): Promise<Answer> {
    return this.ok(`APPEND ${mailbox} ${flags}{${message.length}+}\r\n${message}`);
  }

  close(): void {
    this.raw.close();
  }
}

function literalSize(line: string): number | undefined {
  const size = /\{(\d+)\}$/.exec(line)?.[1];
  return size === undefined ? undefined : Number(size);
}

/** A small message. */
export const message = (subject: string, body = 'Hello.\r\n', more = ''): string =>
  `From: Ann Example <ann@example.org>\r\nTo: bob@example.org\r\nSubject: ${subject}\r\n` +
  `Date: Fri, 27 Nov 2026 08:00:00 +0000\r\nMessage-ID: <${subject.replace(/\W+/g, '.')}@example.org>\r\n${more}\r\n${body}`;
