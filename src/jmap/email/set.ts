// Email/set and Email/import (RFC 8621 §4.6, §4.8): all creations of a call are one commit, all updates another.
import { DataType } from '../../account/index.ts';
import { now } from '../../base/index.ts';
import {
  emailImportArgs,
  emailImportEntry,
  emailSetArgs,
  type Json,
  type JsonObject,
} from '../../formats/jmap/index.ts';
import { parseDate, parseMessage, valueOctets } from '../../formats/mime/index.ts';
import { encodeId } from '../../base/index.ts';
import { wholeBlobId } from '../blob-id.ts';
import type { RequestContext } from '../context.ts';
import { invalidProperties, SetFailure } from '../errors.ts';
import { stateOf } from '../get.ts';
import type { AppendInput, Appended, EmailChange, MailAccount, MailView } from '../mail-port.ts';
import { type Call, type JmapMethod, method, setPermissions, URN } from '../method.ts';
import { readBlobs } from '../blobs.ts';
import type { MailServices } from '../services.ts';
import { asObject, checkState, propertyId, type SetArguments, SetCall, type UpdateItem } from '../set.ts';
import { blobsOf, composeMessage } from './compose.ts';
import { readDraft } from './draft.ts';
import { factsOf } from './get.ts';
import { changedSet, readEmailPatch, readKeywords, type SetChange, trueKeys } from './keywords.ts';
import { checkUnchanged, type SentProperties } from './unchanged.ts';

export function emailSetMethods(services: MailServices): JmapMethod[] {
  return [
    method({
      name: 'Email/set',
      capabilities: [URN.mail],
      account: 'shared',
      ...setPermissions('jmapEmailCreate', 'jmapEmailUpdate', 'jmapEmailDestroy'),
      args: emailSetArgs,
      handle: (call, args) => setEmails(call, args, services),
    }),
    method({
      name: 'Email/import',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapEmailImport',
      args: emailImportArgs,
      handle: async (call, { ifInState, emails }) => importEmails(call, ifInState, emails, services),
    }),
  ];
}

/** A whole Email/set. */
async function setEmails(call: Call, args: SetArguments, services: MailServices): Promise<object> {
  const mail = services.account(call.accountId, call.token);
  const set = new SetCall(call, args, stateOf((await mail.view()).head, DataType.Email));
  await create(set, mail, services, call);
  await update(set, mail, services, call);
  await destroy(set, mail);
  return set.result(stateOf((await mail.view()).head, DataType.Email));
}

async function create(set: SetCall, mail: MailAccount, services: MailServices, call: Call): Promise<void> {
  const wanted: { key: string; input: AppendInput }[] = [];
  const { mailboxes } = await mail.view();
  for (const [key, object] of set.creations()) {
    try {
      const draft = readDraft(object);
      const mailboxIds = mailboxNumbers(draft.mailboxIds, mailboxes, call.request);
      const blobs = await readBlobs(blobsOf(draft), call, services.blobs);
      const bytes = composeMessage(draft, blobs, services.hostname(), services.limits());
      wanted.push({
        key,
        input: { bytes, mailboxIds, keywords: [...draft.keywords], receivedAt: draft.receivedAt ?? now() },
      });
    } catch (error) {
      set.notCreated(key, error);
    }
    if (call.request.slice.due()) await call.request.slice.pause();
  }
  if (wanted.length === 0) return;
  const outcomes = await mail.append(wanted.map(({ input }) => input));
  for (const [i, { key }] of wanted.entries()) {
    const outcome = outcomes[i];
    if (outcome && 'value' in outcome) set.created(key, outcome.value.id, appended(outcome.value));
    else set.notCreated(key, outcome?.error);
  }
}

/** What a client cannot know of a message that was stored. */
export const appended = ({ thread, hash, size }: Appended): JsonObject => ({
  blobId: wholeBlobId(hash),
  threadId: encodeId(thread),
  size,
});

export function mailboxNumbers(
  ids: readonly string[],
  mailboxes: MailView['mailboxes'],
  request: RequestContext,
): number[] {
  return ids.map((text) => {
    const id = propertyId(request, text, 'mailboxIds');
    if (!mailboxes.has(id))
      throw invalidProperties(['mailboxIds'], `mailboxIds: there is no mailbox ${text.slice(0, 100)}`);
    return id;
  });
}

async function update(set: SetCall, mail: MailAccount, services: MailServices, call: Call): Promise<void> {
  const { request } = call;
  const items = set.updates();
  if (items.length === 0) return;
  const view = await mail.view();
  const wanted: Update[] = [];
  for (const item of items) {
    const row = view.row(item.id);
    if (row < 0) {
      set.missing(item, 'update');
      continue;
    }
    try {
      wanted.push({ item, ...readChange(item.id, item.patch, row, view, request) });
    } catch (error) {
      set.notUpdated(item, error);
    }
  }
  const changes: { item: UpdateItem; change: EmailChange }[] = [];
  for (const { item, change, sent } of wanted) {
    try {
      if (sent) await checkUnchanged(sent, mail, services.blobs.reads, request.slice);
      if (change) changes.push({ item, change });
      else set.updated(item);
    } catch (error) {
      set.notUpdated(item, error);
    }
  }
  if (changes.length === 0) return;
  const outcomes = await mail.updateEmails(changes.map(({ change }) => change));
  for (const [i, { item }] of changes.entries()) {
    const outcome = outcomes[i];
    if (outcome && 'value' in outcome) set.updated(item);
    else set.notUpdated(item, outcome?.error);
  }
}

interface Change {
  /** Undefined when nothing changes. */
  readonly change: EmailChange | undefined;
  /** Properties that cannot change, if any were sent, to be compared with those of the e-mail. */
  readonly sent: SentProperties | undefined;
}

interface Update extends Change {
  readonly item: UpdateItem;
}

/** The change that a patch asks for. Throws `SetFailure`. */
function readChange(
  id: number,
  patch: JsonObject,
  row: number,
  view: MailView,
  request: RequestContext,
): Change {
  const { mailboxIds, keywords, others } = readEmailPatch(patch);
  const sent = Object.keys(others).length > 0 ? { properties: others, facts: factsOf(view, row) } : undefined;
  const mailboxes = mailboxIds && mailboxChange(mailboxIds, view, request);
  if (mailboxes) {
    const current = new Set(view.mailboxesOf(row).map(String));
    if (changedSet(current, asTexts(mailboxes)).size === 0) {
      throw invalidProperties(['mailboxIds'], 'mailboxIds: an e-mail must be in a mailbox');
    }
  }
  const change = (mailboxes || keywords) && {
    id,
    ...(mailboxes && { mailboxes }),
    ...(keywords && { keywords: asLists(keywords) }),
  };
  return { change, sent };
}

function mailboxChange(
  change: SetChange,
  { mailboxes }: MailView,
  request: RequestContext,
): NonNullable<EmailChange['mailboxes']> {
  if ('replace' in change) return { replace: mailboxNumbers([...change.replace], mailboxes, request) };
  // Taking an e-mail out of a mailbox that is not there is no error: it is not in it.
  const remove = [...change.remove].map((text) => propertyId(request, text, 'mailboxIds'));
  return { add: mailboxNumbers([...change.add], mailboxes, request), remove };
}

const asTexts = (change: NonNullable<EmailChange['mailboxes']>): SetChange =>
  'replace' in change
    ? { replace: new Set(change.replace.map(String)) }
    : { add: new Set(change.add.map(String)), remove: new Set(change.remove.map(String)) };

const asLists = (change: SetChange): NonNullable<EmailChange['keywords']> =>
  'replace' in change
    ? { replace: [...change.replace] }
    : { add: [...change.add], remove: [...change.remove] };

async function destroy(set: SetCall, mail: MailAccount): Promise<void> {
  const items = set.destructions();
  if (items.length === 0) return;
  const view = await mail.view();
  const present = items.filter((item) => {
    if (view.row(item.id) >= 0) return true;
    set.missing(item, 'destroy');
    return false;
  });
  if (present.length === 0) return;
  const outcomes = await mail.destroyEmails(present.map(({ id }) => id));
  for (const [i, item] of present.entries()) {
    const outcome = outcomes[i];
    if (outcome && 'value' in outcome) set.destroyed(item);
    else set.notDestroyed(item, outcome?.error);
  }
}

async function importEmails(
  call: Call,
  ifInState: unknown,
  emails: Readonly<Record<string, JsonObject>>,
  services: MailServices,
): Promise<object> {
  const { request } = call;
  const mail = services.account(call.accountId, call.token);
  const before = await mail.view();
  const oldState = stateOf(before.head, DataType.Email);
  checkState(ifInState, oldState);
  const entries = Object.entries(emails);
  const set = new SetCall(call, { ifInState: null, create: emails, update: null, destroy: null }, oldState);
  const { mailboxes } = before;
  const blobs = await readBlobs(blobIds(entries, request), call, services.blobs);
  const wanted: { key: string; input: AppendInput }[] = [];
  for (const [key, object] of entries) {
    try {
      wanted.push({ key, input: readImport(object, mailboxes, blobs, request) });
    } catch (error) {
      set.notCreated(key, error);
    }
    if (request.slice.due()) await request.slice.pause();
  }
  const outcomes = wanted.length > 0 ? await mail.append(wanted.map(({ input }) => input)) : [];
  const created = new Map<string, JsonObject>();
  for (const [i, { key }] of wanted.entries()) {
    const outcome = outcomes[i];
    if (outcome && 'value' in outcome) {
      const id = encodeId(outcome.value.id);
      request.created.set(key, id);
      created.set(key, { id, ...appended(outcome.value) });
    } else set.notCreated(key, outcome?.error);
  }
  const { notCreated } = set.result('') as { notCreated: unknown };
  const newState = stateOf((await mail.view()).head, DataType.Email);
  return { accountId: call.accountText, oldState, newState, created: asObject(created), notCreated };
}

const realBlob = (id: string, request: RequestContext): string =>
  id.startsWith('#') ? (request.created.get(id.slice(1)) ?? id) : id;

function blobIds(entries: readonly [string, JsonObject][], request: RequestContext): string[] {
  const ids = entries.map(([, { blobId }]: [string, { blobId?: Json }]) => blobId);
  return [...new Set(ids.filter((id) => typeof id === 'string').map((id) => realBlob(id, request)))];
}

function readImport(
  object: JsonObject,
  mailboxes: MailView['mailboxes'],
  blobs: ReadonlyMap<string, Uint8Array>,
  request: RequestContext,
): AppendInput {
  const entry = emailImportEntry(object, '');
  const ids = trueKeys(object['mailboxIds'], 'mailboxIds');
  if (ids.length === 0) throw invalidProperties(['mailboxIds'], 'mailboxIds: must name a mailbox');
  const mailboxIds = mailboxNumbers(ids, mailboxes, request);
  const keywords = [...readKeywords(object['keywords'] ?? {})];
  const bytes = blobs.get(realBlob(entry.blobId, request));
  if (!bytes) throw invalidProperties(['blobId'], 'blobId: there is no such blob');
  const receivedAt = entry.receivedAt ?? receivedDate(bytes);
  return { bytes, mailboxIds, keywords, receivedAt };
}

/** The newest date of a Received field, else now. Throws `invalidEmail` for bytes without any header field. */
function receivedDate(bytes: Uint8Array): number {
  const { fields } = parseMessage(bytes).parts[0];
  if (fields.length === 0) throw new SetFailure('invalidEmail', 'There is no header field in the message.');
  let newest = -Infinity;
  for (const field of fields) {
    if (field.key !== 'received') continue;
    // RFC 5322 §3.6.7: the date follows the last semicolon.
    const value = valueOctets(bytes, field);
    const date = parseDate(value.slice(value.lastIndexOf(';') + 1));
    if (date && date.time <= now()) newest = Math.max(newest, date.time);
  }
  return Number.isFinite(newest) ? newest : now();
}
