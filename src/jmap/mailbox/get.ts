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
import { FIXED_ROLES } from '../../mail/index.ts';
import { changesResult } from '../changes.ts';
import { askedIds, checkAll, getResult, stateOf } from '../get.ts';
import type { MailboxInfo, MailView } from '../mail-port.ts';
import { type Call, type JmapMethod, method, URN } from '../method.ts';
import type { SharingServices } from '../sending.ts';
import { mailboxSight } from '../sight.ts';
import { ALL_RIGHTS, rightsObject } from './rights.ts';
import { sharesOf } from './share.ts';

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
      return rightsOn(mailbox, view);
    case 'isSubscribed':
      return mailbox.subscribers.includes(call.token.account);
  }
}

/** What stays whoever asks (`FIXED_ROLES`) may be deleted by nobody. */
function rightsOn({ id, role }: MailboxInfo, { rights }: MailView): MailboxRights {
  const held = rights ? rightsObject(rights.get(id) ?? 0) : ALL_RIGHTS;
  return role !== null && FIXED_ROLES.has(role) ? { ...held, mayDelete: false } : held;
}

export function mailboxObject(
  names: readonly MailboxProperty[],
  mailbox: MailboxInfo,
  view: MailView,
  call: Call,
): Partial<Mailbox> {
  return Object.fromEntries(names.map((name) => [name, mailboxValue(name, mailbox, view, call)]));
}

export function mailboxGetMethods(services: SharingServices): JmapMethod[] {
  return [
    method({
      name: 'Mailbox/get',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapMailboxGet',
      args: mailboxGetArgs,
      handle: async (call, { ids, properties }) => {
        const withShares = properties?.includes('shareWith') === true;
        const names =
          properties === null
            ? PROPERTIES
            : readProperties(properties.filter((name) => name !== 'shareWith'));
        const asked = ids === null ? undefined : askedIds(call.request, ids);
        const view = await services.account(call.accountId, call.token).view();
        const found: MailboxInfo[] = [];
        const notFound: string[] = [];
        if (!asked) {
          checkAll(call.request, view.mailboxes.size);
          found.push(...view.mailboxes.values());
        }
        for (const { text, id } of asked ?? []) {
          const mailbox = id === undefined ? undefined : view.mailboxes.get(id);
          if (mailbox) found.push(mailbox);
          else notFound.push(text);
        }
        const objects = found.map((mailbox) => mailboxObject(names, mailbox, view, call));
        const shares = withShares
          ? await sharesOf(
              services,
              call,
              view,
              found.map(({ id }) => id),
            )
          : undefined;
        const list = found.map(({ id }, i) =>
          JSON.stringify({ ...objects[i], ...(shares && { shareWith: shares.get(id) ?? null }) }),
        );
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
        const mail = services.account(call.accountId, call.token);
        const sight = await mailboxSight(mail);
        const { result, entries } = await changesResult(call, mail.account, DataType.Mailbox, args, sight);
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
