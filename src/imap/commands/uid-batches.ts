// UIDBATCHES (RFC 10022): ranges of UIDs that hold about so many messages each, newest first.
import type { Cursor } from '../../formats/imap/index.ts';
import { announceNew } from '../announce.ts';
import { done, type ImapOperation, whenSelected } from '../operation.ts';
import { no, Refusal } from '../reply.ts';

interface Args {
  readonly size: number;
  /** Which batches, counted from 1; all without. */
  readonly from: number;
  readonly to: number;
}

export const uidBatchesOperations: readonly ImapOperation[] = [
  whenSelected({
    name: 'UIDBATCHES',
    permission: 'imapSearch',
    parse,
    handle: (session, { size, from, to }, { tag }) => {
      const { selected, options } = session;
      selected.requireThere();
      const { minUidBatchSize, maxUidBatches } = options.settings();
      if (size < minUidBatchSize) {
        throw new Refusal(no(`A batch has ${minUidBatchSize} messages at least.`, 'TOOFEW'));
      }
      announceNew(session);
      const { uids, count } = selected.members;
      const last = Math.min(to, Math.ceil(count / size));
      if (last - from + 1 > maxUidBatches) {
        throw new Refusal(no(`There are more than ${maxUidBatches} batches.`, 'TOOMANY'));
      }
      const ranges: string[] = [];
      for (let batch = from; batch <= last; batch++) {
        ranges.push(`${highest(uids, count, size, batch)}:${lowest(uids, count, size, batch)}`);
      }
      session.untagged(`UIDBATCHES (TAG "${tag}")${ranges.length > 0 ? ` ${ranges.join(',')}` : ''}`);
      return done('Those are the batches.');
    },
  }),
];

function parse(cursor: Cursor): Args {
  cursor.space();
  const size = cursor.nzNumber();
  if (!cursor.spaceBeforeMore()) return { size, from: 1, to: Infinity };
  const from = cursor.nzNumber();
  cursor.expect(':');
  const to = cursor.nzNumber();
  return from <= to ? { size, from, to } : cursor.fail('the range goes backwards', 'CLIENTBUG');
}

/** The batches tile all UIDs down to 1, so that each begins right below the one before it. */
function highest(uids: ArrayLike<number>, count: number, size: number, batch: number): number {
  return batch === 1 ? (uids[count - 1] as number) : lowest(uids, count, size, batch - 1) - 1;
}

function lowest(uids: ArrayLike<number>, count: number, size: number, batch: number): number {
  const index = count - batch * size;
  return index <= 0 ? 1 : (uids[index] as number);
}
