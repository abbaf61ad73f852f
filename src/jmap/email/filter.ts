// The filter of Email/query (RFC 8621 §4.4.1): conditions checked and turned into tests that run on columns,
// on the search store, or on header records.
import { decodeId } from '../../base/index.ts';
import {
  type Filter,
  type Json,
  type JsonObject,
  parseDate,
  readFilter,
  wrong,
} from '../../formats/jmap/index.ts';
import { type RequestContext, realId } from '../context.ts';
import { MethodError } from '../errors.ts';
import { readKeyword } from './keywords.ts';

export type TextField = 'text' | 'from' | 'to' | 'cc' | 'bcc' | 'subject' | 'body';

/** One test of an e-mail. Ids that cannot exist are undefined and match nothing. */
export type EmailTest =
  | { readonly kind: 'inMailbox'; readonly mailbox: number | undefined }
  | { readonly kind: 'inMailboxOtherThan'; readonly mailboxes: ReadonlySet<number> }
  | { readonly kind: 'inThread'; readonly thread: number | undefined }
  | { readonly kind: 'id'; readonly ids: ReadonlySet<number> }
  /** From `from` (inclusive) to `to` (exclusive), in milliseconds. */
  | { readonly kind: 'received' | 'sent'; readonly from: number; readonly to: number }
  | { readonly kind: 'size'; readonly from: number; readonly to: number }
  | { readonly kind: 'keyword'; readonly keyword: string; readonly has: boolean }
  | { readonly kind: 'threadKeyword'; readonly keyword: string; readonly quantity: 'all' | 'some' | 'none' }
  | { readonly kind: 'attachment'; readonly has: boolean }
  | { readonly kind: 'text'; readonly field: TextField; readonly value: string }
  | { readonly kind: 'header'; readonly name: string; readonly value: string | undefined };

export type EmailFilter = Filter<readonly EmailTest[]>;

/** Reads the filter; null for none. Throws `unsupportedFilter` or `Invalid`. */
export const readEmailFilter = (value: unknown, request: RequestContext): EmailFilter | null =>
  readFilter(value, (condition, at) => readCondition(condition, at, request));

function readCondition(condition: JsonObject, at: string, request: RequestContext): EmailTest[] {
  const tests: EmailTest[] = [];
  for (const name of Object.keys(condition)) {
    const read = Object.hasOwn(CONDITIONS, name) ? CONDITIONS[name] : undefined;
    if (!read) throw new MethodError('unsupportedFilter', `${at}/${name}: there is no such condition`);
    tests.push(read(condition[name] as Json, `${at}/${name}`, request));
  }
  return tests;
}

type Reader = (value: Json, at: string, request: RequestContext) => EmailTest;

const string = (value: Json, at: string): string =>
  typeof value === 'string' ? value : wrong(at, 'must be a string');
const number = (value: Json, at: string): number =>
  Number.isSafeInteger(value) && (value as number) >= 0
    ? (value as number)
    : wrong(at, 'must be a non-negative integer');
const boolean = (value: Json, at: string): boolean =>
  typeof value === 'boolean' ? value : wrong(at, 'must be true or false');
const date = (value: Json, at: string): number =>
  parseDate(value, true) ?? wrong(at, 'must be a date like 2014-10-30T06:12:00Z');
/** A keyword that none can be named by matches nothing, as no e-mail has it. */
const keyword = (value: Json, at: string): string => {
  const text = string(value, at);
  return readKeyword(text) ?? text;
};
const strings = (value: Json, at: string): string[] =>
  Array.isArray(value) ? value.map((item, i) => string(item, `${at}/${i}`)) : wrong(at, 'must be an array');
const document = (id: string, request: RequestContext): number | undefined => {
  const real = realId(request, id);
  return real === undefined ? undefined : decodeId(real);
};
const documents = (value: Json, at: string, request: RequestContext): Set<number> => {
  const ids = strings(value, at).map((id) => document(id, request));
  return new Set(ids.filter((id) => id !== undefined));
};

const text =
  (field: TextField): Reader =>
  (value, at) => ({ kind: 'text', field, value: string(value, at) });
const threadKeyword =
  (quantity: 'all' | 'some' | 'none'): Reader =>
  (value, at) => ({ kind: 'threadKeyword', keyword: keyword(value, at), quantity });

const CONDITIONS: Readonly<Record<string, Reader>> = {
  inMailbox: (value, at, request) => ({ kind: 'inMailbox', mailbox: document(string(value, at), request) }),
  inMailboxOtherThan: (value, at, request) => ({
    kind: 'inMailboxOtherThan',
    mailboxes: documents(value, at, request),
  }),
  before: (value, at) => ({ kind: 'received', from: -Infinity, to: date(value, at) }),
  after: (value, at) => ({ kind: 'received', from: date(value, at), to: Infinity }),
  sentBefore: (value, at) => ({ kind: 'sent', from: -Infinity, to: date(value, at) }),
  sentAfter: (value, at) => ({ kind: 'sent', from: date(value, at), to: Infinity }),
  minSize: (value, at) => ({ kind: 'size', from: number(value, at), to: Infinity }),
  maxSize: (value, at) => ({ kind: 'size', from: 0, to: number(value, at) }),
  allInThreadHaveKeyword: threadKeyword('all'),
  someInThreadHaveKeyword: threadKeyword('some'),
  noneInThreadHaveKeyword: threadKeyword('none'),
  hasKeyword: (value, at) => ({ kind: 'keyword', keyword: keyword(value, at), has: true }),
  notKeyword: (value, at) => ({ kind: 'keyword', keyword: keyword(value, at), has: false }),
  hasAttachment: (value, at) => ({ kind: 'attachment', has: boolean(value, at) }),
  text: text('text'),
  from: text('from'),
  to: text('to'),
  cc: text('cc'),
  bcc: text('bcc'),
  subject: text('subject'),
  body: text('body'),
  header: (value, at) => {
    const [name, wanted, ...rest] = strings(value, at);
    if (name === undefined || name === '' || rest.length > 0)
      return wrong(at, 'must be a name, or a name and a value');
    return { kind: 'header', name: name.toLowerCase(), value: wanted?.toLowerCase() };
  },
  id: (value, at, request) => ({ kind: 'id', ids: documents(value, at, request) }),
  inThread: (value, at, request) => ({ kind: 'inThread', thread: document(string(value, at), request) }),
};

/** All tests of a filter. */
export function* testsOf(filter: EmailFilter | null): Generator<EmailTest> {
  if (!filter) return;
  if ('condition' in filter) yield* filter.condition;
  else for (const inner of filter.conditions) yield* testsOf(inner);
}

/** What the results of a query depend on besides messages coming and going. */
export interface Mutability {
  /** Mailboxes or keywords of an e-mail decide about it. */
  readonly email: boolean;
  /** Keywords of the others in its thread do too. */
  readonly thread: boolean;
}

export function mutabilityOf(
  filter: EmailFilter | null,
  sorts: readonly { readonly property: string }[],
  collapse: boolean,
): Mutability {
  let email = collapse;
  let thread = collapse;
  for (const { kind } of testsOf(filter)) {
    if (kind === 'inMailbox' || kind === 'inMailboxOtherThan' || kind === 'keyword') email = true;
    if (kind === 'threadKeyword') email = thread = true;
  }
  for (const { property } of sorts) {
    if (property === 'hasKeyword') email = true;
    if (property.endsWith('InThreadHaveKeyword')) email = thread = true;
  }
  return { email, thread };
}
