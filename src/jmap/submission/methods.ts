// EmailSubmission/get, /changes, /query and /queryChanges (RFC 8621 §7).
import { DataType } from '../../account/index.ts';
import {
  type EmailSubmission,
  parseDate,
  emailSubmissionChangesArgs,
  emailSubmissionGetArgs,
  emailSubmissionQueryArgs,
  emailSubmissionQueryChangesArgs,
  wrong,
} from '../../formats/jmap/index.ts';
import { readSubmissions, type Submission } from '../../mail/index.ts';
import { encodeId } from '../../base/index.ts';
import { changesResult } from '../changes.ts';
import { stateOf } from '../get.ts';
import { type JmapMethod, method, URN } from '../method.ts';
import type { SendingServices } from '../sending.ts';
import { queryState } from '../query-state.ts';
import {
  asIds,
  asText,
  getFrom,
  matchingIds,
  queryAnswer,
  queryChangesAnswer,
  type QueryKind,
} from '../standard.ts';
import { submissionObject } from './object.ts';
import { submissionSetMethod } from './set.ts';

const PROPERTIES = [
  'id',
  'identityId',
  'emailId',
  'threadId',
  'envelope',
  'sendAt',
  'undoStatus',
  'deliveryStatus',
  'dsnBlobIds',
  'mdnBlobIds',
] as const satisfies readonly (keyof EmailSubmission)[];

export function submissionMethods(services: SendingServices): JmapMethod[] {
  const row = { capabilities: [URN.submission], account: 'member' } as const;
  return [
    method({
      ...row,
      name: 'EmailSubmission/get',
      permission: 'jmapEmailSubmissionGet',
      args: emailSubmissionGetArgs,
      handle: async (call, args) => {
        const { head, submissions } = await readSubmissions(services.accountOf(call.accountId));
        const objects = new Map(Array.from(submissions, ([id, record]) => [id, submissionObject(record)]));
        return getFrom(call, args, PROPERTIES, stateOf(head, DataType.EmailSubmission), objects);
      },
    }),
    method({
      ...row,
      name: 'EmailSubmission/changes',
      permission: 'jmapEmailSubmissionChanges',
      args: emailSubmissionChangesArgs,
      handle: async (call, args) => {
        const account = services.accountOf(call.accountId);
        return (await changesResult(call, account, DataType.EmailSubmission, args)).result;
      },
    }),
    method({
      ...row,
      name: 'EmailSubmission/query',
      permission: 'jmapEmailSubmissionQuery',
      args: emailSubmissionQueryArgs,
      handle: async (call, args) => {
        const { head, submissions } = await readSubmissions(services.accountOf(call.accountId));
        const ids = matchingIds(call, args, QUERY, submissions);
        return queryAnswer(call, args, queryState(head, DataType.EmailSubmission, args), ids);
      },
    }),
    method({
      ...row,
      name: 'EmailSubmission/queryChanges',
      permission: 'jmapEmailSubmissionQueryChanges',
      args: emailSubmissionQueryChangesArgs,
      handle: async (call, args) => {
        const account = services.accountOf(call.accountId);
        const { head, submissions } = await readSubmissions(account);
        const ids = matchingIds(call, args, QUERY, submissions);
        const state = queryState(head, DataType.EmailSubmission, args);
        // Everything else of a submission stays as it is.
        const mutable = JSON.stringify(args.filter ?? null).includes('"undoStatus"');
        return queryChangesAnswer(call, account, DataType.EmailSubmission, args, state, ids, mutable);
      },
    }),
    submissionSetMethod(services),
  ];
}

const QUERY: QueryKind<Submission> = {
  conditions: {
    identityIds: (value, at, request) => {
      const ids = asIds(value, at, request);
      return ({ identity }) => ids.has(identity);
    },
    emailIds: (value, at, request) => {
      const ids = asIds(value, at, request);
      return ({ email }) => ids.has(email);
    },
    threadIds: (value, at, request) => {
      const ids = asIds(value, at, request);
      return ({ thread }) => ids.has(thread);
    },
    undoStatus: (value, at) => {
      const status = asText(value, at);
      return ({ undoStatus }) => undoStatus === status;
    },
    before: (value, at) => {
      const time = parseDate(value, true) ?? wrong(at, 'must be a date like 2014-10-30T06:12:00Z');
      return ({ sendAt }) => Math.floor(sendAt / 1000) * 1000 < time;
    },
    after: (value, at) => {
      const time = parseDate(value, true) ?? wrong(at, 'must be a date like 2014-10-30T06:12:00Z');
      return ({ sendAt }) => Math.floor(sendAt / 1000) * 1000 >= time;
    },
  },
  sorts: {
    // Ids are strings, and are compared as such (RFC 8620 §5.5).
    emailId: ({ email }) => encodeId(email),
    threadId: ({ thread }) => encodeId(thread),
    sentAt: ({ sendAt }) => sendAt,
    sendAt: ({ sendAt }) => sendAt,
  },
};
