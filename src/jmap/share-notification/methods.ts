// ShareNotification/get, /changes, /query, /queryChanges and /set (RFC 9670 §3): only the server makes them, and all
// that can be done with one is to destroy it.
import { DataType } from '../../account/index.ts';
import { decodeId, encodeId } from '../../base/index.ts';
import {
  parseDate,
  type ShareNotification,
  shareNotificationChangesArgs,
  shareNotificationGetArgs,
  shareNotificationQueryArgs,
  shareNotificationQueryChangesArgs,
  shareNotificationSetArgs,
  wrong,
} from '../../formats/jmap/index.ts';
import { dropNotice, readNotices, type ShareNotice } from '../../mail/index.ts';
import { changesResult } from '../changes.ts';
import { SetFailure } from '../errors.ts';
import { stateOf } from '../get.ts';
import { rightsObject } from '../mailbox/rights.ts';
import { type JmapMethod, method, setPermissions, URN } from '../method.ts';
import type { SharingServices } from '../sending.ts';
import { SetCall } from '../set.ts';
import { queryState } from '../query-state.ts';
import {
  asText,
  getFrom,
  matchingIds,
  queryAnswer,
  queryChangesAnswer,
  type QueryKind,
} from '../standard.ts';

const PROPERTIES = [
  'id',
  'created',
  'changedBy',
  'objectType',
  'objectAccountId',
  'objectId',
  'oldRights',
  'newRights',
  'name',
] as const satisfies readonly (keyof ShareNotification)[];

export function shareNotificationMethods(services: SharingServices): JmapMethod[] {
  const row = { capabilities: [URN.principals], account: 'member' } as const;
  const type = DataType.ShareNotification;
  return [
    method({
      ...row,
      name: 'ShareNotification/get',
      permission: 'jmapShareNotificationGet',
      args: shareNotificationGetArgs,
      handle: async (call, args) => {
        const { head, notices } = await readNotices(services.accountOf(call.accountId));
        const objects = new Map(Array.from(notices, ([id, notice]) => [id, noticeObject(id, notice)]));
        return getFrom(call, args, PROPERTIES, stateOf(head, type), objects);
      },
    }),
    method({
      ...row,
      name: 'ShareNotification/changes',
      permission: 'jmapShareNotificationChanges',
      args: shareNotificationChangesArgs,
      handle: async (call, args) =>
        (await changesResult(call, services.accountOf(call.accountId), type, args)).result,
    }),
    method({
      ...row,
      name: 'ShareNotification/query',
      permission: 'jmapShareNotificationQuery',
      args: shareNotificationQueryArgs,
      handle: async (call, args) => {
        const { head, notices } = await readNotices(services.accountOf(call.accountId));
        return queryAnswer(call, args, queryState(head, type, args), matchingIds(call, args, QUERY, notices));
      },
    }),
    method({
      ...row,
      name: 'ShareNotification/queryChanges',
      permission: 'jmapShareNotificationQueryChanges',
      args: shareNotificationQueryChangesArgs,
      handle: async (call, args) => {
        const account = services.accountOf(call.accountId);
        const { head, notices } = await readNotices(account);
        const ids = matchingIds(call, args, QUERY, notices);
        return queryChangesAnswer(call, account, type, args, queryState(head, type, args), ids, false);
      },
    }),
    method({
      ...row,
      name: 'ShareNotification/set',
      ...setPermissions(
        'jmapShareNotificationCreate',
        'jmapShareNotificationUpdate',
        'jmapShareNotificationDestroy',
      ),
      args: shareNotificationSetArgs,
      handle: async (call, args) => {
        const account = services.accountOf(call.accountId);
        const { head, notices } = await readNotices(account);
        const set = new SetCall(call, args, stateOf(head, type));
        await set.each({
          create: refuse,
          update: async ({ id }) => notices.has(id) && refuse(),
          destroy: ({ id }) => dropNotice(account, id),
        });
        return set.result(stateOf(await account.head(), type));
      },
    }),
  ];
}

function refuse(): never {
  throw new SetFailure('forbidden', 'These notices can be destroyed only.');
}

const seconds = (time: number): number => Math.floor(time / 1000) * 1000;

function noticeObject(id: number, notice: ShareNotice): ShareNotification {
  const { changedBy } = notice;
  return {
    id: encodeId(id),
    created: `${new Date(notice.created).toISOString().slice(0, 19)}Z`,
    changedBy: {
      name: changedBy.name,
      email: changedBy.email,
      principalId: encodeId(changedBy.account),
    },
    objectType: notice.objectType,
    objectAccountId: encodeId(notice.objectAccount),
    objectId: encodeId(notice.object),
    oldRights: notice.oldRights === 0 ? null : { ...rightsObject(notice.oldRights) },
    newRights: notice.newRights === 0 ? null : { ...rightsObject(notice.newRights) },
    name: notice.name,
  };
}

const QUERY: QueryKind<ShareNotice> = {
  conditions: {
    after: (value, at) => {
      const time = value === null ? -Infinity : (parseDate(value, true) ?? wrong(at, 'must be a date'));
      return ({ created }) => seconds(created) >= time;
    },
    before: (value, at) => {
      const time = value === null ? Infinity : (parseDate(value, true) ?? wrong(at, 'must be a date'));
      return ({ created }) => seconds(created) < time;
    },
    objectType: (value, at) => {
      const wanted = asText(value, at);
      return ({ objectType }) => objectType === wanted;
    },
    objectAccountId: (value, at) => {
      const wanted = decodeId(asText(value, at));
      return ({ objectAccount }) => objectAccount === wanted;
    },
  },
  sorts: { created: ({ created }) => created },
};
