// Mailbox/get and Mailbox/changes (RFC 8621 §2.1, §2.2).
import { Aspect, DataType } from '../../account/index.ts';
import { encodeId } from '../../base/index.ts';
import {
  type Mailbox,
  mailboxChangesArgs,
  mailboxGetArgs,
  type MailboxRights,
  wrong,
} from '../../formats/jmap/index.ts';
import { changesResult } from '../changes.ts';
import { askedIds, checkAll, getResult, stateOf } from '../get.ts';
import type { MailboxInfo, MailView } from '../mail-port.ts';
import { type Call, type JmapMethod, method, URN } from '../method.ts';
import type { MailServices } from '../services.ts';

const PROPERTIES = [
  'id',
  'name',
  'parentId',
  'role',
  'sortOrder',
  'totalEmails',
  'unreadEmails',
  'totalThreads',
  'unreadThreads',
  'myRights',
  'isSubscribed',
] as const satisfies readonly (keyof Mailbox)[];
export type MailboxProperty = (typeof PROPERTIES)[number];

/** Everything the owner and members may do. */
export const ALL_RIGHTS: MailboxRights = {
  mayReadItems: true,
  mayAddItems: true,
  mayRemoveItems: true,
  maySetSeen: true,
  maySetKeywords: true,
  mayCreateChild: true,
  mayRename: true,
  mayDelete: true,
  maySubmit: true,
  mayShare: true,
};

/** One property of a mailbox. */
export function mailboxValue(
  name: MailboxProperty,
  mailbox: MailboxInfo,
  view: MailView,
  call: Call,
): Mailbox[MailboxProperty] {
  switch (name) {
    case 'id':
      return encodeId(mailbox.id);
    case 'name':
      return mailbox.name;
    case 'parentId':
      return mailbox.parentId === 0 ? null : encodeId(mailbox.parentId);
    case 'role':
      return mailbox.role;
    case 'sortOrder':
      return mailbox.sortOrder;
    case 'totalEmails':
      return mailbox.total;
    case 'unreadEmails':
      return mailbox.unread;
    case 'totalThreads':
      return view.threadCounts(mailbox.id).total;
    case 'unreadThreads':
      return view.threadCounts(mailbox.id).unread;
    case 'myRights':
      return ALL_RIGHTS;
    case 'isSubscribed':
      return mailbox.subscribers.includes(call.token.account);
  }
}

export function mailboxObject(
  names: readonly MailboxProperty[],
  mailbox: MailboxInfo,
  view: MailView,
  call: Call,
): Partial<Mailbox> {
  return Object.fromEntries(names.map((name) => [name, mailboxValue(name, mailbox, view, call)]));
}

export function mailboxGetMethods(services: MailServices): JmapMethod[] {
  return [
    method({
      name: 'Mailbox/get',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapMailboxGet',
      args: mailboxGetArgs,
      handle: async (call, { ids, properties }) => {
        const names = properties === null ? PROPERTIES : readProperties(properties);
        const asked = ids === null ? undefined : askedIds(call.request, ids);
        const view = await services.account(call.accountId).view();
        const list: string[] = [];
        const notFound: string[] = [];
        const add = (mailbox: MailboxInfo) =>
          list.push(JSON.stringify(mailboxObject(names, mailbox, view, call)));
        if (!asked) {
          checkAll(call.request, view.mailboxes.size);
          for (const mailbox of view.mailboxes.values()) add(mailbox);
        }
        for (const { text, id } of asked ?? []) {
          const mailbox = id === undefined ? undefined : view.mailboxes.get(id);
          if (mailbox) add(mailbox);
          else notFound.push(text);
        }
        return getResult(call, stateOf(view.head, DataType.Mailbox), list, notFound);
      },
    }),
    method({
      name: 'Mailbox/changes',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapMailboxChanges',
      args: mailboxChangesArgs,
      handle: async (call, args) => {
        const { account } = services.account(call.accountId);
        const { result, entries } = await changesResult(call, account, DataType.Mailbox, args);
        const updated = entries.filter(({ kind }) => kind === 'update');
        const counters = updated.length > 0 && updated.every(({ aspects }) => aspects === Aspect.Counters);
        return { ...result, updatedProperties: counters ? COUNTERS : null };
      },
    }),
  ];
}

const COUNTERS: readonly MailboxProperty[] = ['totalEmails', 'unreadEmails', 'totalThreads', 'unreadThreads'];

function readProperties(properties: readonly string[]): MailboxProperty[] {
  return [...new Set(['id', ...properties])].map(
    (name) =>
      PROPERTIES.find((known) => known === name) ??
      wrong('properties', `"${name.slice(0, 100)}" is no property`),
  );
}
