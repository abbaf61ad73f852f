// Identity/get, Identity/changes and Identity/set (RFC 8621 §6).
import { isDeepStrictEqual } from 'node:util';
import { DataType } from '../../account/index.ts';
import {
  type Identity,
  identityChangesArgs,
  identityGetArgs,
  identitySetArgs,
  isObject,
  type Json,
  type JsonObject,
} from '../../formats/jmap/index.ts';
import type { EmailAddress } from '../../formats/mime/index.ts';
import { parseMailbox } from '../../formats/smtp/index.ts';
import {
  createIdentity,
  destroyIdentity,
  type Identity as StoredIdentity,
  type IdentityFields,
  readIdentities,
  updateIdentity,
} from '../../mail/index.ts';
import { encodeId } from '../../base/index.ts';
import { changesResult } from '../changes.ts';
import { checkOthers, invalidProperties, readAll, SetFailure } from '../errors.ts';
import { stateOf } from '../get.ts';
import { type Call, type JmapMethod, method, setPermissions, URN } from '../method.ts';
import type { SendingServices } from '../sending.ts';
import { SetCall } from '../set.ts';
import { getFrom } from '../standard.ts';

const PROPERTIES = [
  'id',
  'name',
  'email',
  'replyTo',
  'bcc',
  'textSignature',
  'htmlSignature',
  'mayDelete',
] as const satisfies readonly (keyof Identity)[];

const MAX_NAME = 255;
const MAX_SIGNATURE = 2048;
const MAX_ADDRESSES = 100;

export function identityMethods(services: SendingServices): JmapMethod[] {
  const row = { capabilities: [URN.submission], account: 'member' } as const;
  return [
    method({
      ...row,
      name: 'Identity/get',
      permission: 'jmapIdentityGet',
      args: identityGetArgs,
      handle: async (call, args) => {
        const { head, identities } = await identitiesOf(services, call);
        const objects = new Map(Array.from(identities, ([id, identity]) => [id, identityObject(identity)]));
        return getFrom(call, args, PROPERTIES, stateOf(head, DataType.Identity), objects);
      },
    }),
    method({
      ...row,
      name: 'Identity/changes',
      permission: 'jmapIdentityChanges',
      args: identityChangesArgs,
      handle: async (call, args) => {
        // Addresses that came or went show now.
        await identitiesOf(services, call);
        const account = services.accountOf(call.accountId);
        return (await changesResult(call, account, DataType.Identity, args)).result;
      },
    }),
    method({
      ...row,
      name: 'Identity/set',
      ...setPermissions('jmapIdentityCreate', 'jmapIdentityUpdate', 'jmapIdentityDestroy'),
      args: identitySetArgs,
      handle: async (call, args) => {
        const { head, identities } = await identitiesOf(services, call);
        const account = services.accountOf(call.accountId);
        const set = new SetCall(call, args, stateOf(head, DataType.Identity));
        await set.each({
          create: async (object) => {
            const fields = await readCreate(services, call, object);
            const id = await createIdentity(account, fields, services.maxIdentities());
            return [id, defaulted(object, fields)];
          },
          update: async ({ id, patch }) => {
            const identity = identities.get(id) ?? (await identitiesOf(services, call)).identities.get(id);
            if (identity) await updateIdentity(account, id, readUpdate(patch, identity));
            return identity !== undefined;
          },
          destroy: ({ id }) => destroyIdentity(account, id),
        });
        return set.result(stateOf(await account.head(), DataType.Identity));
      },
    }),
  ];
}

/** The account's identities as they are now. */
export const identitiesOf = async (
  services: SendingServices,
  call: Call,
): ReturnType<typeof readIdentities> =>
  readIdentities(services.accountOf(call.accountId), await services.identityOwner(call.accountId));

const identityObject = (identity: StoredIdentity): Identity => ({
  ...identity,
  id: encodeId(identity.id),
  mayDelete: true,
});

const WRITABLE: ReadonlySet<string> = new Set([
  'name',
  'email',
  'replyTo',
  'bcc',
  'textSignature',
  'htmlSignature',
]);

const DEFAULTS: Omit<IdentityFields, 'email'> = {
  name: '',
  replyTo: null,
  bcc: null,
  textSignature: '',
  htmlSignature: '',
};

async function readCreate(
  services: SendingServices,
  call: Call,
  object: JsonObject,
): Promise<IdentityFields> {
  const unknown = Object.keys(object).filter((name) => !WRITABLE.has(name));
  const { email, fields } = readAll({
    others: () => checkOthers(unknown),
    email: () => readAddress(object['email']),
    fields: () => readFields(object),
  });
  const owner = await services.identityOwner(call.accountId);
  const address = email.toLowerCase();
  if (!owner.own.includes(address) && !owner.others.includes(address))
    throw new SetFailure('forbiddenFrom', 'That is no address of this account.', { properties: ['email'] });
  return { ...DEFAULTS, ...fields, email };
}

function readAddress(value: Json | undefined): string {
  if (typeof value === 'string' && parseMailbox(value) !== undefined) return value;
  throw invalidProperties(['email'], 'email: must be an address');
}

/** What the client left to its default, and what only the server sets. */
function defaulted(object: JsonObject, fields: IdentityFields): JsonObject {
  const missing = Object.entries(fields).filter(([name]) => !Object.hasOwn(object, name));
  return { ...Object.fromEntries(missing), mayDelete: true } as JsonObject;
}

function readUpdate(patch: JsonObject, identity: StoredIdentity): Partial<Omit<IdentityFields, 'email'>> {
  // RFC 8620 §5.3: null in a patch is the default.
  const defaulted = Object.entries(patch).filter(
    ([name, value]) => value === null && Object.hasOwn(DEFAULTS, name),
  );
  const defaults = Object.fromEntries(
    defaulted.map(([name]) => [name, DEFAULTS[name as keyof typeof DEFAULTS]]),
  );
  return readAll({
    others: () => checkFixed(patch, identity),
    fields: () => readFields({ ...patch, ...(defaults as JsonObject) }),
  }).fields;
}

/** What cannot change may be sent as it is. */
function checkFixed(patch: JsonObject, identity: StoredIdentity): void {
  const current = new Map<string, unknown>(Object.entries(identityObject(identity)));
  const bad: string[] = [];
  for (const [name, value] of Object.entries(patch)) {
    if (name.includes('/')) throw new SetFailure('invalidPatch', `${name}: there is nothing to patch`);
    if (WRITABLE.has(name) && name !== 'email') continue;
    if (!current.has(name) || !isDeepStrictEqual(current.get(name), value)) bad.push(name);
  }
  if (bad.length > 0) throw invalidProperties(bad, `These properties cannot be changed: ${bad.join(', ')}`);
}

function readFields(object: JsonObject): Partial<Omit<IdentityFields, 'email'>> {
  const reader =
    <T>(name: string, read: (value: Json, name: string) => T) =>
    (): T | undefined => {
      const value = object[name];
      return value === undefined ? undefined : read(value, name);
    };
  const text = (max: number) => (value: Json, name: string) => readText(value, name, max);
  const fields = readAll({
    name: reader('name', text(MAX_NAME)),
    replyTo: reader('replyTo', readAddresses),
    bcc: reader('bcc', readAddresses),
    textSignature: reader('textSignature', text(MAX_SIGNATURE)),
    htmlSignature: reader('htmlSignature', text(MAX_SIGNATURE)),
  });
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function readText(value: Json, property: string, max: number): string {
  if (typeof value !== 'string' || Buffer.byteLength(value) > max || /\0/.test(value))
    throw invalidProperties([property], `${property}: must be a text of at most ${max} bytes`);
  return value.toWellFormed();
}

/** A list of EmailAddress objects or null (RFC 8621 §4.1.2.3). */
function readAddresses(value: Json, property: string): EmailAddress[] | null {
  if (value === null) return null;
  const fail = (): never => {
    throw invalidProperties([property], `${property}: must be a list of addresses`);
  };
  if (!Array.isArray(value) || value.length > MAX_ADDRESSES) return fail();
  return value.map((item) => {
    if (!isObject(item)) return fail();
    const { name = null, email, ...rest } = item;
    if (typeof email !== 'string' || email.length > MAX_NAME || Object.keys(rest).length > 0) return fail();
    if (name !== null && (typeof name !== 'string' || name.length > MAX_NAME)) return fail();
    return { name, email };
  });
}
