// The data types that a client can listen to, the head each has its state from, and the permission that
// lets a caller hear of it (RFC 8620 §7.1).
import { DataType, type DataTypeName } from '../account/index.ts';
import { type AccessToken, permission, type PermissionName } from '../access/index.ts';

interface PushType {
  readonly type: DataType;
  readonly permission: PermissionName;
}

const own = (name: DataTypeName, permission: PermissionName): [string, PushType] => [
  name,
  { type: DataType[name], permission },
];

export const PUSH_TYPES: ReadonlyMap<string, PushType> = new Map([
  own('Mailbox', 'jmapMailboxGet'),
  own('Email', 'jmapEmailGet'),
  own('EmailDelivery', 'jmapEmailGet'),
  own('Thread', 'jmapThreadGet'),
  own('Quota', 'jmapQuotaGet'),
  own('Identity', 'jmapIdentityGet'),
  own('EmailSubmission', 'jmapEmailSubmissionGet'),
  own('SieveScript', 'jmapSieveScriptGet'),
  // A vacation response is kept as a script.
  ['VacationResponse', { type: DataType.SieveScript, permission: 'jmapVacationResponseGet' }],
  own('ShareNotification', 'jmapShareNotificationGet'),
  own('Calendar', 'jmapCalendarGet'),
  own('CalendarEvent', 'jmapCalendarEventGet'),
  own('CalendarEventNotification', 'jmapCalendarEventNotificationGet'),
  own('ParticipantIdentity', 'jmapParticipantIdentityGet'),
  own('AddressBook', 'jmapAddressBookGet'),
  own('ContactCard', 'jmapContactCardGet'),
  own('FileNode', 'jmapFileNodeGet'),
]);

/** Wire names by data type, of those a caller asked for and may hear of. */
export type Wanted = ReadonlyMap<DataType, readonly string[]>;

/** Null for all types; unknown names are ignored. */
export function wantedTypes(names: Iterable<string> | null, token: AccessToken): Wanted {
  const wanted = new Map<DataType, string[]>();
  for (const name of names === null ? PUSH_TYPES.keys() : new Set(names)) {
    const entry = PUSH_TYPES.get(name);
    if (!entry || !token.has(permission(entry.permission))) continue;
    const list = wanted.get(entry.type);
    if (list) list.push(name);
    else wanted.set(entry.type, [name]);
  }
  return wanted;
}

/** Names of the types that a caller may hear of. */
export const heardTypes = (token: AccessToken): string[] =>
  Array.from(PUSH_TYPES.keys()).filter((name) =>
    token.has(permission((PUSH_TYPES.get(name) as PushType).permission)),
  );

/** Names of a list with commas, null for `*`; undefined when none of them is a type. */
export function namedTypes(types: string): readonly string[] | null | undefined {
  if (types === '*') return null;
  const names = types.split(',').map((name) => name.trim());
  return names.some((name) => PUSH_TYPES.has(name)) ? names : undefined;
}
