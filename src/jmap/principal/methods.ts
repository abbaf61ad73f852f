// Principal/get, /query, /changes, /queryChanges and /set (RFC 9670 §2): the accounts of the caller's tenant, as far
// as the caller may look for others. There is no history of them.
import { encodeId } from '../../base/index.ts';
import {
  type JsonObject,
  type Principal,
  principalChangesArgs,
  principalGetArgs,
  principalQueryArgs,
  principalQueryChangesArgs,
  principalSetArgs,
  type SessionAccount,
} from '../../formats/jmap/index.ts';
import { MethodError, SetFailure } from '../errors.ts';
import { askedIds } from '../get.ts';
import { type Call, type JmapMethod, method, setPermissions, URN } from '../method.ts';
import type { PrincipalRecord, SharingServices } from '../sending.ts';
import { SetCall } from '../set.ts';
import { asText, asTexts, getFrom, matchingIds, queryAnswer, type QueryKind } from '../standard.ts';

const PROPERTIES = [
  'id',
  'type',
  'name',
  'description',
  'email',
  'timeZone',
  'capabilities',
  'accounts',
] as const satisfies readonly (keyof Principal)[];

export interface PrincipalServices extends SharingServices {
  /** The accounts of a session, by id, as the caller sees them. */
  sessionAccounts(call: Call): Promise<Readonly<Record<string, SessionAccount>>>;
}

/** Principals that one answer looks through. */
const MAX_PRINCIPALS = 10_000;
/** Principals have no history, and so no state that tells one moment from another. */
const STATE = 'a';

export function principalMethods(services: PrincipalServices): JmapMethod[] {
  const row = { capabilities: [URN.principals], account: 'member' } as const;
  return [
    method({
      ...row,
      name: 'Principal/get',
      permission: 'jmapPrincipalGet',
      args: principalGetArgs,
      handle: async (call, args) => {
        const accounts = await services.sessionAccounts(call);
        const records =
          args.ids === null
            ? await everybody(services, call, accounts)
            : await asked(services, call, args.ids, accounts);
        const objects = new Map(
          Array.from(records.values(), (record) => [record.id, principalObject(record, accounts)]),
        );
        return getFrom(call, args, PROPERTIES, STATE, objects);
      },
    }),
    method({
      ...row,
      name: 'Principal/changes',
      permission: 'jmapPrincipalChanges',
      args: principalChangesArgs,
      handle: () => Promise.reject(noHistory()),
    }),
    method({
      ...row,
      name: 'Principal/query',
      permission: 'jmapPrincipalQuery',
      args: principalQueryArgs,
      handle: async (call, args) => {
        if (!services.principals.isOpenTo(call.token)) throw closed();
        const accounts = await services.sessionAccounts(call);
        const records = await everybody(services, call, accounts);
        const objects = new Map(
          Array.from(records, ([id, record]) => [id, principalObject(record, accounts)]),
        );
        return queryAnswer(call, args, STATE, matchingIds(call, args, QUERY, objects), false);
      },
    }),
    method({
      ...row,
      name: 'Principal/queryChanges',
      permission: 'jmapPrincipalQueryChanges',
      args: principalQueryChangesArgs,
      handle: () => Promise.reject(noHistory()),
    }),
    method({
      ...row,
      name: 'Principal/set',
      ...setPermissions('jmapPrincipalCreate', 'jmapPrincipalUpdate', 'jmapPrincipalDestroy'),
      args: principalSetArgs,
      handle: async (call, args) => {
        const set = new SetCall(call, args, STATE);
        await set.each({
          create: refuse,
          update: async ({ id, patch }) => {
            // RFC 9670 §2.3: people may say who they are, and nothing of others.
            if (id !== call.token.account) refuse();
            await services.principals.update(id, readUpdate(patch));
            return true;
          },
          destroy: refuse,
        });
        return set.result(STATE);
      },
    }),
  ];
}

function refuse(): never {
  throw new SetFailure('forbidden', 'That cannot be changed here.');
}

const closed = (): MethodError =>
  new MethodError('forbidden', 'Looking for other people is not allowed on this server.');
const noHistory = (): MethodError =>
  new MethodError('cannotCalculateChanges', 'There is no history of principals.');

/** Accounts that a caller knows of without looking for them: its own, its groups', and those that share with it. */
const known = (call: Call, accounts: Readonly<Record<string, SessionAccount>>): Set<string> =>
  new Set([...Object.keys(accounts), encodeId(call.token.account)]);

async function everybody(
  { principals }: SharingServices,
  call: Call,
  accounts: Readonly<Record<string, SessionAccount>>,
): Promise<Map<number, PrincipalRecord>> {
  if (!principals.isOpenTo(call.token)) {
    const ids = askedIds(call.request, [...known(call, accounts)]).flatMap(({ id }) => id ?? []);
    return byId(await principals.find(call.token, ids));
  }
  const all = await principals.all(call.token, MAX_PRINCIPALS);
  if (!all) throw new MethodError('requestTooLarge', `There are more than ${MAX_PRINCIPALS} principals.`);
  return byId(all);
}

/** Throws `forbidden` when one of them is not the caller's to know. */
async function asked(
  { principals }: SharingServices,
  call: Call,
  ids: readonly string[],
  accounts: Readonly<Record<string, SessionAccount>>,
): Promise<Map<number, PrincipalRecord>> {
  const own = known(call, accounts);
  if (!principals.isOpenTo(call.token) && ids.some((id) => !own.has(id))) throw closed();
  const numbers = askedIds(call.request, ids).flatMap(({ id }) => id ?? []);
  return byId(await principals.find(call.token, numbers));
}

function byId(records: readonly (PrincipalRecord | undefined)[]): Map<number, PrincipalRecord> {
  const found = new Map<number, PrincipalRecord>();
  for (const record of records) if (record) found.set(record.id, record);
  return found;
}

function principalObject(
  { id, ...record }: PrincipalRecord,
  accounts: Readonly<Record<string, SessionAccount>>,
): Principal {
  const text = encodeId(id);
  const account = accounts[text];
  return { id: text, ...record, capabilities: {}, accounts: account ? { [text]: account } : null };
}

function readUpdate(patch: JsonObject): { description?: string | null; timeZone?: string | null } {
  const change: { description?: string | null; timeZone?: string | null } = {};
  for (const [name, value] of Object.entries(patch)) {
    if (name !== 'description' && name !== 'timeZone') refuse();
    if (value !== null && typeof value !== 'string')
      throw new SetFailure('invalidProperties', `${name}: must be a text or null`, { properties: [name] });
    change[name] = value;
  }
  return change;
}

const contains = (text: string | null, part: string): boolean => fold(text ?? '').includes(part);
const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

const QUERY: QueryKind<Principal> = {
  conditions: {
    accountIds: (value, at) => {
      const ids = new Set(asTexts(value, at));
      return ({ accounts }) => Object.keys(accounts ?? {}).some((id) => ids.has(id));
    },
    email: (value, at) => {
      const part = fold(asText(value, at));
      return ({ email }) => contains(email, part);
    },
    name: (value, at) => {
      const part = fold(asText(value, at));
      return ({ name }) => contains(name, part);
    },
    text: (value, at) => {
      const part = fold(asText(value, at));
      return ({ name, email, description }) =>
        [name, email, description].some((text) => contains(text, part));
    },
    type: (value, at) => {
      const wanted = asText(value, at);
      return ({ type }) => type === wanted;
    },
    timeZone: (value, at) => {
      const wanted = asText(value, at);
      return ({ timeZone }) => timeZone === wanted;
    },
  },
  sorts: { name: ({ name }) => fold(name), email: ({ email }) => fold(email ?? '') },
};
