// A whole server for the walk through RFC 8621 §2 to §4: one account, raw messages put in by import, and what the
// tests of all sections ask of it.
import assert from 'node:assert/strict';
import type { JmapClient } from '../../../src/client/index.ts';
import type {
  Email,
  EmailBodyPart,
  EmailDraft,
  Json,
  JsonObject,
  SetError,
} from '../../../src/formats/jmap/index.ts';
import { createMailSearch, EMAIL_INDEX, readColdsFrom, SEARCH_DEFAULTS } from '../../../src/mail/index.ts';
import { openMemory, openMemorySearch } from '../../../src/store/index.ts';
import { failure, type Person, SendingWorld } from '../sending-world.ts';

export { failure };

export interface BodyArgs {
  readonly bodyProperties?: readonly string[];
  readonly fetchTextBodyValues?: boolean;
  readonly fetchHTMLBodyValues?: boolean;
  readonly fetchAllBodyValues?: boolean;
  readonly maxBodyValueBytes?: number;
}

/** Lines of a message with their ends, as UTF-8. */
export const lines = (...text: string[]): Buffer => Buffer.from(text.map((line) => `${line}\r\n`).join(''));

/** Types of parts as a tree. */
export const shape = (part: EmailBodyPart | undefined): unknown =>
  part?.subParts ? [part.type, ...part.subParts.map(shape)] : part?.type;

/** Bodies of drafts, and the parts that name them. */
export const BODY_VALUES = { t: { value: 'text' }, h: { value: '<p>html</p>' } };
export const TEXT_BODY = [{ partId: 't', type: 'text/plain' }];
export const HTML_BODY = [{ partId: 'h', type: 'text/html' }];

/** A draft whose body is this structure. */
export const structured = (part: JsonObject, more: JsonObject = {}): JsonObject => ({
  bodyValues: BODY_VALUES,
  bodyStructure: part,
  ...more,
});

export class MailWorld {
  readonly sending: SendingWorld;
  readonly ann: Person;
  readonly #end: () => Promise<void>;
  #count = 0;

  private constructor(sending: SendingWorld, ann: Person, end: () => Promise<void>) {
    this.sending = sending;
    this.ann = ann;
    this.#end = end;
  }

  /** With `search`, texts can be searched. */
  static async start({ search = false } = {}): Promise<MailWorld> {
    if (!search) {
      const sending = await SendingWorld.start();
      return new MailWorld(sending, await sending.person('ann'), () => sending.close());
    }
    const stores = openMemory();
    const { data, blobs } = stores;
    const index = openMemorySearch([EMAIL_INDEX]);
    const mailSearch = await createMailSearch({
      data,
      blobs,
      search: index,
      readColds: readColdsFrom(data),
      settings: { ...SEARCH_DEFAULTS, delayMs: 5 },
    });
    const sending = await SendingWorld.start({ stores, search: mailSearch });
    return new MailWorld(sending, await sending.person('ann'), async () => {
      await sending.close();
      await index.close();
    });
  }

  close(): Promise<void> {
    return this.#end();
  }

  get client(): JmapClient {
    return this.ann.client;
  }

  /** The mailbox of a role. */
  box(role: string): Promise<string> {
    return this.sending.box(this.ann, role);
  }

  /** A new mailbox, by a name of its own when none is given. */
  async mailbox(more: JsonObject = {}): Promise<string> {
    const { created, notCreated } = await this.client.call('Mailbox/set', {
      create: { k: { name: `Box ${++this.#count}`, ...more } },
    });
    assert.equal(notCreated, null, JSON.stringify(notCreated));
    return created?.['k']?.id as string;
  }

  /** The SetError of a mailbox that cannot be made so. */
  async mailboxRefusal(more: JsonObject): Promise<SetError> {
    const { notCreated } = await this.client.call('Mailbox/set', {
      create: { k: { name: `Box ${++this.#count}`, ...more } },
    });
    assert.ok(notCreated?.['k'], `${JSON.stringify(more)} was made`);
    return notCreated['k'];
  }

  async upload(bytes: Uint8Array | string, type = 'message/rfc822'): Promise<string> {
    return (await this.client.upload(bytes, type)).blobId;
  }

  /** Imports a message, into the inbox unless told otherwise; returns the id of the e-mail. */
  async import(bytes: Uint8Array | string, more: JsonObject = {}): Promise<string> {
    const blobId = await this.upload(bytes);
    const { created, notCreated } = await this.client.call('Email/import', {
      emails: { k: { blobId, mailboxIds: { [await this.box('inbox')]: true }, ...more } as never },
    });
    assert.equal(notCreated, null, JSON.stringify(notCreated));
    return created?.['k']?.id as string;
  }

  /** A plain message with some header lines. */
  plain(subject: string, more: JsonObject = {}, ...header: string[]): Promise<string> {
    return this.import(
      lines('From: Ann <ann@example.org>', `Subject: ${subject}`, ...header, '', `Body of ${subject}.`),
      more,
    );
  }

  /** One e-mail with some of its properties. */
  async get(id: string, properties: readonly string[] | null = null, args: BodyArgs = {}): Promise<Email> {
    const { list } = await this.client.call('Email/get', {
      ids: [id],
      properties: properties && [...properties],
      ...(args as object),
    });
    assert.equal(list.length, 1, `there is no e-mail ${id}`);
    return list[0] as Email;
  }

  /** One property of one e-mail. */
  async property(id: string, name: string): Promise<Json> {
    return ((await this.get(id, [name])) as unknown as JsonObject)[name] as Json;
  }

  /** Makes an e-mail by Email/set, in the drafts unless told otherwise; returns what the server answered of it. */
  async create(draft: Partial<EmailDraft> | JsonObject): Promise<Partial<Email>> {
    const { created, notCreated } = await this.client.call('Email/set', {
      create: { k: { mailboxIds: { [await this.box('drafts')]: true }, ...draft } as EmailDraft },
    });
    assert.equal(notCreated, null, JSON.stringify(notCreated));
    return created?.['k'] as Partial<Email>;
  }

  /** The SetError of an e-mail that cannot be made so. */
  async refusal(draft: Partial<EmailDraft> | JsonObject): Promise<SetError> {
    const { notCreated } = await this.client.call('Email/set', {
      create: { k: { mailboxIds: { [await this.box('drafts')]: true }, ...draft } as EmailDraft },
    });
    assert.ok(notCreated?.['k'], `${JSON.stringify(draft)} was made`);
    return notCreated['k'];
  }

  /** Refusals of e-mails that would be fine but for what is given here: `invalidProperties` that name the property. */
  async refuses(cases: readonly (readonly [draft: JsonObject, property: string])[]): Promise<void> {
    for (const [draft, property] of cases) {
      const { type, properties } = await this.refusal({ subject: 'subject', ...draft });
      assert.deepEqual([type, properties], ['invalidProperties', [property]], JSON.stringify(draft));
    }
  }

  /** Makes an e-mail and reads some properties of it. */
  async made(draft: JsonObject, properties: readonly string[], args: BodyArgs = {}): Promise<Email> {
    const { id } = await this.create(draft);
    return this.get(id as string, properties, args);
  }

  /** Changes one e-mail. */
  async update(id: string, patch: JsonObject): Promise<void> {
    const { notUpdated } = await this.client.call('Email/set', { update: { [id]: patch } });
    assert.equal(notUpdated, null, JSON.stringify(notUpdated));
  }

  /** The octets of a blob. */
  async bytes(blobId: string): Promise<Buffer> {
    return Buffer.from(await (await this.client.download(blobId)).arrayBuffer());
  }
}
