// Thread/get and Thread/changes (RFC 8621 §3).
import { DataType } from '../../account/index.ts';
import { encodeId } from '../../base/index.ts';
import { type ChangesResult, threadChangesArgs, threadGetArgs, wrong } from '../../formats/jmap/index.ts';
import { type ChangesArguments, changesResult, changesSince } from '../changes.ts';
import { MethodError } from '../errors.ts';
import { askedIds, checkAll, getResult, stateOf } from '../get.ts';
import type { MailAccount, MailView } from '../mail-port.ts';
import { type Call, type JmapMethod, method, URN } from '../method.ts';
import type { MailServices } from '../services.ts';
import { MAX_ENTRIES } from '../query-state.ts';
import { emailSight, threadsOf } from '../sight.ts';

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
        const view = await services.account(call.accountId, call.token).view();
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
        return getResult(call, threadState(view), list, notFound);
      },
    }),
    method({
      name: 'Thread/changes',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapThreadChanges',
      args: threadChangesArgs,
      handle: async (call, args) => {
        const mail = services.account(call.accountId, call.token);
        if (mail.rights) return sharedThreadChanges(call, mail, args);
        return (await changesResult(call, mail.account, DataType.Thread, args)).result;
      },
    }),
  ];
}

/** Which threads a caller with partial rights sees depends on where their e-mails are. */
const threadState = ({ head, rights }: MailView): string => {
  const moved = rights && head.state(DataType.Email) > head.state(DataType.Thread);
  return stateOf(head, moved ? DataType.Email : DataType.Thread);
};

/** Everything that happened to e-mails and threads since, as it shows in the threads that are seen now. */
async function sharedThreadChanges(
  call: Call,
  mail: MailAccount,
  { sinceState, maxChanges }: ChangesArguments,
): Promise<ChangesResult> {
  const { limits } = call.request;
  const sight = await emailSight(mail);
  // Read first: what happens from now on is told again by the next call.
  const view = await mail.view();
  const [threads, emails] = await Promise.all([
    changesSince(
      mail.account,
      DataType.Thread,
      sinceState,
      MAX_ENTRIES,
      sight && { ...sight, see: (entry) => entry },
    ),
    changesSince(mail.account, DataType.Email, sinceState, MAX_ENTRIES, sight),
  ]);
  const touched = threadsOf(emails.changes.entries, view);
  for (const { id } of threads.changes.entries) touched.add(id);
  const made = new Set(threads.changes.entries.filter(({ kind }) => kind === 'create').map(({ id }) => id));
  const lists = { created: [] as string[], updated: [] as string[], destroyed: [] as string[] };
  for (const id of touched) {
    const isSeen = view.threadRows(id).length > 0;
    lists[isSeen ? (made.has(id) ? 'created' : 'updated') : 'destroyed'].push(encodeId(id));
  }
  const isMore = threads.changes.hasMore || emails.changes.hasMore;
  if (isMore || touched.size > Math.min(maxChanges ?? limits.maxChanges, limits.maxChanges))
    throw new MethodError('cannotCalculateChanges', 'Too much has changed since that state.');
  return {
    accountId: call.accountText,
    oldState: sinceState,
    newState: threadState(view),
    hasMoreChanges: false,
    ...lists,
  };
}

const allThreads = (threads: ArrayLike<number>): number[] => [...new Set(Array.from(threads))];
