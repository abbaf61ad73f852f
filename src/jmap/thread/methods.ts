// Thread/get and Thread/changes (RFC 8621 §3).
import { DataType } from '../../account/index.ts';
import { encodeId } from '../../base/index.ts';
import { threadChangesArgs, threadGetArgs, wrong } from '../../formats/jmap/index.ts';
import { changesResult } from '../changes.ts';
import { askedIds, checkAll, getResult, stateOf } from '../get.ts';
import { type JmapMethod, method, URN } from '../method.ts';
import type { MailServices } from '../services.ts';

export function threadMethods(services: MailServices): JmapMethod[] {
  return [
    method({
      name: 'Thread/get',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapThreadGet',
      args: threadGetArgs,
      handle: async (call, { ids, properties }) => {
        for (const name of properties ?? []) {
          if (name !== 'id' && name !== 'emailIds')
            wrong('properties', `"${name.slice(0, 100)}" is no property`);
        }
        const withEmails = properties === null || properties.includes('emailIds');
        const asked = ids === null ? undefined : askedIds(call.request, ids);
        const view = await services.account(call.accountId).view();
        const list: string[] = [];
        const notFound: string[] = [];
        const wanted = asked ?? allThreads(view.threads).map((id) => ({ id, text: encodeId(id) }));
        if (!asked) checkAll(call.request, wanted.length);
        for (const { id, text } of wanted) {
          const rows = id === undefined ? [] : view.threadRows(id);
          if (rows.length === 0 || id === undefined) {
            notFound.push(text);
            continue;
          }
          let emails = '';
          if (withEmails) {
            for (let i = 0; i < rows.length; i++) {
              emails += `${i === 0 ? '' : ','}"${encodeId(view.ids[rows[i] as number] as number)}"`;
            }
          }
          list.push(
            withEmails ? `{"id":"${encodeId(id)}","emailIds":[${emails}]}` : `{"id":"${encodeId(id)}"}`,
          );
        }
        return getResult(call, stateOf(view.head, DataType.Thread), list, notFound);
      },
    }),
    method({
      name: 'Thread/changes',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapThreadChanges',
      args: threadChangesArgs,
      handle: async (call, args) => {
        const { account } = services.account(call.accountId);
        return (await changesResult(call, account, DataType.Thread, args)).result;
      },
    }),
  ];
}

const allThreads = (threads: ArrayLike<number>): number[] => [...new Set(Array.from(threads))];
