// Brings what is held of an account in memory to the present: the head says whether anything moved, the change log says
// what, and the records of that alone are read (architecture.md §5: nothing is read stale). Without anything to start
// from, or when the log does not reach back, the columns are built from all hot records.
import {
  type Account,
  type AccountReader,
  DataType,
  type DocumentId,
  type LogRecord,
} from '../../account/index.ts';
import { emit, Slice } from '../../base/index.ts';
import { keys, type ReadView } from '../../store/index.ts';
import '../events.ts';
import { allMailboxes, documentOf } from '../default-folders.ts';
import { keywordAt, keywordCount, mailboxAt, membershipCount } from '../records/email.ts';
import { decodeKeywords, type KeywordTable } from '../records/keywords.ts';
import { decodeMailbox } from '../records/mailbox.ts';
import { keywordsKey } from '../records/rows.ts';
import type { MailboxInfo } from '../types.ts';
import { type Columns, ColumnsEdit, mailboxesOf, noColumns, rowOf } from './columns.ts';
import { ColumnView } from './view.ts';

/** An account at one change. */
export interface Moment {
  readonly columns: Columns;
  readonly view: ColumnView;
}

/** Records read at once: well below a turn of the event loop. */
const BATCH = 128;
/** Rows of a page when all hot records are read. */
const PAGE = 256;
/** Log records read to catch up; past that, building anew is quicker. */
const MAX_LOG = 5000;

/** The account as it is now. `load` gives columns from elsewhere to begin with when there is no moment yet. */
export async function advance(
  account: Account,
  data: ReadView,
  before: Moment | undefined,
  load: () => Promise<Columns | undefined>,
): Promise<Moment> {
  const slice = new Slice();
  const moment = await newest(account, data, before, load, slice);
  if (moment !== before) await moment.view.prepareOrder(before?.view, slice);
  return moment;
}

async function newest(
  account: Account,
  data: ReadView,
  before: Moment | undefined,
  load: () => Promise<Columns | undefined>,
  slice: Slice,
): Promise<Moment> {
  const next = await catchUp(account, before?.columns, before?.view, slice);
  if (next) return next.columns === before?.columns ? before : next;
  const loaded = await load();
  if (loaded) {
    const moment = await catchUp(account, loaded, undefined, slice);
    if (moment) return moment;
  }
  for (;;) {
    const columns = await buildColumns(account, data, slice);
    const moment = await catchUp(account, columns, undefined, slice);
    if (moment) return moment;
  }
}

/** Undefined when the columns have to be built anew. */
async function catchUp(
  account: Account,
  columns: Columns | undefined,
  view: ColumnView | undefined,
  slice: Slice,
): Promise<Moment | undefined> {
  if (!columns) return undefined;
  return account.read(async (reader) => {
    const { head } = reader;
    if (head.epoch !== columns.epoch || head.change < columns.change) return undefined;
    if (head.change === columns.change && view) return { columns, view };
    const log = head.change === columns.change ? [] : await account.log(columns.change, MAX_LOG);
    if (!log || log.length === MAX_LOG) return undefined;
    const touched = touchedBy(log);
    const edit = new ColumnsEdit(columns);
    const mailboxes = touched.mailboxes;
    let { keywords } = columns;
    const emails = [...touched.emails].sort((a, b) => a - b);
    for (let start = 0; start < emails.length; start += BATCH) {
      const ids = emails.slice(start, start + BATCH);
      const rows = await reader.getMany(ids.map((id) => keys.documentKey(account.id, DataType.Email, id)));
      for (const [i, id] of ids.entries()) {
        const row = rows[i];
        const old = rowOf(columns, id);
        if (old >= 0) for (const mailbox of mailboxesOf(columns, old)) mailboxes.add(mailbox);
        if (row) {
          for (let at = 0; at < membershipCount(row); at++) mailboxes.add(mailboxAt(row, at));
          if (!knowsKeywords(keywords, row)) keywords = await readKeywords(reader);
        }
        if (!edit.put(id, row)) return undefined;
      }
      if (slice.due()) await slice.pause();
    }
    const infos = view
      ? await changedMailboxes(reader, view.mailboxes, [...mailboxes])
      : await readMailboxes(reader);
    const next = edit.finish(head.change, head.epoch, keywords);
    return { columns: next, view: new ColumnView(next, head, infos, view) };
  });
}

function touchedBy(log: readonly LogRecord[]): { emails: Set<DocumentId>; mailboxes: Set<DocumentId> } {
  const emails = new Set<DocumentId>();
  const mailboxes = new Set<DocumentId>();
  for (const { entries } of log) {
    for (const { type, id } of entries) {
      if (type === DataType.Email) emails.add(id);
      else if (type === DataType.Mailbox) mailboxes.add(id);
    }
  }
  return { emails, mailboxes };
}

function knowsKeywords(table: KeywordTable, row: Uint8Array): boolean {
  const count = keywordCount(row);
  return count === 0 || table.has(keywordAt(row, count - 1));
}

const readKeywords = async (reader: AccountReader): Promise<KeywordTable> =>
  decodeKeywords(await reader.get(keywordsKey(reader.id)));

async function readMailboxes(reader: AccountReader): Promise<Map<DocumentId, MailboxInfo>> {
  const infos = new Map<DocumentId, MailboxInfo>();
  for (const [id, record] of await allMailboxes(reader)) infos.set(id, { ...record, id });
  return infos;
}

async function changedMailboxes(
  reader: AccountReader,
  before: ReadonlyMap<DocumentId, MailboxInfo>,
  ids: readonly DocumentId[],
): Promise<ReadonlyMap<DocumentId, MailboxInfo>> {
  if (ids.length === 0) return before;
  const rows = await reader.getMany(ids.map((id) => keys.documentKey(reader.id, DataType.Mailbox, id)));
  const infos = new Map(before);
  let added = false;
  for (const [i, id] of ids.entries()) {
    const row = rows[i];
    if (!row) {
      infos.delete(id);
      continue;
    }
    if (!infos.has(id)) added = true;
    infos.set(id, { ...decodeMailbox(row), id });
  }
  return added ? new Map([...infos].sort(([a], [b]) => a - b)) : infos;
}

/** Columns of all hot records. Rows that change meanwhile may be newer: catching up from the head read first follows. */
async function buildColumns(account: Account, data: ReadView, slice: Slice): Promise<Columns> {
  const start = performance.now();
  const range = keys.documentRange(account.id, DataType.Email);
  const { head, keywords } = await account.read(async (reader) => ({
    head: reader.head,
    keywords: await readKeywords(reader),
  }));
  const edit = new ColumnsEdit(noColumns(head.change, head.epoch, keywords));
  for (let after: Uint8Array | undefined; ; ) {
    const page = await data.scan(range, { limit: PAGE, ...(after && { after }) });
    for (const [i, key] of page.keys.entries()) edit.put(documentOf(key), page.values[i]);
    if (!page.next) break;
    after = page.next;
    if (slice.due()) await slice.pause();
  }
  const ms = performance.now() - start;
  emit('mail.columns-built', { account: account.id, emails: edit.count, ms }, 'debug');
  return edit.finish(head.change, head.epoch, keywords);
}
