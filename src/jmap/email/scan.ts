// Tests and sort keys that columns do not hold: header fields, read from the e-mails that may match, in batches.
import { asBuffer, type Slice } from '../../base/index.ts';
import {
  addressesForm,
  baseSubject,
  type EmailAddress,
  lastField,
  type Message,
  parseDate,
  textForm,
  valueOctets,
} from '../../formats/mime/index.ts';
import type { BlobReads } from '../blobs.ts';
import type { ColdRecord, MailAccount, MailView } from '../mail-port.ts';
import type { Mask } from './evaluate.ts';
import type { EmailTest } from './filter.ts';
import { rowsOf, type SortColumn } from './order.ts';
import type { Collation, EmailSort } from './sort.ts';

/** E-mails read at once. */
const BATCH = 500;

/** The header of one e-mail: its fields and the bytes they lie in. */
interface Header {
  readonly message: Message;
  readonly bytes: Uint8Array;
  readonly base: number;
}

/** Runs the tests on the rows of the mask; other rows are answered no. */
export async function scanCold(
  tests: readonly EmailTest[],
  candidates: Mask,
  view: MailView,
  mail: MailAccount,
  blobs: BlobReads,
  slice: Slice,
): Promise<Map<EmailTest, Mask>> {
  const answers = new Map(tests.map((test) => [test, new Uint8Array(view.count)]));
  if (tests.length === 0) return answers;
  await eachHeader(rowsOf(candidates), view, mail, blobs, slice, (row, header) => {
    for (const [test, mask] of answers) if (headerHolds(test, header)) mask[row] = 1;
  });
  return answers;
}

function headerHolds(test: EmailTest, { message, bytes, base }: Header): boolean {
  const { fields } = message.parts[0];
  if (test.kind === 'sent') {
    const field = lastField(fields, 'date');
    const date = field ? parseDate(valueOctets(bytes, field, base)) : null;
    return date !== null && date.time >= test.from && date.time < test.to;
  }
  if (test.kind !== 'header') return false;
  const { name, value } = test;
  return fields.some(
    (field) =>
      field.key === name &&
      (value === undefined ||
        textForm(valueOctets(bytes, field, base))
          .toLowerCase()
          .includes(value)),
  );
}

/** Keys for sorts by header fields, for the rows of the mask. */
export async function sortKeys(
  sorts: readonly EmailSort[],
  candidates: Mask,
  view: MailView,
  mail: MailAccount,
  blobs: BlobReads,
  slice: Slice,
): Promise<Map<EmailSort, SortColumn>> {
  if (sorts.length === 0) return new Map();
  const columns = new Map<EmailSort, number[] | string[]>(
    sorts.map((sort) => [
      sort,
      sort.kind === 'sent'
        ? Array.from({ length: view.count }, () => 0)
        : Array.from({ length: view.count }, () => ''),
    ]),
  );
  await eachHeader(rowsOf(candidates), view, mail, blobs, slice, (row, header) => {
    for (const [sort, column] of columns) column[row] = sortKey(sort, header);
  });
  return columns;
}

function sortKey(sort: EmailSort, { message, bytes, base }: Header): number | string {
  const { fields } = message.parts[0];
  if (sort.kind === 'sent') {
    const field = lastField(fields, 'date');
    return (field && parseDate(valueOctets(bytes, field, base))?.time) ?? 0;
  }
  if (sort.kind !== 'from' && sort.kind !== 'to' && sort.kind !== 'cc' && sort.kind !== 'subject') return 0;
  const field = lastField(fields, sort.kind);
  if (!field) return '';
  const octets = valueOctets(bytes, field, base);
  return collate(
    sort.kind === 'subject' ? baseSubject(textForm(octets)) : firstName(addressesForm(octets)),
    sort.collation,
  );
}

/** RFC 8621 §4.4.2: the name of the first address, or the address itself. */
const firstName = ([first]: readonly EmailAddress[]): string => first?.name || first?.email || '';

/** A text whose order by code unit is that of the collation (RFC 4790, RFC 5051). */
function collate(text: string, collation: Collation): string | number {
  if (collation === 'i;ascii-casemap') return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
  if (collation === 'i;ascii-numeric') {
    const digits = /^[0-9]{1,15}/.exec(text)?.[0];
    // RFC 4790 §9.1: what begins with no digit stands behind all numbers.
    return digits === undefined ? Infinity : Number(digits);
  }
  return text.normalize('NFKD').toUpperCase();
}

async function eachHeader(
  rows: Uint32Array,
  view: MailView,
  mail: MailAccount,
  blobs: BlobReads,
  slice: Slice,
  use: (row: number, header: Header) => void,
): Promise<void> {
  const ids = Array.from(rows, (row) => view.ids[row] as number);
  for (let start = 0; start < ids.length; start += BATCH) {
    const records = await mail.cold(ids.slice(start, start + BATCH));
    const headers = await Promise.all(records.map(async (record) => record && readHeader(record, blobs)));
    for (const [i, header] of headers.entries()) {
      if (header) use(rows[start + i] as number, header);
      if (slice.due()) await slice.pause();
    }
  }
}

async function readHeader({ hash, message }: ColdRecord, blobs: BlobReads): Promise<Header> {
  const { headerOffset, bodyOffset } = message.parts[0];
  const bytes = await blobs.read(hash, { offset: headerOffset, length: bodyOffset - headerOffset });
  return { message, bytes: asBuffer(bytes ?? new Uint8Array()), base: headerOffset };
}
