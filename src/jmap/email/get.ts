// Email/get and Email/changes (RFC 8621 §4.2, §4.3). Columns in memory answer what they can; cold records come in
// one read; of the messages themselves only the bytes are read that the properties need.
import { type AccountId, DataType } from '../../account/index.ts';
import { encodeId, type Slice } from '../../base/index.ts';
import { emailChangesArgs, emailGetArgs } from '../../formats/jmap/index.ts';
import { changesResult } from '../changes.ts';
import { MethodError } from '../errors.ts';
import { type AskedId, askedIds, checkAll, getResult, stateOf } from '../get.ts';
import type { BlobReads } from '../blobs.ts';
import type { ColdRecord, MailAccount, MailView } from '../mail-port.ts';
import { type JmapMethod, method, URN } from '../method.ts';
import type { MailServices } from '../services.ts';
import { emailSight } from '../sight.ts';
import { ListCache } from './list-cache.ts';
import { type EmailPlan, planEmail } from './properties.ts';
import {
  coldMembers,
  type EmailSource,
  neededRange,
  renderHot,
  renderWith,
  type StoredFacts,
} from './render.ts';

export function emailGetMethods(services: MailServices): JmapMethod[] {
  const lists = new ListCache();
  return [
    method({
      name: 'Email/get',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapEmailGet',
      args: emailGetArgs,
      handle: async (call, args) => {
        const plan = planEmail(args.properties, args);
        const asked = args.ids === null ? undefined : askedIds(call.request, args.ids);
        const mail = services.account(call.accountId, call.token);
        const view = await mail.view();
        if (!asked) checkAll(call.request, view.count);
        // The view moves on with the next write: all of it that is needed is taken now.
        const { found, notFound } = takeFacts(view, asked);
        const state = stateOf(view.head, DataType.Email);
        const { slice } = call.request;
        if (!plan.needsCold) {
          const list = await renderAll(found, slice, (facts) => renderHot(plan, facts));
          return getResult(call, state, list, notFound);
        }
        const texts = await coldTexts(plan, found, call.accountId, mail, services.blobs.reads, lists, slice);
        const list: string[] = [];
        for (const [i, facts] of found.entries()) {
          const text = texts[i];
          if (text === undefined) notFound.push(encodeId(facts.stored.id));
          else list.push(renderWith(plan, facts, text));
          if (slice.due()) await slice.pause();
        }
        return getResult(call, state, list, notFound);
      },
    }),
    method({
      name: 'Email/changes',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapEmailChanges',
      args: emailChangesArgs,
      handle: async (call, args) => {
        const mail = services.account(call.accountId, call.token);
        return (await changesResult(call, mail.account, DataType.Email, args, await emailSight(mail))).result;
      },
    }),
  ];
}

export interface HotFacts {
  readonly stored: StoredFacts;
  readonly size: number;
}

function takeFacts(
  view: MailView,
  asked: readonly AskedId[] | undefined,
): { found: HotFacts[]; notFound: string[] } {
  const found: HotFacts[] = [];
  const notFound: string[] = [];
  if (!asked) for (let row = 0; row < view.count; row++) found.push(factsOf(view, row));
  for (const { id, text } of asked ?? []) {
    const row = id === undefined ? -1 : view.row(id);
    if (row < 0) notFound.push(text);
    else found.push(factsOf(view, row));
  }
  return { found, notFound };
}

/** The hot facts of one row. */
export function factsOf(view: MailView, row: number): HotFacts {
  return {
    stored: {
      id: view.ids[row] as number,
      thread: view.threads[row] as number,
      mailboxes: view.mailboxesOf(row),
      // RFC 8621 §4.1.1: in lower case; the store keeps the spelling that IMAP clients gave.
      keywords: view.keywordsOf(row).map((keyword) => keyword.toLowerCase()),
      received: view.received[row] as number,
    },
    size: view.sizes[row] as number,
  };
}

async function renderAll<T>(
  items: readonly T[],
  slice: Slice,
  render: (item: T) => string,
): Promise<string[]> {
  const list: string[] = [];
  for (const item of items) {
    list.push(render(item));
    if (slice.due()) await slice.pause();
  }
  return list;
}

/** Bytes of messages held at once, and of one answer. */
const CHUNK_BYTES = 4 * 1024 * 1024;
const MAX_ANSWER = 128 * 1024 * 1024;
/** A message up to this size is read whole, together with others. */
const WHOLE = 64 * 1024;

/** For each e-mail the members that never change; undefined where nothing is stored. */
async function coldTexts(
  plan: EmailPlan,
  found: readonly HotFacts[],
  account: AccountId,
  mail: Pick<MailAccount, 'cold'>,
  blobs: BlobReads,
  lists: ListCache,
  slice: Slice,
): Promise<(string | undefined)[]> {
  const { listKey } = plan;
  const texts = found.map(({ stored }) => listKey && lists.get(account, stored.id, listKey));
  const missing = found.flatMap((facts, i) => (texts[i] === undefined ? [{ facts, i }] : []));
  if (missing.length === 0) return texts;
  const cold = await mail.cold(missing.map(({ facts }) => facts.stored.id));
  const present = missing.filter((_, i) => cold[i]);
  const records = cold.filter((record) => record !== undefined);
  const rendered = await renderCold(
    plan,
    present.map(({ facts }) => facts),
    records,
    blobs,
    slice,
  );
  for (const [at, { facts, i }] of present.entries()) {
    const text = rendered[at] as string;
    texts[i] = text;
    if (listKey !== undefined) lists.keep(account, facts.stored.id, listKey, text);
  }
  return texts;
}

/** The members of the plan that never change, for each e-mail. */
export async function renderCold(
  plan: EmailPlan,
  found: readonly HotFacts[],
  cold: readonly ColdRecord[],
  blobs: BlobReads,
  slice: Slice,
): Promise<string[]> {
  const list: string[] = [];
  let total = 0;
  let chunk: Wanted[] = [];
  let chunkBytes = 0;
  const flush = async (): Promise<void> => {
    for (const { facts, record, base, bytes } of await readChunk(chunk, blobs)) {
      const text = coldMembers(plan, emailSource(facts, record, bytes, base));
      total += text.length;
      if (total > MAX_ANSWER)
        throw new MethodError('requestTooLarge', 'The answer would be too large: ask for fewer.');
      list.push(text);
      if (slice.due()) await slice.pause();
    }
    chunk = [];
    chunkBytes = 0;
  };
  for (const [i, facts] of found.entries()) {
    const record = cold[i] as ColdRecord;
    const range = neededRange(plan, record.message);
    chunk.push({ facts, record, range });
    if (range) chunkBytes += record.size <= WHOLE ? record.size : range.to - range.from;
    if (chunkBytes > CHUNK_BYTES || chunk.length >= CHUNK_EMAILS) await flush();
  }
  await flush();
  return list;
}

const CHUNK_EMAILS = 500;

interface Wanted {
  readonly facts: HotFacts;
  readonly record: ColdRecord;
  readonly range: { readonly from: number; readonly to: number } | undefined;
}

interface Read extends Wanted {
  readonly base: number;
  readonly bytes: Uint8Array;
}

/** Small messages in one read of many, ranges of large ones beside it. A blob that is gone reads as empty. */
async function readChunk(chunk: readonly Wanted[], blobs: BlobReads): Promise<Read[]> {
  const small = chunk.filter(({ range, record }) => range && record.size <= WHOLE);
  const large = chunk.filter(({ range, record }) => range && record.size > WHOLE);
  const [whole, parts] = await Promise.all([
    small.length > 0 ? blobs.readMany(small.map(({ record }) => record.hash)) : [],
    Promise.all(
      large.map(({ record, range }) => {
        const { from, to } = range as { from: number; to: number };
        return blobs.read(record.hash, { offset: from, length: to - from });
      }),
    ),
  ]);
  const bytes = new Map<Wanted, Read>();
  for (const [i, wanted] of small.entries())
    bytes.set(wanted, { ...wanted, base: 0, bytes: whole[i] ?? EMPTY });
  for (const [i, wanted] of large.entries()) {
    bytes.set(wanted, { ...wanted, base: wanted.range?.from ?? 0, bytes: parts[i] ?? EMPTY });
  }
  return chunk.map((wanted) => bytes.get(wanted) ?? { ...wanted, base: 0, bytes: EMPTY });
}

const EMPTY = new Uint8Array();

/** Everything of a stored e-mail that can be shown. */
function emailSource(facts: HotFacts, record: ColdRecord, bytes: Uint8Array, base: number): EmailSource {
  const { hash, message, preview, hasAttachment } = record;
  return { ...facts, blob: { hash, steps: [] }, message, preview, hasAttachment, bytes, base };
}
