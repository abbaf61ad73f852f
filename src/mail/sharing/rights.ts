// What a caller may do with the mailboxes of somebody else's account: its own grants and those of its groups, joined
// (RFC 9670, RFC 4314).
import {
  type Account,
  type AccountId,
  type ChangeId,
  type DocumentId,
  grantHead,
  grantsFor,
  Right,
} from '../../account/index.ts';

export interface SharedRights {
  /** Bits of `Right` by container; containers without any are absent. */
  readonly rights: ReadonlyMap<DocumentId, number>;
  /** Last change of the account that moved them. */
  readonly movedAt: ChangeId;
}

/** Rights of these accounts together on the containers of an account. */
export function sharedRights(account: Account, grantees: readonly AccountId[]): Promise<SharedRights> {
  return account.read(async (reader) => {
    const [grants, heads] = await Promise.all([
      Promise.all(grantees.map((grantee) => grantsFor(reader, grantee))),
      Promise.all(grantees.map((grantee) => grantHead(reader, grantee))),
    ]);
    const rights = new Map<DocumentId, number>();
    for (const own of grants)
      for (const [container, bits] of own) rights.set(container, (rights.get(container) ?? 0) | bits);
    return { rights, movedAt: Math.max(0, ...heads) };
  });
}

/** The mailbox and what is in it can be read. */
export const READABLE = Right.Read | Right.ReadItems;

export const hasRights = (held: number | undefined, wanted: number): boolean =>
  ((held ?? 0) & wanted) === wanted;
