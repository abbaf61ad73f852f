// Email/copy (RFC 8621 §4.7, RFC 8620 §5.4): e-mails of one account are put into another.
import { DataType } from '../../account/index.ts';
import { decodeId, encodeId } from '../../base/index.ts';
import { emailCopyArgs, type JsonObject, parseDate, type SetError } from '../../formats/jmap/index.ts';
import { realId } from '../context.ts';
import { invalidProperties, MethodError, setErrorFor, SetFailure } from '../errors.ts';
import { stateOf } from '../get.ts';
import { implicitEmailSet } from '../implicit.ts';
import type { AppendInput, MailView } from '../mail-port.ts';
import { type Call, type JmapMethod, method, URN } from '../method.ts';
import type { SendingServices } from '../sending.ts';
import { asObject, checkState } from '../set.ts';
import { readKeywords, trueKeys } from './keywords.ts';
import { appended, mailboxNumbers } from './set.ts';

export function emailCopyMethod(services: SendingServices): JmapMethod {
  return method({
    name: 'Email/copy',
    capabilities: [URN.mail],
    account: 'shared',
    permission: 'jmapEmailCopy',
    args: emailCopyArgs,
    handle: async (call, args) => {
      const { request } = call;
      const number = decodeId(args.fromAccountId);
      const from = number === undefined ? undefined : await request.directory.find(call.token, number);
      if (!from) throw new MethodError('fromAccountNotFound', 'There is no such account to copy from.');
      if (from.id === call.accountId) {
        throw new MethodError('invalidArguments', 'fromAccountId: must be another account', {
          arguments: ['fromAccountId'],
        });
      }
      const entries = Object.entries(args.create);
      if (entries.length > request.limits.maxObjectsInSet)
        throw new MethodError('requestTooLarge', `More than ${request.limits.maxObjectsInSet} objects.`);
      const source = await services.account(from.id, call.token).view();
      checkState(args.ifFromInState, stateOf(source.head, DataType.Email));
      const target = services.account(call.accountId, call.token);
      const before = await target.view();
      const oldState = stateOf(before.head, DataType.Email);
      checkState(args.ifInState, oldState);
      const copier = new Copier(services, call, from.id, before);
      for (const [key, object] of entries) {
        try {
          await copier.add(key, readCopy(object, call, source, before));
        } catch (error) {
          copier.notCreated.set(key, setErrorFor(error));
        }
        if (request.slice.due()) await request.slice.pause();
      }
      await copier.flush();
      const newState = stateOf((await target.view()).head, DataType.Email);
      if (args.onSuccessDestroyOriginal) {
        const origin = { ...call, accountId: from.id, accountText: args.fromAccountId, member: from.member };
        const destroy = [...new Set(copier.copied)].map(encodeId);
        await implicitEmailSet(origin, services, { ifInState: args.destroyFromIfInState, destroy });
      }
      return {
        fromAccountId: args.fromAccountId,
        accountId: call.accountText,
        oldState,
        newState,
        created: asObject(copier.created),
        notCreated: asObject(copier.notCreated),
      };
    },
  });
}

/** A copy that is asked for. */
interface Copy {
  /** E-mail of the account that is copied from. */
  readonly id: number;
  readonly mailboxIds: readonly number[];
  readonly keywords: readonly string[];
  readonly receivedAt: number;
}

const KNOWN: ReadonlySet<string> = new Set(['id', 'mailboxIds', 'keywords', 'receivedAt']);

/** Throws `SetFailure`. */
function readCopy(object: JsonObject, call: Call, source: MailView, target: MailView): Copy {
  const unknown = Object.keys(object).filter((name) => !KNOWN.has(name));
  if (unknown.length > 0)
    throw invalidProperties(unknown, `A copy cannot set: ${unknown.join(', ').slice(0, 200)}`);
  const { id: text, mailboxIds = null, keywords = null, receivedAt = null } = object;
  if (typeof text !== 'string') throw invalidProperties(['id'], 'id: must be an id');
  const real = realId(call.request, text);
  const id = real === undefined ? undefined : decodeId(real);
  const row = id === undefined ? -1 : source.row(id);
  if (id === undefined || row < 0) throw new SetFailure('notFound', 'There is no such e-mail.');
  const names = mailboxIds === null ? [] : trueKeys(mailboxIds, 'mailboxIds');
  if (names.length === 0) throw invalidProperties(['mailboxIds'], 'mailboxIds: must name a mailbox');
  const received = receivedAt === null ? (source.received[row] as number) : parseDate(receivedAt, true);
  if (received === undefined)
    throw invalidProperties(['receivedAt'], 'receivedAt: must be a date like 2014-10-30T06:12:00Z');
  return {
    id,
    mailboxIds: mailboxNumbers(names, target.mailboxes, call.request),
    keywords: keywords === null ? source.keywordsOf(row) : [...readKeywords(keywords)],
    receivedAt: received,
  };
}

/** Bytes and messages that are held at once. */
const CHUNK_BYTES = 4 * 1024 * 1024;
const CHUNK_EMAILS = 200;

/** Reads messages and stores them, a few at a time. */
class Copier {
  readonly created = new Map<string, JsonObject>();
  readonly notCreated = new Map<string, SetError>();
  /** E-mails that were copied, by their ids in the account they came from. */
  readonly copied: number[] = [];
  readonly #services: SendingServices;
  readonly #call: Call;
  readonly #from: number;
  readonly #target: MailView;
  /** Messages that this call has copied already, with the keys they were copied under. */
  readonly #taken = new Map<string, string>();
  #waiting: { key: string; id: number; input: AppendInput }[] = [];
  #bytes = 0;

  constructor(services: SendingServices, call: Call, from: number, target: MailView) {
    this.#services = services;
    this.#call = call;
    this.#from = from;
    this.#target = target;
  }

  async add(key: string, { id, mailboxIds, keywords, receivedAt }: Copy): Promise<void> {
    const services = this.#services;
    const [cold] = await services.account(this.#from, this.#call.token).cold([id]);
    const bytes = cold && (await services.blobs.reads.read(cold.hash));
    if (!cold || !bytes) throw new SetFailure('notFound', 'There is no such e-mail.');
    const hash = Buffer.from(cold.hash).toString('base64');
    const [holders = []] = await services.emailsWith(this.#call.accountId, [cold.hash]);
    const existing = holders.find((holder) => this.#target.row(holder) >= 0);
    if (existing !== undefined) throw alreadyThere(encodeId(existing));
    const before = this.#taken.get(hash);
    if (before !== undefined) {
      await this.flush();
      // The first of two may have failed: then there is room for the second.
      const copy = this.created.get(before)?.['id'];
      if (typeof copy === 'string') throw alreadyThere(copy);
    }
    this.#taken.set(hash, key);
    this.#waiting.push({ key, id, input: { bytes, mailboxIds, keywords, receivedAt } });
    this.#bytes += bytes.length;
    if (this.#bytes >= CHUNK_BYTES || this.#waiting.length >= CHUNK_EMAILS) await this.flush();
  }

  async flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    if (waiting.length === 0) return;
    const target = this.#services.account(this.#call.accountId, this.#call.token);
    const outcomes = await target.append(waiting.map(({ input }) => input));
    for (const [i, { key, id }] of waiting.entries()) {
      const outcome = outcomes[i];
      if (outcome && 'value' in outcome) {
        const copyId = encodeId(outcome.value.id);
        this.created.set(key, { id: copyId, ...appended(outcome.value) });
        this.#call.request.created.set(key, copyId);
        this.copied.push(id);
      } else this.notCreated.set(key, setErrorFor(outcome?.error));
    }
  }
}

const alreadyThere = (existingId: string): SetFailure =>
  new SetFailure('alreadyExists', 'The account has that message already.', { existingId });
