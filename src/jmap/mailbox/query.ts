// Mailbox/query and Mailbox/queryChanges (RFC 8621 §2.3, §2.4).
import { DataType } from '../../account/index.ts';
import { decodeId, encodeId } from '../../base/index.ts';
import {
  type Comparator,
  type Filter,
  type Json,
  type JsonObject,
  mailboxQueryArgs,
  mailboxQueryChangesArgs,
  readFilter,
  readSort,
  wrong,
} from '../../formats/jmap/index.ts';
import { type RequestContext, realId } from '../context.ts';
import { MethodError } from '../errors.ts';
import type { MailboxInfo, MailView } from '../mail-port.ts';
import { type Call, type JmapMethod, method, URN } from '../method.ts';
import { queryChangesResult, queryState } from '../query-state.ts';
import type { MailServices } from '../services.ts';
import { mailboxSight } from '../sight.ts';
import { queryWindow } from '../window.ts';

type MailboxTest = (mailbox: MailboxInfo, call: Call) => boolean;

interface MailboxQuery {
  readonly filter: unknown;
  readonly sort: unknown;
  readonly sortAsTree: boolean;
  readonly filterAsTree: boolean;
}

export function mailboxQueryMethods(services: MailServices): JmapMethod[] {
  return [
    method({
      name: 'Mailbox/query',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapMailboxQuery',
      args: mailboxQueryArgs,
      handle: async (call, args) => {
        const { ids, state } = runQuery(
          call,
          args,
          await services.account(call.accountId, call.token).view(),
        );
        const { start, end, limit } = queryWindow(
          args,
          ids.length,
          (anchor) => ids.indexOf(decodeId(anchor) ?? -1),
          call.request.limits.maxQueryResults,
        );
        return {
          accountId: call.accountText,
          queryState: state,
          canCalculateChanges: true,
          position: start,
          ids: ids.slice(start, end).map(encodeId),
          ...(args.calculateTotal && { total: ids.length }),
          ...(limit !== undefined && { limit }),
        };
      },
    }),
    method({
      name: 'Mailbox/queryChanges',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapMailboxQueryChanges',
      args: mailboxQueryChangesArgs,
      handle: async (call, args) => {
        const mail = services.account(call.accountId, call.token);
        const view = await mail.view();
        const { ids, state } = runQuery(call, args, view);
        // In a tree the place of one mailbox depends on all above it.
        const tree = args.sortAsTree || args.filterAsTree;
        const widen = tree
          ? { widen: (entries: readonly unknown[]) => (entries.length > 0 ? view.mailboxes.keys() : []) }
          : {};
        return queryChangesResult(
          call,
          mail.account,
          DataType.Mailbox,
          args,
          {
            state,
            ids,
            mutable: true,
            ...widen,
          },
          await mailboxSight(mail),
        );
      },
    }),
  ];
}

/** All results in order, and the state of the query. */
function runQuery(call: Call, query: MailboxQuery, view: MailView): { ids: number[]; state: string } {
  const filter = readFilter(query.filter, (condition, at) => readCondition(condition, at, call.request));
  const compare = comparison(readSort(query.sort));
  const matching = new Set<number>();
  for (const mailbox of view.mailboxes.values()) if (matches(filter, mailbox, call)) matching.add(mailbox.id);
  const order = query.sortAsTree
    ? treeOrder(view, compare)
    : [...view.mailboxes.values()].sort(compare).map(({ id }) => id);
  const shown = query.filterAsTree
    ? (id: number) => wholePath(id, view, matching)
    : (id: number) => matching.has(id);
  return {
    ids: order.filter(shown),
    state: queryState(view.head, DataType.Mailbox, query, query.sortAsTree, query.filterAsTree),
  };
}

function matches(filter: Filter<readonly MailboxTest[]> | null, mailbox: MailboxInfo, call: Call): boolean {
  if (!filter) return true;
  if ('condition' in filter) return filter.condition.every((test) => test(mailbox, call));
  const { operator, conditions } = filter;
  if (operator === 'AND') return conditions.every((inner) => matches(inner, mailbox, call));
  return conditions.some((inner) => matches(inner, mailbox, call)) === (operator === 'OR');
}

function readCondition(condition: JsonObject, at: string, request: RequestContext): MailboxTest[] {
  return Object.keys(condition).map((name) => {
    const read = Object.hasOwn(CONDITIONS, name) ? CONDITIONS[name] : undefined;
    if (!read) throw new MethodError('unsupportedFilter', `${at}/${name}: there is no such condition`);
    return read(condition[name] as Json, `${at}/${name}`, request);
  });
}

const boolean = (value: Json, at: string): boolean =>
  typeof value === 'boolean' ? value : wrong(at, 'must be true or false');

const CONDITIONS: Readonly<
  Record<string, (value: Json, at: string, request: RequestContext) => MailboxTest>
> = {
  parentId: (value, at, request) => {
    if (value !== null && typeof value !== 'string') return wrong(at, 'must be an id or null');
    const real = value === null ? undefined : realId(request, value);
    const parent = value === null ? 0 : decodeId(real ?? '');
    return (mailbox) => mailbox.parentId === parent;
  },
  name: (value, at) => {
    if (typeof value !== 'string') return wrong(at, 'must be a string');
    const part = fold(value);
    return (mailbox) => fold(mailbox.name).includes(part);
  },
  role: (value, at) => {
    if (value !== null && typeof value !== 'string') return wrong(at, 'must be a role or null');
    return (mailbox) => mailbox.role === value;
  },
  hasAnyRole: (value, at) => {
    const has = boolean(value, at);
    return (mailbox) => (mailbox.role !== null) === has;
  },
  isSubscribed: (value, at) => {
    const is = boolean(value, at);
    return (mailbox, call) => mailbox.subscribers.includes(call.token.account) === is;
  },
};

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

type Compare = (a: MailboxInfo, b: MailboxInfo) => number;

function comparison(sort: readonly Comparator[]): Compare {
  const keys = sort.map(({ property, isAscending, collation }, i): Compare => {
    if (
      collation !== null &&
      !['i;ascii-numeric', 'i;ascii-casemap', 'i;unicode-casemap'].includes(collation)
    ) {
      throw new MethodError('unsupportedSort', `sort/${i}/collation: is not known`);
    }
    const sign = isAscending ? 1 : -1;
    if (property === 'sortOrder') return (a, b) => sign * (a.sortOrder - b.sortOrder);
    if (property === 'parentId') return (a, b) => sign * (a.parentId - b.parentId);
    if (property === 'name') return (a, b) => sign * compareText(fold(a.name), fold(b.name));
    throw new MethodError(
      'unsupportedSort',
      `sort/${i}/property: ${property.slice(0, 100)} is no sort property`,
    );
  });
  return (a, b) => {
    for (const key of keys) {
      const order = key(a, b);
      if (order !== 0) return order;
    }
    return a.id - b.id;
  };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Each mailbox followed by its children, siblings in order. */
function treeOrder(view: MailView, compare: Compare): number[] {
  const children = new Map<number, MailboxInfo[]>();
  for (const mailbox of view.mailboxes.values()) {
    const list = children.get(mailbox.parentId);
    if (list) list.push(mailbox);
    else children.set(mailbox.parentId, [mailbox]);
  }
  const out: number[] = [];
  // Depth is bounded by `maxMailboxDepth`.
  const visit = (parent: number): void => {
    for (const mailbox of (children.get(parent) ?? []).sort(compare)) {
      out.push(mailbox.id);
      visit(mailbox.id);
    }
  };
  visit(0);
  return out;
}

/** True when the mailbox and all above it match. */
function wholePath(id: number, view: MailView, matching: ReadonlySet<number>): boolean {
  for (let at = id; at !== 0; at = view.mailboxes.get(at)?.parentId ?? 0) if (!matching.has(at)) return false;
  return true;
}
