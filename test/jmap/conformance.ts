// What the walks through RFC 8620 and RFC 8621 share: calls without types, so that what a typed client would never
// write can be written, and requests that are no calls at all.
import assert from 'node:assert/strict';
import { basic } from '../../src/client/index.ts';
import type { Json, JsonObject } from '../../src/formats/jmap/index.ts';
import { WORLD_PASSWORD } from '../support/world.ts';
import type { Person, SendingWorld } from './sending-world.ts';

export const CORE = 'urn:ietf:params:jmap:core';
export const MAIL = 'urn:ietf:params:jmap:mail';

/** Methods that take no `accountId`. */
const NO_ACCOUNT = /^(?:Core\/echo$|PushSubscription\/|No\/)/;

type Sent = readonly [name: string, args: JsonObject, callId: string];
export type Received = readonly [name: string, args: JsonObject, callId: string];

/** The responses to several calls; `accountId` is added where it is missing. */
export async function ask(
  { client, id }: Person,
  calls: readonly Sent[],
  using?: readonly string[],
): Promise<readonly Received[]> {
  const whole = calls.map(([name, args, callId]) => {
    const needs = !NO_ACCOUNT.test(name) && !('accountId' in args) && !('#accountId' in args);
    return [name, needs ? { accountId: id, ...args } : args, callId] as const;
  });
  return (await client.request(whole, using)).methodResponses as readonly Received[];
}

/** The arguments of the one response of one call, which must not be an error. */
export async function answer(
  person: Person,
  name: string,
  args: JsonObject = {},
  using?: readonly string[],
): Promise<JsonObject> {
  const [response, ...more] = await ask(person, [[name, args, 'c']], using);
  assert.deepEqual([response?.[0], response?.[2], more], [name, 'c', []], JSON.stringify(response));
  return (response as Received)[1];
}

/** Type of the method error that one call fails with. */
export async function errorOf(
  person: Person,
  name: string,
  args: JsonObject = {},
  using?: readonly string[],
): Promise<string> {
  const [response, ...more] = await ask(person, [[name, args, 'c']], using);
  assert.deepEqual([response?.[0], response?.[2], more], ['error', 'c', []], JSON.stringify(response));
  return (response as Received)[1]['type'] as string;
}

/** A member of a map that is a map itself: `inside(answer, 'notCreated', 'k', 'type')`. */
export function inside(value: Json | undefined, ...path: string[]): Json | undefined {
  let at: Json | undefined = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as JsonObject)[name];
  }
  return at;
}

/** A request with the person's own credentials; `path` is an absolute URL or below the server. */
export function http(
  world: SendingWorld,
  person: Person | undefined,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (person) headers.set('Authorization', basic(person.address, WORLD_PASSWORD));
  return fetch(new URL(path, `http://127.0.0.1:${world.world.port('http')}`), { ...init, headers });
}

/** Posts a body to the API; the status and the problem or response. */
export async function post(
  world: SendingWorld,
  person: Person,
  body: unknown,
  contentType = 'application/json',
): Promise<{ readonly status: number; readonly type: string; readonly json: JsonObject }> {
  const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  const reply = await http(world, person, '/jmap/', {
    method: 'POST',
    body: bytes as NonNullable<RequestInit['body']>,
    headers: { 'Content-Type': contentType },
  });
  const type = (reply.headers.get('content-type') ?? '').split(';')[0] as string;
  return { status: reply.status, type, json: (await reply.json()) as JsonObject };
}

/** Sets properties of the server object `Jmap`. */
export async function configure(world: SendingWorld, update: JsonObject): Promise<void> {
  const { methodResponses } = await world.world
    .jmap()
    .request([['x:Jmap/set', { update: { singleton: update } }, 's']]);
  assert.ok(methodResponses[0]?.[1]['updated'], JSON.stringify(methodResponses));
}

/** Makes a mailbox; returns its id. */
export async function mailbox(person: Person, object: JsonObject): Promise<string> {
  const { created, notCreated } = await answer(person, 'Mailbox/set', { create: { k: object } });
  assert.equal(notCreated, null, JSON.stringify(notCreated));
  return inside(created, 'k', 'id') as string;
}
