// Email/query and Email/queryChanges (RFC 8621 §4.4, §4.5). The columns in memory answer everything but text, which
// is asked of the search store first, and header fields, which are read for the e-mails that the rest leaves over.
import { type Account, DataType, type LogEntry } from '../../account/index.ts';
import { decodeId, encodeId } from '../../base/index.ts';
import { emailQueryArgs, emailQueryChangesArgs } from '../../formats/jmap/index.ts';
import type { MailAccount, MailView } from '../mail-port.ts';
import { type Call, type JmapMethod, method, URN } from '../method.ts';
import { changesSince } from '../changes.ts';
import { MethodError } from '../errors.ts';
import { type AskedQuery, MAX_ENTRIES, queryChangesResult, queryState } from '../query-state.ts';
import { JsonText } from '../result.ts';
import type { MailServices } from '../services.ts';
import { emailSight, threadsOf } from '../sight.ts';
import { queryWindow } from '../window.ts';
import { type ColdAnswers, evaluate, type Mask } from './evaluate.ts';
import { type EmailFilter, type EmailTest, mutabilityOf, readEmailFilter, testsOf } from './filter.ts';
import { type ColdKeys, collapse, orderRows } from './order.ts';
import { scanCold, sortKeys } from './scan.ts';
import { type EmailSort, readEmailSort } from './sort.ts';

interface EmailQuery {
  readonly filter: EmailFilter | null;
  readonly sort: readonly EmailSort[];
  readonly collapseThreads: boolean;
  /** As the client sent it. */
  readonly asked: AskedQuery;
}

interface QueryArguments {
  readonly filter: unknown;
  readonly sort: unknown;
  readonly collapseThreads: boolean;
}

export function emailQueryMethods(services: MailServices): JmapMethod[] {
  return [
    method({
      name: 'Email/query',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapEmailQuery',
      args: emailQueryArgs,
      handle: async (call, args) => {
        const query = readQuery(args, call);
        const { ids, state } = await runQuery(
          query,
          services.account(call.accountId, call.token),
          services,
          call,
        );
        const { start, end, limit } = queryWindow(
          args,
          ids.length,
          (anchor) => ids.indexOf(decodeId(anchor) ?? 0),
          call.request.limits.maxQueryResults,
        );
        let list = '';
        for (let i = start; i < end; i++) list += `${i === start ? '' : ','}"${encodeId(ids[i] as number)}"`;
        const total = args.calculateTotal ? `,"total":${ids.length}` : '';
        const lowered = limit === undefined ? '' : `,"limit":${limit}`;
        return new JsonText([
          `{"accountId":${JSON.stringify(call.accountText)},"queryState":"${state}","canCalculateChanges":true,"position":${start},"ids":[`,
          `${list}]${total}${lowered}}`,
        ]);
      },
    }),
    method({
      name: 'Email/queryChanges',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapEmailQueryChanges',
      args: emailQueryChangesArgs,
      handle: async (call, args) => {
        const query = readQuery(args, call);
        const mail = services.account(call.accountId, call.token);
        const { ids, state, view } = await runQuery(query, mail, services, call);
        const mutable = mutabilityOf(query.filter, query.sort, query.collapseThreads);
        const widen = mutable.thread
          ? {
              widen: (entries: readonly LogEntry[], since: string) =>
                touchedThreads(mail.account, since, entries, view),
            }
          : {};
        return queryChangesResult(
          call,
          mail.account,
          DataType.Email,
          args,
          {
            state,
            ids,
            mutable: mutable.email,
            ...widen,
          },
          await emailSight(mail),
        );
      },
    }),
  ];
}

function readQuery({ filter, sort, collapseThreads }: QueryArguments, call: Call): EmailQuery {
  return {
    filter: readEmailFilter(filter, call.request),
    sort: readEmailSort(sort),
    collapseThreads,
    asked: { filter, sort },
  };
}

/** All results in order, as document ids, with the view they were taken from. */
async function runQuery(
  query: EmailQuery,
  mail: MailAccount,
  services: MailServices,
  call: Call,
): Promise<{ ids: Uint32Array; state: string; view: MailView }> {
  const { slice } = call.request;
  const tests = [...testsOf(query.filter)];
  const found = await searchTexts(tests, mail);
  const scans = tests.filter(({ kind }) => kind === 'header' || kind === 'sent');
  const coldSorts = query.sort.filter(({ kind }) => COLD_SORTS.has(kind));
  const view = await mail.view();
  const answers = new Map<EmailTest, Mask>([...found].map(([test, ids]) => [test, maskOf(ids, view)]));
  let keys: ColdKeys = new Map();
  if (scans.length > 0 || coldSorts.length > 0) {
    const candidates = await evaluate(
      query.filter,
      view,
      favourable(query.filter, scans, answers, view.count),
      slice,
    );
    const blobs = services.blobs.reads;
    for (const [test, mask] of await scanCold(scans, candidates, view, mail, blobs, slice))
      answers.set(test, mask);
    keys = await sortKeys(coldSorts, candidates, view, mail, blobs, slice);
  }
  const mask = await evaluate(query.filter, view, answers, slice);
  const rows = await orderRows(mask, query.sort, view, keys, slice);
  const shown = query.collapseThreads ? collapse(rows, view) : rows;
  return {
    ids: idsOf(shown, view),
    state: queryState(view.head, DataType.Email, query.asked, query.collapseThreads),
    view,
  };
}

const COLD_SORTS: ReadonlySet<EmailSort['kind']> = new Set(['sent', 'from', 'to', 'cc', 'subject']);

function idsOf(rows: Uint32Array, view: MailView): Uint32Array {
  const ids = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) ids[i] = view.ids[rows[i] as number] as number;
  return ids;
}

async function searchTexts(
  tests: readonly EmailTest[],
  mail: MailAccount,
): Promise<Map<EmailTest, readonly number[]>> {
  const texts = tests.filter((test) => test.kind === 'text');
  const results = await Promise.all(texts.map(({ field, value }) => mail.search({ field, value })));
  return new Map(texts.map((test, i) => [test, results[i] ?? []]));
}

function maskOf(ids: readonly number[], view: MailView): Mask {
  const mask = new Uint8Array(view.count);
  for (const id of ids) {
    const row = view.row(id);
    if (row >= 0) mask[row] = 1;
  }
  return mask;
}

/**
 * Answers under which no e-mail is left out that could match: tests still to be scanned hold everywhere, or
 * nowhere below an odd number of NOTs.
 */
function favourable(
  filter: EmailFilter | null,
  scans: readonly EmailTest[],
  answers: ColdAnswers,
  count: number,
): ColdAnswers {
  const all = new Map(answers);
  const open = new Set(scans);
  const visit = (part: EmailFilter, negated: boolean): void => {
    if ('condition' in part) {
      for (const test of part.condition) {
        if (open.has(test)) all.set(test, new Uint8Array(count).fill(negated ? 0 : 1));
      }
    } else {
      for (const inner of part.conditions) visit(inner, negated !== (part.operator === 'NOT'));
    }
  };
  if (filter) visit(filter, false);
  return all;
}

/** Every e-mail of the threads that were touched: which a destroyed e-mail was in, the log of threads knows. */
async function touchedThreads(
  account: Account,
  sinceState: string,
  entries: readonly LogEntry[],
  view: MailView,
): Promise<number[]> {
  const { changes } = await changesSince(account, DataType.Thread, sinceState, MAX_ENTRIES);
  if (changes.hasMore)
    throw new MethodError('cannotCalculateChanges', 'Too much has changed since that state.');
  const threads = threadsOf(entries, view);
  for (const { id } of changes.entries) threads.add(id);
  const touched: number[] = [];
  for (const thread of threads) {
    const rows = view.threadRows(thread);
    for (let i = 0; i < rows.length; i++) touched.push(view.ids[rows[i] as number] as number);
  }
  return touched;
}
