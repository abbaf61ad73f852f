// Quota/get, /changes, /query and /queryChanges (RFC 9425 §4.2 to §4.5).
import { DataType, type LogEntry } from '../../account/index.ts';
import {
  type Comparator,
  type Filter,
  type Json,
  type JsonObject,
  type Quota,
  quotaChangesArgs,
  quotaGetArgs,
  quotaQueryArgs,
  quotaQueryChangesArgs,
  readFilter,
  readSort,
  wrong,
} from '../../formats/jmap/index.ts';
import { changesSince } from '../changes.ts';
import { realId } from '../context.ts';
import { MethodError } from '../errors.ts';
import { stateOf } from '../get.ts';
import { type Call, type JmapMethod, method, URN } from '../method.ts';
import { queryState } from '../query-state.ts';
import { encodeState } from '../state.ts';
import { queryWindow } from '../window.ts';
import { type QuotaServices, quotasOf } from './quotas.ts';

const PROPERTIES = [
  'id',
  'resourceType',
  'used',
  'hardLimit',
  'scope',
  'name',
  'types',
  'warnLimit',
  'softLimit',
  'description',
] as const satisfies readonly (keyof Quota)[];

export function quotaMethods(services: QuotaServices): JmapMethod[] {
  const row = { capabilities: [URN.quota], account: 'member' } as const;
  return [
    method({
      ...row,
      name: 'Quota/get',
      permission: 'jmapQuotaGet',
      args: quotaGetArgs,
      handle: async (call, { ids, properties }) => {
        const names = properties === null ? PROPERTIES : readProperties(properties);
        const { maxObjectsInGet } = call.request.limits;
        if (ids && new Set(ids).size > maxObjectsInGet)
          throw new MethodError('requestTooLarge', `More than ${maxObjectsInGet} objects.`);
        const head = await services.account(call.accountId).head();
        const quotas = await quotasOf(call, head, services);
        const notFound: string[] = [];
        const asked = ids === null ? quotas : new Set<Quota>();
        if (asked instanceof Set) {
          for (const text of new Set(ids)) {
            const real = realId(call.request, text);
            const quota = quotas.find(({ id }) => id === real);
            if (quota) asked.add(quota);
            else notFound.push(text);
          }
        }
        const list = Array.from(asked, (quota) =>
          Object.fromEntries(names.map((name) => [name, quota[name]])),
        );
        return { accountId: call.accountText, state: stateOf(head, DataType.Quota), list, notFound };
      },
    }),
    method({
      ...row,
      name: 'Quota/changes',
      permission: 'jmapQuotaChanges',
      args: quotaChangesArgs,
      handle: async (call, { sinceState, maxChanges }) => {
        const { changes, epoch } = await usageChanges(call, sinceState, services);
        const head = await services.account(call.accountId).head();
        const quotas = changes.entries.length > 0 ? await quotasOf(call, head, services) : [];
        const updated = quotas.map(({ id }) => id);
        // All of them move at once, so there is no state between.
        if (maxChanges !== null && updated.length > maxChanges) throw unknownChanges();
        return {
          accountId: call.accountText,
          oldState: sinceState,
          newState: encodeState(epoch, changes.newState),
          hasMoreChanges: false,
          created: [],
          updated,
          destroyed: [],
          updatedProperties: updated.length > 0 ? ['used'] : null,
        };
      },
    }),
    method({
      ...row,
      name: 'Quota/query',
      permission: 'jmapQuotaQuery',
      args: quotaQueryArgs,
      handle: async (call, args) => {
        const { ids, state } = await runQuery(call, args, services);
        const { maxQueryResults } = call.request.limits;
        const find = (anchor: string) => ids.indexOf(realId(call.request, anchor) ?? '');
        const { start, end, limit } = queryWindow(args, ids.length, find, maxQueryResults);
        return {
          accountId: call.accountText,
          queryState: state,
          canCalculateChanges: true,
          position: start,
          ids: ids.slice(start, end),
          ...(args.calculateTotal && { total: ids.length }),
          ...(limit !== undefined && { limit }),
        };
      },
    }),
    method({
      ...row,
      name: 'Quota/queryChanges',
      permission: 'jmapQuotaQueryChanges',
      args: quotaQueryChangesArgs,
      handle: async (call, args) => {
        const [since = '', mark] = args.sinceQueryState.split(':');
        const { ids, state, byUse } = await runQuery(call, args, services);
        if (mark === undefined || !state.endsWith(`:${mark}`))
          throw new MethodError('cannotCalculateChanges', 'That state belongs to another query.');
        const { changes } = await usageChanges(call, since, services);
        // Usage decides about the order alone, and only when it is sorted by.
        const moved = byUse && changes.entries.length > 0 ? ids : [];
        if (args.maxChanges !== null && moved.length * 2 > args.maxChanges)
          throw new MethodError('tooManyChanges', `More than ${args.maxChanges} changes.`);
        return {
          accountId: call.accountText,
          oldQueryState: args.sinceQueryState,
          newQueryState: state,
          ...(args.calculateTotal && { total: ids.length }),
          removed: moved,
          added: moved.map((id, index) => ({ id, index })),
        };
      },
    }),
  ];
}

function readProperties(properties: readonly string[]) {
  return [...new Set(['id', ...properties])].map(
    (name) =>
      PROPERTIES.find((known) => known === name) ??
      wrong('properties', `"${name.slice(0, 100)}" is no property`),
  );
}

const unknownChanges = (): MethodError =>
  new MethodError('cannotCalculateChanges', 'The quotas themselves have changed since that state.');

/** Usage moves without a word; a change of the limits has an aspect, and may have made or ended a quota. */
async function usageChanges(call: Call, since: string, services: QuotaServices) {
  const account = services.account(call.accountId);
  const answer = await changesSince(account, DataType.Quota, since, Number.MAX_SAFE_INTEGER);
  if (answer.changes.entries.some(({ aspects }: LogEntry) => aspects !== 0)) throw unknownChanges();
  return answer;
}

interface QuotaQuery {
  readonly filter: unknown;
  readonly sort: unknown;
}

async function runQuery(
  call: Call,
  { filter: asked, sort: order }: QuotaQuery,
  services: QuotaServices,
): Promise<{ ids: string[]; state: string; byUse: boolean }> {
  const filter = readFilter(asked, readCondition);
  const sort = readSort(order);
  const compare = comparison(sort);
  const head = await services.account(call.accountId).head();
  const quotas = await quotasOf(call, head, services);
  const ids = quotas
    .filter((quota) => matches(filter, quota))
    .sort(compare)
    .map(({ id }) => id);
  // What the request names decides about the types, and so about the results.
  const seen = quotas.map(({ id, types }) => [id, types]);
  const state = queryState(head, DataType.Quota, { filter: asked, sort: order }, seen);
  return { ids, state, byUse: sort.some(({ property }) => property === 'used') };
}

type QuotaTest = (quota: Quota) => boolean;

function matches(filter: Filter<readonly QuotaTest[]> | null, quota: Quota): boolean {
  if (!filter) return true;
  if ('condition' in filter) return filter.condition.every((test) => test(quota));
  const { operator, conditions } = filter;
  if (operator === 'AND') return conditions.every((inner) => matches(inner, quota));
  return conditions.some((inner) => matches(inner, quota)) === (operator === 'OR');
}

const CONDITIONS: Readonly<Record<string, (value: string) => QuotaTest>> = {
  name: (value) => (quota) => quota.name.includes(value),
  scope: (value) => (quota) => quota.scope === value,
  resourceType: (value) => (quota) => quota.resourceType === value,
  type: (value) => (quota) => quota.types.includes(value),
};

function readCondition(condition: JsonObject, at: string): QuotaTest[] {
  return Object.keys(condition).map((name) => {
    const make = Object.hasOwn(CONDITIONS, name) ? CONDITIONS[name] : undefined;
    if (!make) throw new MethodError('unsupportedFilter', `${at}/${name}: there is no such condition`);
    const value = condition[name] as Json;
    return typeof value === 'string' ? make(value) : wrong(`${at}/${name}`, 'must be a string');
  });
}

function comparison(sort: readonly Comparator[]): (a: Quota, b: Quota) => number {
  const keys = sort.map(({ property, isAscending, collation }, i) => {
    if (collation !== null && !COLLATIONS.has(collation))
      throw new MethodError('unsupportedSort', `sort/${i}/collation: is not known`);
    const sign = isAscending ? 1 : -1;
    if (property === 'used') return (a: Quota, b: Quota) => sign * (a.used - b.used);
    if (property === 'name') return (a: Quota, b: Quota) => sign * compareText(a.name, b.name);
    const name = property.slice(0, 100);
    throw new MethodError('unsupportedSort', `sort/${i}/property: ${name} is no sort property`);
  });
  return (a, b) => {
    for (const key of keys) {
      const order = key(a, b);
      if (order !== 0) return order;
    }
    return compareText(a.id, b.id);
  };
}

const COLLATIONS: ReadonlySet<string> = new Set(['i;ascii-numeric', 'i;ascii-casemap', 'i;unicode-casemap']);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
