// Mailbox/set (RFC 8621 §2.5). What a tree of mailboxes may look like is the mail floor's to say; here the
// properties are read, and what it refuses becomes a SetError.
import { isDeepStrictEqual } from 'node:util';
import { DataType } from '../../account/index.ts';
import { Conflict, decodeId, encodeId, Invalid, LimitExceeded, type Problem } from '../../base/index.ts';
import {
  type Json,
  type JsonObject,
  type Mailbox,
  mailboxSetArgs,
  patchTokens,
} from '../../formats/jmap/index.ts';
import { mailboxProblems, MailboxInUse, readShares } from '../../mail/index.ts';
import { type RequestContext, realId } from '../context.ts';
import { invalidProperties, SetFailure } from '../errors.ts';
import { stateOf } from '../get.ts';
import type { MailboxCreate, MailboxInfo, MailboxUpdate, MailView } from '../mail-port.ts';
import { type Call, type JmapMethod, method, setPermissions, URN } from '../method.ts';
import { applyPatch } from '../patch.ts';
import type { SharingServices } from '../sending.ts';
import { type DestroyItem, orderCreations, SetCall, type UpdateItem } from '../set.ts';
import { mailboxObject, type MailboxProperty, mailboxValue } from './get.ts';
import { changeShares, sharePatch } from './share.ts';

const WRITABLE: readonly MailboxProperty[] = ['name', 'parentId', 'role', 'sortOrder', 'isSubscribed'];
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
        const set = new SetCall(call, args, stateOf((await mail.view()).head, DataType.Mailbox));
        const run = new MailboxSet(services, call, set, args.onDestroyRemoveEmails);
        await run.all();
        return set.result(stateOf((await mail.view()).head, DataType.Mailbox));
      },
    }),
  ];
}

type Creation = readonly [key: string, object: JsonObject];

interface Failed<T> {
  readonly what: T;
  readonly error: unknown;
}

/**
 * One call. RFC 8620 §5.3: what it leaves has to be right, not what lies between, so that what fails is tried again
 * after the rest: a name may have become free. Updates that stand in each other's way become one write.
 */
class MailboxSet {
  readonly #services: SharingServices;
  readonly #call: Call;
  readonly #set: SetCall;
  readonly #removeEmails: boolean;
  readonly #mail: ReturnType<SharingServices['account']>;
  readonly #made: { readonly key: string; readonly id: number; readonly object: JsonObject }[] = [];

  constructor(services: SharingServices, call: Call, set: SetCall, removeEmails: boolean) {
    this.#services = services;
    this.#call = call;
    this.#set = set;
    this.#removeEmails = removeEmails;
    this.#mail = services.account(call.accountId, call.token);
  }

  async all(): Promise<void> {
    const set = this.#set;
    const { ordered, circular } = orderCreations(set.creations(), parentReference);
    for (const key of circular)
      set.notCreated(key, invalidProperties(['parentId'], 'parentId: goes in a circle'));
    let creations = await each(ordered, (one) => this.#create(one));
    let updates = await each(set.updates(), (one) => this.#update([one]));
    let destructions = await this.#destroyAll(set.destructions());
    if (creations.length + updates.length + destructions.length > 0) {
      creations = await each(whats(creations), (one) => this.#create(one));
      updates = await this.#updateTogether(updates);
      creations = await each(whats(creations), (one) => this.#create(one));
      destructions = await this.#destroyAll(whats(destructions));
    }
    for (const { what, error } of creations) set.notCreated(what[0], refusal(error));
    for (const { what, error } of updates) set.notUpdated(what, refusal(error));
    for (const { what, error } of destructions) set.notDestroyed(what, refusal(error));
    await this.#answerCreations();
  }

  async #create([key, object]: Creation): Promise<void> {
    const call = this.#call;
    const { shareWith = null, ...properties } = object;
    const id = await this.#mail.createMailbox(readCreate(properties, await this.#mail.view(), call));
    call.request.created.set(key, encodeId(id));
    try {
      if (shareWith !== null) await shareNew(this.#services, call, id, shareWith);
    } catch (error) {
      call.request.created.delete(key);
      throw error;
    }
    this.#made.push({ key, id, object });
  }

  async #answerCreations(): Promise<void> {
    if (this.#made.length === 0) return;
    const view = await this.#mail.view();
    for (const { key, id, object } of this.#made) {
      const mailbox = view.mailboxes.get(id);
      const answered = mailbox
        ? { ...mailboxObject(ANSWERED, mailbox, view, this.#call), ...otherName(object['name'], mailbox) }
        : {};
      const parent = object['parentId'] === undefined ? { parentId: null } : {};
      const role = object['role'] === undefined ? { role: null } : {};
      this.#set.created(key, id, { ...parent, ...role, ...answered } as JsonObject);
    }
  }

  /** All of the items in one write, or none. */
  async #update(items: readonly UpdateItem[]): Promise<void> {
    const call = this.#call;
    const view = await this.#mail.view();
    const shares: [UpdateItem, NonNullable<ReturnType<typeof sharePatch>>][] = [];
    const updates = new Map<number, MailboxUpdate>();
    for (const item of items) {
      const mailbox = view.mailboxes.get(item.id);
      if (!mailbox) throw new SetFailure('notFound', 'There is no such object.');
      const share = sharePatch(item.patch);
      if (share) shares.push([item, share]);
      const update = readUpdate(withoutShares(item.patch), mailbox, view, call);
      if (update) updates.set(item.id, update);
    }
    if (updates.size > 0) await this.#mail.updateMailboxes(updates);
    for (const [{ id }, share] of shares) await changeShares(this.#services, call, id, share);
    const isRenamed = updates.values().some(({ name }) => name !== undefined);
    const { mailboxes } = isRenamed ? await this.#mail.view() : view;
    for (const item of items) {
      const name = updates.get(item.id)?.name;
      const mailbox = mailboxes.get(item.id);
      this.#set.updated(item, name !== undefined && mailbox ? otherName(name, mailbox) : null);
    }
  }

  /** Those that only stand in each other's way in one write, then each of the rest for itself. */
  async #updateTogether(failed: readonly Failed<UpdateItem>[]): Promise<Failed<UpdateItem>[]> {
    const clashing = failed.filter(({ error }) => isClash(error)).map(({ what }) => what);
    if (clashing.length > 1) {
      try {
        await this.#update(clashing);
        return await each(
          whats(failed).filter((one) => !clashing.includes(one)),
          (one) => this.#update([one]),
        );
      } catch {
        // One of them cannot be at all: each says why for itself.
      }
    }
    return each(whats(failed), (one) => this.#update([one]));
  }

  async #destroyAll(items: readonly DestroyItem[]): Promise<Failed<DestroyItem>[]> {
    if (items.length === 0) return [];
    const view = await this.#mail.view();
    // Children first, so that parent and child can be destroyed in one call.
    const doomed = items.toSorted((a, b) => depth(b.id, view) - depth(a.id, view));
    return each(doomed, async (item) => {
      const mailbox = view.mailboxes.get(item.id);
      if (!mailbox) throw new SetFailure('notFound', 'There is no such object.');
      const { accountId } = this.#call;
      const shared = await readShares(this.#services.accountOf(accountId), [item.id]);
      await this.#mail.destroyMailbox(item.id, { removeEmails: this.#removeEmails });
      await notifyGone(this.#services, this.#call, mailbox, shared.get(item.id));
      this.#set.destroyed(item);
    });
  }
}

/** Does something with each of a list; returns what failed. */
async function each<T>(list: readonly T[], work: (one: T) => Promise<void>): Promise<Failed<T>[]> {
  const failed: Failed<T>[] = [];
  for (const what of list) {
    try {
      await work(what);
    } catch (error) {
      failed.push({ what, error });
    }
  }
  return failed;
}

const whats = <T>(failed: readonly Failed<T>[]): T[] => failed.map(({ what }) => what);

/** Another mailbox is in the way. */
const isClash = (error: unknown): boolean =>
  error instanceof Conflict ||
  (error instanceof Invalid &&
    error.problems.every(({ property }) => property === 'role' || property === 'parentId'));

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

const isWritable = (name: string): boolean => WRITABLE.some((property) => property === name);

function readCreate(object: JsonObject, view: MailView, call: Call): MailboxCreate {
  const problems: Problem[] = Object.keys(object)
    .filter((name) => !isWritable(name))
    .map((property) => ({ property, reason: 'cannot be set' }));
  if (object['name'] === undefined) problems.push({ property: 'name', reason: 'is required' });
  const update = readProperties(object, view, call, problems);
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
  const wanted = patched(patch, () => mailboxObject([...WRITABLE, ...SERVER_SET], mailbox, view, call));
  const problems: Problem[] = [];
  for (const name of Object.keys(wanted)) {
    if (isWritable(name)) continue;
    const known = SERVER_SET.find((property) => property === name);
    if (!known || !isDeepStrictEqual(mailboxValue(known, mailbox, view, call), wanted[name]))
      problems.push({ property: name, reason: 'cannot be set' });
  }
  // RFC 8620 §5.3: null brings a default back.
  const named = wanted['sortOrder'] === null ? { ...wanted, sortOrder: 0 } : wanted;
  const update = readProperties(named, view, call, problems);
  return Object.keys(update).length > 0 ? update : undefined;
}

/** The properties that a patch names, as it leaves them. Throws `invalidPatch`. */
function patched(patch: JsonObject, current: () => Partial<Mailbox>): JsonObject {
  const paths = Object.keys(patch);
  if (!paths.some((path) => path.includes('/'))) return patch;
  const whole = applyPatch(current() as unknown as JsonObject, patch);
  const names = new Set(paths.map((path) => patchTokens(path)?.[0] ?? path));
  return Object.fromEntries(Array.from(names, (name) => [name, whole[name] ?? null]));
}

/** Throws `invalidProperties` with these problems and those that it finds: RFC 8620 §5.3 wants them all named. */
function readProperties(object: JsonObject, view: MailView, call: Call, problems: Problem[]): MailboxUpdate {
  const update: { -readonly [K in keyof MailboxUpdate]: MailboxUpdate[K] } = {};
  const { name, parentId, role, sortOrder, isSubscribed } = object;
  const bad = (property: MailboxProperty, reason: string): undefined =>
    void problems.push({ property, reason });
  if (typeof name === 'string') update.name = name;
  else if (name !== undefined) bad('name', 'must be a string');
  if (role === null || typeof role === 'string') update.role = role;
  else if (role !== undefined) bad('role', 'must be a string or null');
  const parent = parentId === undefined ? undefined : readParent(parentId, view, call.request, bad);
  if (parent !== undefined) update.parentId = parent;
  if (sortOrder !== undefined) {
    if (isSortOrder(sortOrder)) update.sortOrder = sortOrder;
    else bad('sortOrder', `must be an integer from 0 to ${MAX_SORT_ORDER}`);
  }
  if (typeof isSubscribed === 'boolean')
    update.subscription = { account: call.token.account, subscribed: isSubscribed };
  else if (isSubscribed !== undefined) bad('isSubscribed', 'must be true or false');
  if (problems.length === 0) return update;
  const all = new Invalid([...problems, ...mailboxProblems(update)]);
  throw invalidProperties([...new Set(all.problems.map(({ property }) => property))], all.message);
}

const isSortOrder = (value: Json): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_SORT_ORDER;

function readParent(
  value: Json,
  { mailboxes }: MailView,
  request: RequestContext,
  bad: (property: MailboxProperty, reason: string) => undefined,
): number | undefined {
  if (value === null) return 0;
  if (typeof value !== 'string') return bad('parentId', 'must be a string or null');
  const real = realId(request, value);
  const id = real === undefined ? undefined : decodeId(real);
  if (id !== undefined && mailboxes.has(id)) return id;
  return bad('parentId', `there is no "${value.slice(0, 100)}"`);
}

/**
 * RFC 8621 §2.5 has no word for a name that a sibling has, so that it is one that the rules of §2 do not allow
 * (RFC 8620 §5.3: `invalidProperties`); the mailbox in the way is told by its id.
 */
function refusal(error: unknown): unknown {
  if (error instanceof MailboxInUse)
    return new SetFailure(error.holds === 'mailboxes' ? 'mailboxHasChild' : 'mailboxHasEmail', error.message);
  if (error instanceof Conflict && error.existing !== undefined) {
    const existing = Number(error.existing);
    return new SetFailure('invalidProperties', error.message, {
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
