// Mailbox/set (RFC 8621 §2.5). What a tree of mailboxes may look like is the mail floor's to say; here the
// properties are read, and what it refuses becomes a SetError.
import { isDeepStrictEqual } from 'node:util';
import { DataType } from '../../account/index.ts';
import { Conflict, encodeId, LimitExceeded } from '../../base/index.ts';
import { type Json, type JsonObject, type Mailbox, mailboxSetArgs } from '../../formats/jmap/index.ts';
import { MailboxInUse, readShares } from '../../mail/index.ts';
import type { RequestContext } from '../context.ts';
import { invalidProperties, SetFailure } from '../errors.ts';
import { stateOf } from '../get.ts';
import type { MailboxCreate, MailboxInfo, MailboxUpdate, MailView } from '../mail-port.ts';
import { type Call, type JmapMethod, method, setPermissions, URN } from '../method.ts';
import type { SharingServices } from '../sending.ts';
import { orderCreations, propertyId, SetCall } from '../set.ts';
import { mailboxObject, type MailboxProperty, mailboxValue } from './get.ts';
import { changeShares, sharePatch } from './share.ts';

const WRITABLE = new Set(['name', 'parentId', 'role', 'sortOrder', 'isSubscribed']);
const SERVER_SET: readonly MailboxProperty[] = [
  'id',
  'totalEmails',
  'unreadEmails',
  'totalThreads',
  'unreadThreads',
  'myRights',
];
/** What a client cannot know of a mailbox it made. */
const ANSWERED: readonly MailboxProperty[] = [
  'sortOrder',
  'totalEmails',
  'unreadEmails',
  'totalThreads',
  'unreadThreads',
  'myRights',
  'isSubscribed',
];
const MAX_SORT_ORDER = 2 ** 31 - 1;

export function mailboxSetMethods(services: SharingServices): JmapMethod[] {
  return [
    method({
      name: 'Mailbox/set',
      capabilities: [URN.mail],
      account: 'shared',
      ...setPermissions('jmapMailboxCreate', 'jmapMailboxUpdate', 'jmapMailboxDestroy'),
      args: mailboxSetArgs,
      handle: async (call, args) => {
        const mail = services.account(call.accountId, call.token);
        const before = await mail.view();
        const set = new SetCall(call, args, stateOf(before.head, DataType.Mailbox));
        const { ordered, circular } = orderCreations(set.creations(), parentReference);
        for (const key of circular)
          set.notCreated(key, invalidProperties(['parentId'], 'parentId: goes in a circle'));
        const made: [string, number, JsonObject][] = [];
        for (const [key, object] of ordered) {
          try {
            const { shareWith = null, ...properties } = object;
            const id = await mail.createMailbox(readCreate(properties, call));
            call.request.created.set(key, encodeId(id));
            if (shareWith !== null) await shareNew(services, call, id, shareWith);
            made.push([key, id, object]);
          } catch (error) {
            set.notCreated(key, refusal(error));
          }
        }
        const view = await mail.view();
        for (const [key, id, object] of made) {
          const mailbox = view.mailboxes.get(id);
          const answered = mailbox
            ? { ...mailboxObject(ANSWERED, mailbox, view, call), ...otherName(object['name'], mailbox) }
            : {};
          const parent = object['parentId'] === undefined ? { parentId: null } : {};
          const role = object['role'] === undefined ? { role: null } : {};
          set.created(key, id, { ...parent, ...role, ...answered } as JsonObject);
        }
        for (const item of set.updates()) {
          const mailbox = view.mailboxes.get(item.id);
          if (!mailbox) {
            set.missing(item, 'update');
            continue;
          }
          try {
            const shares = sharePatch(item.patch);
            const update = readUpdate(withoutShares(item.patch), mailbox, view, call);
            if (update) await mail.updateMailbox(item.id, update);
            if (shares) await changeShares(services, call, item.id, shares);
            const renamed =
              update?.name === undefined ? undefined : (await mail.view()).mailboxes.get(item.id);
            set.updated(item, renamed ? otherName(update?.name, renamed) : null);
          } catch (error) {
            set.notUpdated(item, refusal(error));
          }
        }
        // Children first, so that parent and child can be destroyed in one call.
        const doomed = set.destructions().sort((a, b) => depth(b.id, view) - depth(a.id, view));
        for (const item of doomed) {
          if (!view.mailboxes.has(item.id)) {
            set.missing(item, 'destroy');
            continue;
          }
          try {
            const shared = await readShares(services.accountOf(call.accountId), [item.id]);
            await mail.destroyMailbox(item.id, { removeEmails: args.onDestroyRemoveEmails });
            await notifyGone(services, call, view.mailboxes.get(item.id) as MailboxInfo, shared.get(item.id));
            set.destroyed(item);
          } catch (error) {
            set.notDestroyed(item, refusal(error));
          }
        }
        return set.result(stateOf((await mail.view()).head, DataType.Mailbox));
      },
    }),
  ];
}

/** A mailbox that cannot be shared as asked is not made. */
async function shareNew(services: SharingServices, call: Call, id: number, shareWith: Json): Promise<void> {
  try {
    await changeShares(services, call, id, { shareWith });
  } catch (error) {
    await services.account(call.accountId, call.token).destroyMailbox(id, { removeEmails: false });
    throw error;
  }
}

/** Those who had rights on a mailbox have none on it any more. */
async function notifyGone(
  services: SharingServices,
  call: Call,
  { id, name }: MailboxInfo,
  grants: ReadonlyMap<number, number> = new Map(),
): Promise<void> {
  const changes = Array.from(grants, ([grantee, before]) => ({
    mailbox: id,
    name,
    grantee,
    before,
    after: 0,
  }));
  await services.notifyShares(call.token, call.accountId, changes);
}

/** The name as it was stored, where that is not how it was sent (RFC 8620 §5.3). */
const otherName = (sent: Json | undefined, { name }: MailboxInfo): { name: string } | null =>
  name === sent ? null : { name };

const withoutShares = (patch: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(patch).filter(([name]) => !/^shareWith(?:\/|$)/.test(name)));

function parentReference(object: JsonObject): string[] {
  const { parentId } = object;
  return typeof parentId === 'string' && parentId.startsWith('#') ? [parentId.slice(1)] : [];
}

function readCreate(object: JsonObject, call: Call): MailboxCreate {
  const unknown = Object.keys(object).filter((name) => !WRITABLE.has(name));
  if (unknown.length > 0)
    throw invalidProperties(unknown, `These properties cannot be set: ${unknown.join(', ')}`);
  if (object['name'] === undefined) throw invalidProperties(['name'], 'name: is required');
  const update = readProperties(object, call);
  return {
    name: update.name as string,
    parentId: update.parentId ?? 0,
    role: update.role ?? null,
    sortOrder: update.sortOrder ?? 0,
    // RFC 8621 §2: who makes a mailbox wants to see it.
    subscriber: update.subscription?.subscribed === false ? undefined : call.token.account,
  };
}

/** Undefined when nothing changes. Server-set properties may be sent with the value they have. */
function readUpdate(
  patch: JsonObject,
  mailbox: MailboxInfo,
  view: MailView,
  call: Call,
): MailboxUpdate | undefined {
  for (const name of Object.keys(patch)) {
    if (WRITABLE.has(name)) continue;
    if (name.includes('/')) throw new SetFailure('invalidPatch', `${name}: there is nothing to patch`);
    const known = SERVER_SET.find((property) => property === name);
    if (!known || !isDeepStrictEqual(mailboxValue(known, mailbox, view, call), patch[name])) {
      throw invalidProperties([name], `${name}: cannot be set`);
    }
  }
  // RFC 8620 §5.3: null brings a default back.
  const update = readProperties(patch['sortOrder'] === null ? { ...patch, sortOrder: 0 } : patch, call);
  return Object.keys(update).length > 0 ? update : undefined;
}

function readProperties(object: JsonObject, call: Call): MailboxUpdate {
  const update: { -readonly [K in keyof MailboxUpdate]: MailboxUpdate[K] } = {};
  const { name, parentId, role, sortOrder, isSubscribed } = object;
  if (name !== undefined) update.name = readText(name, 'name');
  if (parentId !== undefined) update.parentId = readParent(parentId, call.request);
  if (role !== undefined) update.role = role === null ? null : readText(role, 'role');
  if (sortOrder !== undefined) {
    if (
      !Number.isSafeInteger(sortOrder) ||
      (sortOrder as number) < 0 ||
      (sortOrder as number) > MAX_SORT_ORDER
    ) {
      throw invalidProperties(['sortOrder'], 'sortOrder: must be an integer from 0 to 2147483647');
    }
    update.sortOrder = sortOrder as number;
  }
  if (isSubscribed !== undefined) {
    if (typeof isSubscribed !== 'boolean')
      throw invalidProperties(['isSubscribed'], 'isSubscribed: must be true or false');
    update.subscription = { account: call.token.account, subscribed: isSubscribed };
  }
  return update;
}

function readText(value: Json, property: keyof Mailbox): string {
  if (typeof value !== 'string') throw invalidProperties([property], `${property}: must be a string`);
  return value;
}

function readParent(value: Json, request: RequestContext): number {
  if (value === null) return 0;
  return propertyId(request, readText(value, 'parentId'), 'parentId');
}

/** A clash names the mailbox in the way by its id. */
function refusal(error: unknown): unknown {
  if (error instanceof MailboxInUse)
    return new SetFailure(error.holds === 'mailboxes' ? 'mailboxHasChild' : 'mailboxHasEmail', error.message);
  if (error instanceof Conflict && error.existing !== undefined) {
    const existing = Number(error.existing);
    return new SetFailure('alreadyExists', error.message, {
      properties: ['name'],
      ...(Number.isSafeInteger(existing) && { existingId: encodeId(existing) }),
    });
  }
  if (error instanceof LimitExceeded && error.limit === 'maxMailboxDepth')
    return invalidProperties(['parentId'], `parentId: mailboxes nest ${error.value} levels at most`);
  return error;
}

function depth(id: number, view: MailView): number {
  let levels = 0;
  for (let at = view.mailboxes.get(id); at && levels < 1000; at = view.mailboxes.get(at.parentId)) levels++;
  return levels;
}
