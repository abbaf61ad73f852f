// EmailPush messages (draft-ietf-jmap-emailpush-03 §3): what newly arrived e-mails have of the properties that a
// subscriber wants, as much of it as one push message holds. The e-mails are found and read by the methods that
// clients call, under the subscriber's own rights.
import type { AccessToken } from '../../access/index.ts';
import type { Account, AccountId, ChangeId, DocumentId } from '../../account/index.ts';
import { DataType } from '../../account/index.ts';
import { encodeId, Slice } from '../../base/index.ts';
import type { JsonObject } from '../../formats/jmap/index.ts';
import type { AccountDirectory } from '../context.ts';
import { type MethodTable, runCalls } from '../engine.ts';
import { URN } from '../method.ts';
import { resultValue } from '../result.ts';
import type { JmapSettings } from '../settings.ts';
import type { EmailPushConfig } from './record.ts';

export interface EmailPushServices {
  readonly table: MethodTable;
  readonly directory: AccountDirectory;
  readonly settings: () => JmapSettings;
}

/** E-mails that one look finds, at most. */
const MAX_EMAILS = 100;
const MAX_RECORDS = 1000;
/** Bytes left for what surrounds the e-mails. */
const ENVELOPE = 128;

/** E-mails that arrived from outside after a change, and the change they reach to. */
export async function arrivals(
  account: Pick<Account, 'log' | 'head'>,
  since: ChangeId,
): Promise<{ readonly ids: readonly DocumentId[]; readonly upTo: ChangeId }> {
  const records = await account.log(since, MAX_RECORDS);
  // The log reaches back no more: what arrived meanwhile is old news.
  if (!records) return { ids: [], upTo: (await account.head()).change };
  const ids = records
    .filter(({ delivery }) => delivery)
    .flatMap(({ entries }) => entries)
    .filter(({ type, kind }) => type === DataType.Email && kind === 'create')
    .map(({ id }) => id);
  return { ids: ids.slice(-MAX_EMAILS), upTo: records.at(-1)?.change ?? since };
}

/** The bodies of the messages, each of at most `limit` bytes; none when no e-mail matches. */
export async function emailPushes(
  token: AccessToken,
  account: AccountId,
  ids: readonly DocumentId[],
  config: EmailPushConfig,
  limit: number,
  services: EmailPushServices,
): Promise<JsonObject[]> {
  const accountId = encodeId(account);
  const among = { id: ids.map(encodeId) };
  const filter = config.filter ? { operator: 'AND', conditions: [config.filter, among] } : among;
  const sort = [{ property: 'receivedAt', isAscending: true }];
  const found = { resultOf: 'q', name: 'Email/query', path: '/ids' };
  const settings = services.settings();
  const responses = await runCalls(
    {
      using: [URN.core, URN.mail],
      methodCalls: [
        ['Email/query', { accountId, filter, sort }, 'q'],
        ['Email/get', { accountId, '#ids': found, properties: [...config.properties] }, 'g'],
      ],
      createdIds: undefined,
    },
    {
      token,
      client: { address: '', port: 0, loopback: true, exempt: true },
      directory: services.directory,
      created: new Map(),
      slice: new Slice(),
      limits: {
        maxObjectsInGet: MAX_EMAILS,
        maxObjectsInSet: 0,
        maxQueryResults: MAX_EMAILS,
        maxChanges: settings.changesMaxResults,
      },
    },
    services.table,
  );
  const got = responses.find(({ name }) => name === 'Email/get');
  if (!got) return [];
  const { list, state } = resultValue(got.result) as unknown as { list: JsonObject[]; state: string };
  return packed(list, config.properties, limit - ENVELOPE - accountId.length - state.length).map(
    (emails) => ({
      '@type': 'EmailPush',
      accountId,
      emails,
      state,
    }),
  );
}

/**
 * E-mails in as few messages as hold them. Of an e-mail that is too large for one, the properties that do not fit are
 * left out, in the order that the subscriber named them (§3).
 */
export function packed(
  emails: readonly JsonObject[],
  properties: readonly string[],
  limit: number,
): JsonObject[][] {
  const messages: JsonObject[][] = [];
  let open: JsonObject[] = [];
  let size = 0;
  for (const email of emails) {
    const { object, bytes } = cut(email, properties, limit);
    if (open.length > 0 && size + bytes > limit) {
      messages.push(open);
      open = [];
      size = 0;
    }
    open.push(object);
    size += bytes;
  }
  if (open.length > 0) messages.push(open);
  return messages;
}

function cut(
  email: JsonObject,
  properties: readonly string[],
  limit: number,
): { object: JsonObject; bytes: number } {
  const object: JsonObject = {};
  // Braces, and the comma behind it.
  let bytes = 3;
  for (const name of properties) {
    const value = email[name];
    if (value === undefined) continue;
    const more = Buffer.byteLength(JSON.stringify(name)) + Buffer.byteLength(JSON.stringify(value)) + 2;
    if (bytes + more > limit) continue;
    object[name] = value;
    bytes += more;
  }
  return { object, bytes };
}
