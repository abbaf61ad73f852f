// The order of SORT (RFC 5256 §3, display names RFC 5957): keys are read once, and ties keep the mailbox's order.
import type { Cursor } from '../../formats/imap/index.ts';
import { baseSubject, textForm } from '../../formats/mime/index.ts';
import type { MailboxSession } from '../session.ts';
import { sortInTurns } from './sort-in-turns.ts';
import type { Envelope } from './envelope.ts';
import { contents, Need } from './load.ts';
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

/** The members in order. Those that vanish meanwhile keep their place at the end. */
export async function sort(
  session: MailboxSession,
  indexes: Uint32Array,
  keys: readonly SortKey[],
): Promise<Uint32Array> {
  const values = await valuesOf(session, indexes, keys);
  const compare = (a: number, b: number): number => {
    for (const [k, { reverse }] of keys.entries()) {
      const column = values[k] as readonly (string | number)[];
      const x = column[a] as string | number;
      const y = column[b] as string | number;
      if (x !== y) return x < y === reverse ? 1 : -1;
    }
    return a - b;
  };
  const places = Array.from(indexes, (_, place) => place);
  const order = await sortInTurns(places, compare, session.slice);
  return Uint32Array.from(order, (place) => indexes[place] as number);
}

/** One column of comparable values for each key, in step with the indexes. */
async function valuesOf(
  session: MailboxSession,
  indexes: Uint32Array,
  keys: readonly SortKey[],
): Promise<(string | number)[][]> {
  const { view, members } = session.selected;
  const row = (index: number): number => members.rows[index] as number;
  const columns = keys.map(({ field }) => {
    if (field === 'ARRIVAL') return Array.from(indexes, (index) => view.received[row(index)] as number);
    if (field === 'SIZE') return Array.from(indexes, (index) => view.sizes[row(index)] as number);
    return undefined;
  });
  const open = keys.flatMap(({ field }, k) => (columns[k] === undefined ? [{ field, k }] : []));
  const read = open.map((): (string | number)[] => []);
  if (open.length > 0) {
    for await (const content of contents(session, indexes, Need.envelope)) {
      for (const [at, { field }] of open.entries()) {
        (read[at] as (string | number)[]).push(
          valueOf(field, content, view.received[row(content.index)] as number),
        );
      }
    }
  }
  return keys.map(
    (_, k) => columns[k] ?? (read[open.findIndex((one) => one.k === k)] as (string | number)[]),
  );
}

function valueOf(field: SortField, { envelope }: Content, received: number): string | number {
  switch (field) {
    case 'DATE':
      return sentTime(envelope, received);
    case 'SUBJECT':
      return fold(baseSubject(envelope.subject ?? ''));
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
    case 'ARRIVAL':
    case 'SIZE':
      return received;
  }
}

/** The sent date in UTC, or the arrival where there is none (RFC 5256 §2.2). */
export const sentTime = (envelope: Envelope, received: number): number => envelope.date?.time ?? received;

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
