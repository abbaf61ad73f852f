// PushSubscription/get and /set (RFC 8620 §7.2.1, §7.2.2). Subscriptions belong to the credential that made them and are
// kept with its account; what they lead to is the push service's work.
import { timingSafeEqual } from 'node:crypto';
import {
  type Account,
  type AccountId,
  type AccountWriter,
  DataType,
  documentsOf,
} from '../../account/index.ts';
import type { AccessToken, CredentialTicket } from '../../access/index.ts';
import { encodeId, LimitExceeded, now, randomText, utf8 } from '../../base/index.ts';
import {
  type Json,
  type JsonObject,
  pushSubscriptionGetArgs,
  pushSubscriptionSetArgs,
  wrong,
} from '../../formats/jmap/index.ts';
import { askedIds } from '../get.ts';
import { invalidProperties, MethodError, readAll, SetFailure } from '../errors.ts';
import { type Call, type JmapMethod, method, setPermissions, URN } from '../method.ts';
import { applyPatch } from '../patch.ts';
import { heardTypes } from '../push-types.ts';
import { type DestroyItem, SetCall, type UpdateItem } from '../set.ts';
import {
  type InputContext,
  type NewSubscription,
  readEmailPush,
  readExpires,
  readNew,
  readPushKeys,
  checkEmailPushUse,
  readTypes,
} from './input.ts';
import { decodeSubscription, encodeSubscription, sameCredential, type Subscription } from './record.ts';

export interface SubscriptionServices {
  account(id: AccountId): Pick<Account, 'read' | 'write'>;
  /** Stands for the credential of a caller; undefined where that is not possible. */
  ticket(token: AccessToken): CredentialTicket | undefined;
  /** Most subscriptions of an account. */
  limit(id: AccountId): Promise<number>;
  /** Why a URL is no target of pushes, or undefined. */
  readonly targetProblem: (url: string) => string | undefined;
  /** Public key that the server names itself with; empty when it does not. */
  readonly serverKey: () => string;
}

const SHOWN = ['id', 'deviceClientId', 'verificationCode', 'expires', 'types', 'emailPush'] as const;
const CODE_LENGTH = 32;
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function pushSubscriptionMethods(services: SubscriptionServices): JmapMethod[] {
  const row = { capabilities: [URN.core], account: 'none' } as const;
  return [
    method({
      ...row,
      name: 'PushSubscription/get',
      permission: 'jmapPushSubscriptionGet',
      args: pushSubscriptionGetArgs,
      handle: async (call, { ids, properties }) => {
        const known = knownProperties(call);
        const names = properties === null ? known : readProperties(properties, known);
        const asked = ids === null ? undefined : askedIds(call.request, ids);
        const mine = await ownSubscriptions(call, services);
        const notFound: string[] = [];
        const list: object[] = [];
        for (const { text, id } of asked ?? Array.from(mine.keys(), (id) => ({ text: encodeId(id), id }))) {
          const one = id === undefined ? undefined : mine.get(id);
          if (one) list.push(shown(id as number, one, names));
          else notFound.push(text);
        }
        return { list, notFound };
      },
    }),
    method({
      ...row,
      name: 'PushSubscription/set',
      ...setPermissions(
        'jmapPushSubscriptionCreate',
        'jmapPushSubscriptionUpdate',
        'jmapPushSubscriptionDestroy',
      ),
      args: pushSubscriptionSetArgs,
      handle: async (call, args) => {
        const set = new SetCall(call, { ...args, ifInState: null }, '');
        const context: InputContext = {
          request: call.request,
          accounts: await call.request.directory.visible(call.token),
          targetProblem: services.targetProblem,
        };
        await create(set, call, context, services);
        await change(set, call, context, services);
        const { created, updated, destroyed, notCreated, notUpdated, notDestroyed } = set.result(
          '',
        ) as Record<string, unknown>;
        return { created, updated, destroyed, notCreated, notUpdated, notDestroyed };
      },
    }),
  ];
}

type Shown = (typeof SHOWN)[number];

/** RFC 8620 §1.8: what a request does not name in `using` is not there for it. */
const knownProperties = ({ request }: Call): readonly Shown[] =>
  request.using.has(URN.emailPush) ? SHOWN : SHOWN.filter((name) => name !== 'emailPush');

function readProperties(properties: readonly string[], shown: readonly Shown[]): Shown[] {
  return [...new Set(['id', ...properties])].map((name) => {
    // RFC 8620 §7.2.1
    if (name === 'url' || name === 'keys')
      throw new MethodError('forbidden', `"${name}" is private to the device.`);
    return (
      shown.find((known) => known === name) ?? wrong('properties', `"${name.slice(0, 100)}" is no property`)
    );
  });
}

/** Those that the caller's credential made, of those that are not over. */
async function ownSubscriptions(
  { token }: Call,
  services: SubscriptionServices,
): Promise<Map<number, Subscription>> {
  const ticket = services.ticket(token);
  if (!ticket) return new Map();
  const documents = await services
    .account(token.account)
    .read((reader) => documentsOf(reader, DataType.PushSubscription));
  const mine = new Map<number, Subscription>();
  for (const { id, record } of documents) {
    const one = decodeSubscription(record);
    if (one.expires > now() && sameCredential(one.ticket, ticket)) mine.set(id, one);
  }
  return mine;
}

function shown(id: number, one: Subscription, names: readonly Shown[]): object {
  const values: Record<Shown, unknown> = {
    id: encodeId(id),
    deviceClientId: one.deviceClientId,
    verificationCode: one.verified ? one.code : null,
    expires: dateText(one.expires),
    types: one.types,
    emailPush: one.emailPush,
  };
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

/** Whole seconds: a client that writes it back gets the same. */
const dateText = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

async function create(
  set: SetCall,
  call: Call,
  context: InputContext,
  services: SubscriptionServices,
): Promise<void> {
  const wanted: { readonly key: string; readonly input: NewSubscription }[] = [];
  const objects = new Map(set.creations());
  for (const [key, object] of objects) {
    try {
      wanted.push({ key, input: readNew(object, context) });
    } catch (error) {
      set.notCreated(key, error);
    }
  }
  if (wanted.length === 0) return;
  const { token } = call;
  const ticket = services.ticket(token);
  if (!ticket) {
    for (const { key } of wanted)
      set.notCreated(
        key,
        new SetFailure('forbidden', 'This kind of sign-in cannot have push subscriptions.'),
      );
    return;
  }
  const limit = await services.limit(token.account);
  const records = wanted.map(({ input }) =>
    encodeSubscription({
      ...input,
      code: randomText(CODE_LENGTH, ALPHANUMERIC),
      announced: false,
      verified: false,
      ticket,
      heard: ticket.credentialId === '' ? heardTypes(token) : null,
      serverKey: services.serverKey(),
    }),
  );
  const { result } = await services.account(token.account).write(async (writer) => {
    let count = (await documentsOf(writer, DataType.PushSubscription)).length;
    return records.map((record) =>
      count++ < limit ? writer.create(DataType.PushSubscription, record) : undefined,
    );
  });
  for (const [i, { key, input }] of wanted.entries()) {
    const id = result[i];
    if (id === undefined) set.notCreated(key, new LimitExceeded('maxSubscriptions', limit));
    else set.created(key, id, { ...unasked(objects.get(key)), expires: dateText(input.expires) });
  }
}

/** Properties with a default that the client left out (RFC 8620 §5.3); nothing of what it keeps to itself. */
const unasked = (object: JsonObject = {}): JsonObject => ({
  ...(!('keys' in object) && { keys: null }),
  ...(!('types' in object) && { types: null }),
});

/** What came of one object: the properties that the server chose otherwise, or why it failed. */
type Outcome = { readonly changed: JsonObject | null } | { readonly error: unknown };

/** Updates, then destructions, in one write. */
async function change(
  set: SetCall,
  call: Call,
  context: InputContext,
  services: SubscriptionServices,
): Promise<void> {
  const updates = set.updates();
  const destructions = set.destructions();
  if (updates.length + destructions.length === 0) return;
  const ticket = services.ticket(call.token);
  const { result } = await services.account(call.token.account).write(async (writer) => {
    const mine = new Map<number, Subscription>();
    for (const { id, record } of await documentsOf(writer, DataType.PushSubscription)) {
      const one = decodeSubscription(record);
      if (ticket && sameCredential(one.ticket, ticket) && one.expires > now()) mine.set(id, one);
    }
    return {
      updated: updates.map((item) => update(writer, item, mine.get(item.id), context)),
      destroyed: destructions.map((item) => destroy(writer, item, mine.has(item.id))),
    };
  });
  for (const [i, item] of updates.entries()) {
    const outcome = result.updated[i];
    if (!outcome) set.missing(item, 'update');
    else if ('error' in outcome) set.notUpdated(item, outcome.error);
    else set.updated(item, outcome.changed);
  }
  for (const [i, item] of destructions.entries()) {
    if (result.destroyed[i]) set.destroyed(item);
    else set.missing(item, 'destroy');
  }
}

function destroy(writer: AccountWriter, { id }: DestroyItem, present: boolean): boolean {
  if (present) writer.destroy(DataType.PushSubscription, id);
  return present;
}

/** Undefined when there is no such subscription. */
function update(
  writer: AccountWriter,
  { id, patch }: UpdateItem,
  before: Subscription | undefined,
  context: InputContext,
): Outcome | undefined {
  if (!before) return undefined;
  try {
    const { after, changed } = patched(id, before, patch, context);
    const record = encodeSubscription(after);
    writer.update(DataType.PushSubscription, id, record);
    return { changed };
  } catch (error) {
    return { error };
  }
}

function patched(
  id: number,
  before: Subscription,
  patch: JsonObject,
  context: InputContext,
): { after: Subscription; changed: JsonObject | null } {
  const current = shown(id, before, SHOWN) as JsonObject;
  const { url, keys, ...rest } = patch;
  const wanted = applyPatch(current, rest);
  const { fixed: _same, ...changes } = readAll({
    fixed: () => checkFixed(before, current, { url, keys }, wanted),
    verified: () => readCode(wanted['verificationCode'], before),
    expires: () => ('expires' in patch ? readExpires(patch['expires']) : before.expires),
    types: () => readTypes(wanted['types']),
    emailPush: () => {
      // What was right when it was written need not be so now.
      if (!touches(patch, 'emailPush')) return before.emailPush;
      checkEmailPushUse(context.request);
      return readEmailPush(wanted['emailPush'], context);
    },
  });
  const after = { ...before, ...changes };
  const expires = dateText(after.expires);
  return { after, changed: 'expires' in patch && patch['expires'] !== expires ? { expires } : null };
}

/** What stays as it was made may be sent as it is. */
function checkFixed(
  before: Subscription,
  current: JsonObject,
  { url, keys }: { readonly url: Json | undefined; readonly keys: Json | undefined },
  wanted: JsonObject,
): void {
  const fixed: string[] = [];
  if (url !== undefined && url !== before.url) fixed.push('url');
  if (keys !== undefined && !sameKeys(readPushKeys(keys), before.keys)) fixed.push('keys');
  for (const name of Object.keys(wanted)) {
    if (name === 'id' || name === 'deviceClientId') {
      if (wanted[name] !== current[name]) fixed.push(name);
    } else if (!(SHOWN as readonly string[]).includes(name)) fixed.push(name);
  }
  if (fixed.length > 0)
    throw invalidProperties(fixed, `These properties cannot be changed: ${fixed.join(', ')}`);
}

/** Whether the subscription is verified now. */
function readCode(given: Json | undefined, { verified, code }: Subscription): boolean {
  if (verified ? given === code : isCode(given, code)) return true;
  if (!verified && given === null) return false;
  throw invalidProperties(['verificationCode'], 'verificationCode: is not the one that was sent');
}

const touches = (patch: JsonObject, property: string): boolean =>
  Object.keys(patch).some((path) => path === property || path.startsWith(`${property}/`));

function isCode(given: unknown, code: string): boolean {
  if (typeof given !== 'string' || given.length !== code.length) return false;
  const bytes = utf8(given);
  return bytes.length === code.length && timingSafeEqual(bytes, utf8(code));
}

function sameKeys(a: Subscription['keys'], b: Subscription['keys']): boolean {
  if (!a || !b) return a === b;
  return Buffer.compare(a.p256dh, b.p256dh) === 0 && Buffer.compare(a.auth, b.auth) === 0;
}
