// VacationResponse/get and VacationResponse/set (RFC 8621 §8): one object, which is always there.
import { DataType } from '../../account/index.ts';
import {
  type Json,
  type JsonObject,
  parseDate,
  type SetError,
  vacationResponseGetArgs,
  vacationResponseSetArgs,
  type VacationResponse,
} from '../../formats/jmap/index.ts';
import { changeVacation, readVacation, type Vacation } from '../../mail/index.ts';
import { invalidProperties, MethodError, readAll, setErrorFor, SetFailure } from '../errors.ts';
import { getResult, stateOf } from '../get.ts';
import { type JmapMethod, method, URN } from '../method.ts';
import type { SendingServices } from '../sending.ts';
import { asObject, checkCount, checkState } from '../set.ts';
import { askedProperties } from '../standard.ts';

const PROPERTIES = [
  'id',
  'isEnabled',
  'fromDate',
  'toDate',
  'subject',
  'textBody',
  'htmlBody',
] as const satisfies readonly (keyof VacationResponse)[];

const SINGLETON = 'singleton';
const MAX_SUBJECT = 512;
const MAX_BODY = 2048;

export function vacationMethods(services: SendingServices): JmapMethod[] {
  const row = { capabilities: [URN.vacation], account: 'member' } as const;
  return [
    method({
      ...row,
      name: 'VacationResponse/get',
      permission: 'jmapVacationResponseGet',
      args: vacationResponseGetArgs,
      handle: async (call, { ids, properties }) => {
        const names = askedProperties(properties, PROPERTIES);
        const { head, vacation } = await services
          .accountOf(call.accountId)
          .read(async (reader) => ({ head: reader.head, vacation: await readVacation(reader) }));
        const object = vacationObject(vacation);
        const asked = new Set(ids ?? [SINGLETON]);
        if (asked.size > call.request.limits.maxObjectsInGet)
          throw new MethodError(
            'requestTooLarge',
            `More than ${call.request.limits.maxObjectsInGet} objects.`,
          );
        const list = asked.has(SINGLETON)
          ? [JSON.stringify(Object.fromEntries(names.map((name) => [name, object[name]])))]
          : [];
        const notFound = [...asked].filter((id) => id !== SINGLETON);
        return getResult(call, stateOf(head, DataType.SieveScript), list, notFound);
      },
    }),
    method({
      ...row,
      name: 'VacationResponse/set',
      // The first save is an update of what is there already, so a role with either may make it.
      permission: ({ destroy }) =>
        Array.isArray(destroy) && destroy.length > 0 ? 'jmapVacationResponseDestroy' : [],
      permissions: ['jmapVacationResponseDestroy'],
      anyOf: ['jmapVacationResponseCreate', 'jmapVacationResponseUpdate'],
      args: vacationResponseSetArgs,
      handle: async (call, args) => {
        const account = services.accountOf(call.accountId);
        const oldState = stateOf(await account.head(), DataType.SieveScript);
        checkState(args.ifInState, oldState);
        checkCount(args, call.request.limits);
        const notCreated = new Map<string, SetError>();
        const updated = new Map<string, JsonObject | null>();
        const notUpdated = new Map<string, SetError>();
        const notDestroyed = new Map<string, SetError>();
        for (const key of Object.keys(args.create ?? {})) notCreated.set(key, ONLY_ONE);
        for (const [id, patch] of Object.entries(args.update ?? {})) {
          // One that is to be destroyed as well is updated all the same: it cannot go.
          if (id !== SINGLETON) notUpdated.set(id, NOT_FOUND);
          else {
            try {
              const change = readPatch(patch);
              await changeVacation(account, (before) => checked({ ...before, ...change }));
              updated.set(id, null);
            } catch (error) {
              notUpdated.set(id, setErrorFor(error));
            }
          }
        }
        for (const id of args.destroy ?? []) notDestroyed.set(id, id === SINGLETON ? ONLY_ONE : NOT_FOUND);
        return {
          accountId: call.accountText,
          oldState,
          newState: stateOf(await account.head(), DataType.SieveScript),
          created: null,
          updated: asObject(updated),
          destroyed: null,
          notCreated: asObject(notCreated),
          notUpdated: asObject(notUpdated),
          notDestroyed: asObject(notDestroyed),
        };
      },
    }),
  ];
}

const ONLY_ONE: SetError = { type: 'singleton', description: 'There is always exactly one.' };
const NOT_FOUND: SetError = { type: 'notFound', description: 'There is no such object.' };

const dateText = (time: number | null): string | null =>
  time === null ? null : `${new Date(time).toISOString().slice(0, 19)}Z`;

const vacationObject = ({ fromDate, toDate, ...vacation }: Vacation): VacationResponse => ({
  id: SINGLETON,
  ...vacation,
  fromDate: dateText(fromDate),
  toDate: dateText(toDate),
});

function readPatch(patch: JsonObject): Partial<Vacation> {
  const readers = Object.entries(patch).map(([name, value]): [string, () => Partial<Vacation>] => [
    name,
    () => readProperty(name, value),
  ]);
  return Object.assign({}, ...Object.values(readAll(Object.fromEntries(readers)))) as Partial<Vacation>;
}

function readProperty(name: string, value: Json): Partial<Vacation> {
  switch (name) {
    case 'id':
      return value === SINGLETON ? {} : fail(name, 'cannot be changed');
    case 'isEnabled':
      return typeof value === 'boolean' ? { [name]: value } : fail(name, 'must be true or false');
    case 'fromDate':
    case 'toDate':
      return { [name]: readDate(value, name) };
    case 'subject': {
      const subject = readText(value, name, MAX_SUBJECT);
      return /[\r\n]/.test(subject ?? '') ? fail(name, 'must be one line') : { subject };
    }
    case 'textBody':
    case 'htmlBody':
      return { [name]: readText(value, name, MAX_BODY) };
    default:
      if (name.includes('/')) throw new SetFailure('invalidPatch', `${name}: there is nothing to patch`);
      throw invalidProperties([name], `${name.slice(0, 100)}: is no property`);
  }
}

function readDate(value: Json, name: string): number | null {
  if (value === null) return null;
  return parseDate(value, true) ?? fail(name, 'must be a date like 2014-10-30T06:12:00Z, or null');
}

function readText(value: Json, name: string, max: number): string | null {
  if (value === null) return null;
  if (typeof value !== 'string' || Buffer.byteLength(value) >= max || value.includes('\0'))
    return fail(name, `must be a text of less than ${max} bytes, or null`);
  return value.toWellFormed();
}

const fail = (name: string, reason: string): never => {
  throw invalidProperties([name], `${name}: ${reason}`);
};

function checked(vacation: Vacation): Vacation {
  const { fromDate, toDate } = vacation;
  if (fromDate !== null && toDate !== null && toDate <= fromDate) fail('toDate', 'must be after fromDate');
  return vacation;
}
