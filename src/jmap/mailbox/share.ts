// The property `shareWith` of mailboxes (RFC 9670 §4): who has which rights, for those who may know and change it.
import { type AccountId, Right } from '../../account/index.ts';
import { AccessDenied, decodeId, encodeId, LimitExceeded } from '../../base/index.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  type MailboxRights,
  patchTokens,
} from '../../formats/jmap/index.ts';
import { readShares, shareMailbox } from '../../mail/index.ts';
import { invalidProperties, SetFailure } from '../errors.ts';
import type { MailView } from '../mail-port.ts';
import type { Call } from '../method.ts';
import type { SharingServices } from '../sending.ts';
import { isRight, rightsBits, rightsObject } from './rights.ts';

/** Members and those with the right to share. */
const maySeeShares = (view: MailView, mailbox: number): boolean =>
  view.rights === undefined || ((view.rights.get(mailbox) ?? 0) & Right.Share) !== 0;

type ShareMap = Readonly<Record<string, MailboxRights>>;

/** The property for each of the mailboxes; null where it is shared with nobody, or not the caller's to know. */
export async function sharesOf(
  services: SharingServices,
  call: Call,
  view: MailView,
  mailboxes: readonly number[],
): Promise<ReadonlyMap<number, ShareMap | null>> {
  const known = mailboxes.filter((id) => maySeeShares(view, id));
  const shares = await readShares(services.accountOf(call.accountId), known);
  const result = new Map<number, ShareMap | null>(mailboxes.map((id) => [id, null]));
  for (const [id, grants] of shares) {
    if (grants.size === 0) continue;
    result.set(
      id,
      Object.fromEntries(Array.from(grants, ([grantee, bits]) => [encodeId(grantee), rightsObject(bits)])),
    );
  }
  return result;
}

/** The members of a patch that are about `shareWith`. */
export function sharePatch(patch: JsonObject): JsonObject | undefined {
  const entries = Object.entries(patch).filter(
    ([name]) => name === 'shareWith' || name.startsWith('shareWith/'),
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Changes who a mailbox is shared with, and tells them. Throws `SetFailure`, AccessDenied, NotFound. */
export async function changeShares(
  services: SharingServices,
  call: Call,
  mailbox: number,
  patch: JsonObject,
): Promise<void> {
  const view = await services.account(call.accountId, call.token).view();
  if (!maySeeShares(view, mailbox)) throw new AccessDenied('share', 'You may not share this mailbox.');
  const account = services.accountOf(call.accountId);
  const current = (await readShares(account, [mailbox])).get(mailbox) ?? new Map<AccountId, number>();
  const wanted = wantedShares(patch, current);
  const held = view.rights?.get(mailbox);
  for (const [grantee, bits] of wanted) {
    if (grantee === call.accountId) throw refused('the owner has all rights anyway');
    // Nobody gives what they do not have.
    if (held !== undefined && (bits & ~held) !== 0)
      throw new AccessDenied('share', 'You may not give rights that you do not have.');
  }
  const grantees = [...wanted.keys()];
  const found = await services.principals.find(call.token, grantees);
  const unknown = grantees.find((id, i) => !found[i] && wanted.get(id) !== 0);
  if (unknown !== undefined) throw refused(`there is no ${encodeId(unknown)}`);
  try {
    const changes = await shareMailbox(account, mailbox, wanted, services.maxShares());
    await services.notifyShares(call.token, call.accountId, changes);
  } catch (error) {
    if (error instanceof LimitExceeded)
      throw refused(`a mailbox is shared with ${error.value} others at most`);
    throw error;
  }
}

const refused = (reason: string): SetFailure => invalidProperties(['shareWith'], `shareWith: ${reason}`);

/** Rights by account after the patch, for the accounts that it is about. */
function wantedShares(patch: JsonObject, current: ReadonlyMap<AccountId, number>): Map<AccountId, number> {
  const wanted = new Map<AccountId, number>();
  if (Object.hasOwn(patch, 'shareWith')) {
    if (Object.keys(patch).length > 1)
      throw new SetFailure('invalidPatch', 'shareWith is set and patched at once');
    const whole = patch['shareWith'] as Json;
    for (const grantee of current.keys()) wanted.set(grantee, 0);
    if (whole === null) return wanted;
    if (!isObject(whole)) throw refused('must be an object or null');
    for (const [text, rights] of Object.entries(whole))
      wanted.set(readGrantee(text), readRights(rights as Json));
    return wanted;
  }
  const single = new Map<AccountId, JsonObject>();
  for (const [key, value] of Object.entries(patch)) {
    const [, text, right, ...rest] = patchTokens(key) ?? [];
    if (text === undefined || rest.length > 0)
      throw new SetFailure('invalidPatch', `${key}: there is nothing to patch`);
    const grantee = readGrantee(text);
    if (right === undefined) {
      wanted.set(grantee, readRights(value));
      continue;
    }
    if (!current.has(grantee))
      throw new SetFailure('invalidPatch', `${key}: it is not shared with that account`);
    if (!isRight(right) || (typeof value !== 'boolean' && value !== null))
      throw refused(`${key} is no right`);
    const rights =
      single.get(grantee) ?? ({ ...rightsObject(current.get(grantee) ?? 0) } as unknown as JsonObject);
    rights[right] = value ?? false;
    single.set(grantee, rights);
  }
  for (const [grantee, rights] of single) {
    if (wanted.has(grantee)) throw new SetFailure('invalidPatch', 'one grantee is set and patched at once');
    wanted.set(grantee, readRights(rights));
  }
  return wanted;
}

function readGrantee(text: string): AccountId {
  const id = decodeId(text);
  if (id === undefined) throw refused(`there is no ${text.slice(0, 100)}`);
  return id;
}

function readRights(value: Json): number {
  if (value === null) return 0;
  const bits = isObject(value) ? rightsBits(value) : undefined;
  if (bits === undefined) throw refused('rights must be true or false, by their names');
  return bits;
}
