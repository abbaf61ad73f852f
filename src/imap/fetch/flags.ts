// FETCH of flags, and of UIDs and flags, for many messages: what every client asks for when it looks for changes. A
// response is made of a few byte strings for each combination of flags, so that a message costs next to nothing.
import type { FetchItem } from '../../formats/imap/index.ts';
import type { MailboxSession } from '../session.ts';

/** How the items are told: UID before FLAGS, behind them, or not at all. */
export type FlagForm = 'uidFirst' | 'uidLast' | 'noUid';

/** Messages between two looks at the clock and at the peer's window. */
const BLOCK = 512;
/** Below this the general way is as good. */
const FEW = 16;

/** Undefined when there are other items. */
export function flagForm(items: readonly Pick<FetchItem, 'item'>[]): FlagForm | undefined {
  const [first, second] = items;
  if (items.length === 1) return first?.item === 'FLAGS' ? 'noUid' : undefined;
  if (items.length !== 2) return undefined;
  if (first?.item === 'UID' && second?.item === 'FLAGS') return 'uidFirst';
  return first?.item === 'FLAGS' && second?.item === 'UID' ? 'uidLast' : undefined;
}

interface Pieces {
  readonly middle: Uint8Array;
  readonly last: Uint8Array;
}

/** False when it cannot be done this way; nothing was written then. */
export async function fetchFlags(
  session: MailboxSession,
  form: FlagForm,
  indexes: Uint32Array,
): Promise<boolean> {
  if (indexes.length < FEW) return false;
  const { out, selected } = session;
  const { flags } = selected;
  const { uids } = selected.members;
  const masks = new Uint32Array(Math.min(BLOCK, indexes.length));
  const known = new Map<number, Pieces>();
  let mask = -1;
  let pieces = piecesOf(form, '');
  for (let from = 0; from < indexes.length; from += BLOCK) {
    const count = Math.min(BLOCK, indexes.length - from);
    if (!flags.masks(masks, count, from, indexes)) return false;
    // hot: per message
    for (let i = 0; i < count; i++) {
      const index = indexes[from + i] as number;
      if (masks[i] !== mask) {
        mask = masks[i] as number;
        pieces = known.get(mask) ?? piecesOf(form, flags.textOf(mask));
        known.set(mask, pieces);
      }
      const uid = form === 'noUid' ? -1 : (uids[index] as number);
      out.response(selected.numberOf(index), pieces.middle, uid, pieces.last);
    }
    const busy = session.breathe();
    if (busy) await busy;
  }
  return true;
}

function piecesOf(form: FlagForm, flags: string): Pieces {
  const octets = (text: string): Uint8Array => Buffer.from(text, 'latin1');
  switch (form) {
    case 'uidFirst':
      return { middle: octets(' FETCH (UID '), last: octets(` FLAGS (${flags}))\r\n`) };
    case 'uidLast':
      return { middle: octets(` FETCH (FLAGS (${flags}) UID `), last: octets(')\r\n') };
    case 'noUid':
      return { middle: octets(` FETCH (FLAGS (${flags}))\r\n`), last: octets('') };
  }
}
