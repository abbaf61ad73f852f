// Rights on mailboxes as clients see them (RFC 8621 §2, RFC 9670 §4), and the bits they are kept as.
import { ALL_RIGHTS as ALL_BITS, Right } from '../../account/index.ts';
import type { JsonObject, MailboxRights } from '../../formats/jmap/index.ts';

const BITS: Readonly<Record<keyof MailboxRights, number>> = {
  mayReadItems: Right.Read | Right.ReadItems,
  mayAddItems: Right.AddItems,
  mayRemoveItems: Right.RemoveItems,
  maySetSeen: Right.ModifyItems,
  maySetKeywords: Right.ModifyItems,
  mayCreateChild: Right.CreateChild,
  mayRename: Right.Modify,
  mayDelete: Right.Delete,
  maySubmit: Right.Submit,
  mayShare: Right.Share,
};
const NAMES = Object.keys(BITS) as (keyof MailboxRights)[];

export const isRight = (name: string): boolean => Object.hasOwn(BITS, name);

export const rightsObject = (bits: number): MailboxRights =>
  Object.fromEntries(
    NAMES.map((name) => [name, (bits & BITS[name]) === BITS[name]]),
  ) as unknown as MailboxRights;

/** Everything the owner and members may do. */
export const ALL_RIGHTS: MailboxRights = rightsObject(ALL_BITS);

/** Undefined for an object that is no set of rights. */
export function rightsBits(object: JsonObject): number | undefined {
  let bits = 0;
  for (const [name, value] of Object.entries(object)) {
    if (!isRight(name) || typeof value !== 'boolean') return undefined;
    if (value) bits |= BITS[name as keyof MailboxRights];
  }
  return bits;
}
