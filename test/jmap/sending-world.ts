// A whole server for the tests of sending and sharing, and the words they have in common.
import assert from 'node:assert/strict';
import { CallFailed, type JmapClient } from '../../src/client/index.ts';
import { encodeId } from '../../src/base/index.ts';
import type { EmailDraft, JmapResponse, JsonObject } from '../../src/formats/jmap/index.ts';
import { startWorld, type World, type WorldOptions } from '../support/world.ts';

export const USING = [
  'urn:ietf:params:jmap:core',
  'urn:ietf:params:jmap:mail',
  'urn:ietf:params:jmap:submission',
  'urn:ietf:params:jmap:vacationresponse',
  'urn:ietf:params:jmap:mdn',
  'urn:ietf:params:jmap:principals',
  'urn:ietf:params:jmap:mail:share',
];

export interface Person {
  readonly name: string;
  readonly address: string;
  /** Account id. */
  readonly id: string;
  readonly number: number;
  readonly client: JmapClient;
}

export class SendingWorld {
  readonly world: World;
  #count = 0;

  private constructor(world: World) {
    this.world = world;
  }

  static async start(options?: WorldOptions): Promise<SendingWorld> {
    return new SendingWorld(await startWorld(options));
  }

  close(): Promise<void> {
    return this.world.close();
  }

  async person(name: string): Promise<Person> {
    const number = await this.world.addAccount(name);
    const client = this.world.jmap(name);
    return { name, address: `${name}@waypost.test`, id: encodeId(number), number, client };
  }

  /** The mailbox of a role. */
  async box({ client }: Person, role: string): Promise<string> {
    const { ids } = await client.call('Mailbox/query', { filter: { role } });
    return ids[0] as string;
  }

  /** Makes a draft in a mailbox; returns its id. */
  async draft(person: Person, more: Partial<EmailDraft> = {}, role = 'drafts'): Promise<string> {
    const { created, notCreated } = await person.client.call('Email/set', {
      create: {
        k: {
          mailboxIds: { [await this.box(person, role)]: true },
          keywords: { $draft: true },
          from: [{ name: null, email: person.address }],
          subject: `message ${++this.#count}`,
          bodyValues: { t: { value: `body ${this.#count}` } },
          textBody: [{ partId: 't', type: 'text/plain' } as never],
          ...more,
        },
      },
    });
    assert.equal(notCreated, null, JSON.stringify(notCreated));
    return created?.['k']?.id as string;
  }

  async identity({ client }: Person): Promise<string> {
    const { list } = await client.call('Identity/get', { ids: null });
    return list[0]?.id as string;
  }

  /** Sends a draft at once, or throws. */
  async send(from: Person, more: Partial<EmailDraft>, envelope?: JsonObject): Promise<string> {
    const emailId = await this.draft(from, more);
    const { created, notCreated } = await from.client.call('EmailSubmission/set', {
      create: {
        s: { identityId: await this.identity(from), emailId, ...(envelope && { envelope }) } as never,
      },
    });
    assert.equal(notCreated, null, JSON.stringify(notCreated));
    return created?.['s']?.id as string;
  }

  /** The e-mails in somebody's inbox, newest first. */
  async inbox(person: Person, properties?: readonly string[]) {
    const { ids } = await person.client.call('Email/query', {
      filter: { inMailbox: await this.box(person, 'inbox') },
    });
    const { list } = await person.client.call('Email/get', {
      ids: [...ids],
      ...(properties && { properties: [...properties] }),
    });
    return ids.map((id) => list.find((email) => email.id === id));
  }
}

/** Type of the method error that a call fails with. */
export async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(error instanceof CallFailed, String(error));
  return error.type;
}

/** The arguments of a response, by its place. */
export function answerOf<T = JsonObject>(
  { methodResponses }: Pick<JmapResponse, 'methodResponses'>,
  index: number,
): T {
  const response = methodResponses[index];
  assert.ok(response, `there is no response ${index}`);
  return response[1] as T;
}

/** Waits until a condition holds; fails after a few seconds. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let left = 600; left > 0; left--) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('it did not come to pass');
}

export const to = (...people: Person[]) => people.map(({ address }) => ({ name: null, email: address }));
