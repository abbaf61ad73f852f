// The order of SORT (RFC 5256 §3, display names RFC 5957): keys are read once, and ties keep the mailbox's order.
import type { Cursor } from '../../formats/imap/index.ts';
import { textForm } from '../../formats/mime/index.ts';
import type { MailboxSession } from '../session.ts';
import { sortInTurns } from './sort-in-turns.ts';
import type { Envelope } from './envelope.ts';
import { eachContent, Need } from './load.ts';
import { type Content, fold } from './text.ts';

const SORT_KEYS = [
  'ARRIVAL',
  'CC',
  'DATE',
  'FROM',
  'SIZE',
  'SUBJECT',
  'TO',
  'DISPLAYFROM',
  'DISPLAYTO',
] as const;
type SortField = (typeof SORT_KEYS)[number];

export interface SortKey {
  readonly field: SortField;
  readonly reverse: boolean;
}

const MAX_KEYS = 20;

/** `(REVERSE DATE SUBJECT)`. */
export function parseSortKeys(cursor: Cursor): SortKey[] {
  const keys = cursor.list(
    () => {
      let word = cursor.word('sort key');
      const reverse = word === 'REVERSE';
      if (reverse) {
        cursor.space();
        word = cursor.word('sort key');
      }
      const field = SORT_KEYS.find((one) => one === word);
      return field === undefined ? cursor.fail('unknown sort key') : { field, reverse };
    },
    { empty: false },
  );
  return keys.length > MAX_KEYS ? cursor.fail('too many sort keys') : keys;
}

/** The members in order. */
export async function sort(
  session: MailboxSession,
  indexes: Uint32Array,
  keys: readonly SortKey[],
): Promise<Uint32Array> {
  const columns = await columnsOf(session, indexes, keys);
  const compare = comparison(keys, columns);
  const places = Array.from(indexes, (_, place) => place);
  const order = await sortInTurns(places, compare, session.slice);
  return Uint32Array.from(order, (place) => indexes[place] as number);
}

type Column = ArrayLike<number> | readonly string[];

/** Compares places by the keys, then by themselves. */
function comparison(keys: readonly SortKey[], columns: readonly Column[]): (a: number, b: number) => number {
  const signs = keys.map(({ reverse }) => (reverse ? -1 : 1));
  // hot: per step of a sort
  return (a, b) => {
    for (let k = 0; k < columns.length; k++) {
      const column = columns[k] as Column;
      const x = column[a] as string | number;
      const y = column[b] as string | number;
      if (x !== y) return x < y ? -(signs[k] as number) : (signs[k] as number);
    }
    return a - b;
  };
}

/** One column of comparable values for each key, in step with the indexes; members that are gone keep nothing. */
async function columnsOf(
  session: MailboxSession,
  indexes: Uint32Array,
  keys: readonly SortKey[],
): Promise<Column[]> {
  const { view, members } = session.selected;
  const numbers = (of: ArrayLike<number>): Float64Array =>
    Float64Array.from(indexes, (index) => of[members.rows[index] as number] as number);
  const columns = keys.map(({ field }): Float64Array | string[] => {
    // Where there is no Date field, the arrival stands for it.
    if (field === 'ARRIVAL' || field === 'DATE') return numbers(view.received);
    if (field === 'SIZE') return numbers(view.sizes);
    return Array.from(indexes, () => '');
  });
  if (keys.every(({ field }) => field === 'ARRIVAL' || field === 'SIZE')) return columns;
  let place = 0;
  await eachContent(session, indexes, { need: Need.envelope }, (content) => {
    while (indexes[place] !== content.index) place++;
    for (let k = 0; k < keys.length; k++) {
      const { field } = keys[k] as SortKey;
      const column = columns[k];
      if (column instanceof Float64Array) {
        if (field === 'DATE' && content.sent !== null) column[place] = content.sent;
      } else if (column !== undefined) {
        column[place] = textOf(field as TextField, content);
      }
    }
  });
  return columns;
}

type TextField = Exclude<SortField, 'ARRIVAL' | 'SIZE' | 'DATE'>;

function textOf(field: TextField, content: Content): string {
  if (field === 'SUBJECT') return content.baseSubject;
  return content.fact(field, () => {
    const { envelope } = content;
    switch (field) {
      case 'DISPLAYFROM':
        return displayName(envelope, 'from');
      case 'DISPLAYTO':
        return displayName(envelope, 'to');
      case 'CC':
        return firstMailbox(envelope, 'cc');
      case 'FROM':
        return firstMailbox(envelope, 'from');
      case 'TO':
        return firstMailbox(envelope, 'to');
    }
  });
}

const first = (envelope: Envelope, field: 'from' | 'to' | 'cc') =>
  envelope.addresses(field).find(({ host }) => host !== undefined);

const firstMailbox = (envelope: Envelope, field: 'from' | 'to' | 'cc'): string =>
  fold(textForm(first(envelope, field)?.mailbox ?? ''));

/** RFC 5957 §3: the name, or the address where there is none. */
function displayName(envelope: Envelope, field: 'from' | 'to'): string {
  const address = first(envelope, field);
  if (address === undefined) return '';
  const name = address.name === undefined ? '' : textForm(address.name);
  return fold(name === '' ? `${address.mailbox ?? ''}@${address.host ?? ''}` : name);
}
