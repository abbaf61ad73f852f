// Takes a Request object to its Response (RFC 8620 §3.3, §3.4), whichever way it came in: limits, capabilities, the
// calls, and the session state that every response repeats.
import { type AccessToken, permission } from '../access/index.ts';
import type { ClientAddress } from '../formats/http/index.ts';
import { type Json, readRequest, RequestError, type Session } from '../formats/jmap/index.ts';
import type { AccountDirectory } from './context.ts';
import { checkCapabilities, type MethodTable, runCalls } from './engine.ts';
import { Gate } from './gate.ts';
import { writeResponse } from './result.ts';
import { type Features, knownCapabilities, sessionFor } from './session.ts';
import type { JmapSettings } from './settings.ts';
import { Slice } from '../base/index.ts';

export interface ProcessorOptions {
  readonly table: MethodTable;
  readonly directory: AccountDirectory;
  readonly settings: () => JmapSettings;
  /** What is mounted beside the methods, for the session. */
  readonly features?: Features;
}

/** Whose request it is, and where it came from. */
export interface Requester {
  readonly token: AccessToken;
  readonly client: ClientAddress;
  /** Origin of the URLs in the session. */
  readonly origin: string;
}

/** One for all ways in: what is in flight is counted over all of them (RFC 8887 §4.3.2). */
export class Processor {
  readonly #options: ProcessorOptions;
  readonly #gate = new Gate();
  readonly #sessions = new WeakMap<
    AccessToken,
    { settings: JmapSettings; origin: string; revision: string; session: Session }
  >();

  constructor(options: ProcessorOptions) {
    this.#options = options;
  }

  get settings(): JmapSettings {
    return this.#options.settings();
  }

  /** Takes a place for a request; returns what gives it back. Throws `limit` when there is none. */
  enter({ token, client }: Requester): () => void {
    const unlimited = client.exempt || token.has(UNLIMITED_REQUESTS);
    const limit = unlimited ? Infinity : this.settings.maxConcurrentRequests;
    const leave = this.#gate.enter(token.account, limit);
    if (!leave) throw new RequestError('limit', 'Too many requests at once.', 'maxConcurrentRequests');
    return leave;
  }

  /** Most bytes of a request of this caller. */
  maxRequestSize(token: AccessToken): number {
    return token.has(UNLIMITED_UPLOADS) ? UNLIMITED_BODY : this.settings.maxRequestSize;
  }

  /** The response as text or pieces of it; `more` are members beside those of the standard. Throws `RequestError`. */
  async answer(
    { token, client, origin }: Requester,
    value: Json,
    more: Readonly<Record<string, string>> = {},
  ): Promise<string | Uint8Array[]> {
    const { table, directory, features = {} } = this.#options;
    const { settings } = this;
    const request = readRequest(value, settings.maxMethodCalls);
    checkCapabilities(request.using, knownCapabilities({ table, features }));
    const context = {
      token,
      client,
      directory,
      created: new Map(Object.entries(request.createdIds ?? {})),
      slice: new Slice(),
      limits: {
        maxObjectsInGet: settings.getMaxResults,
        maxObjectsInSet: settings.setMaxObjects,
        maxQueryResults: settings.queryMaxResults,
        maxChanges: settings.changesMaxResults,
      },
    };
    const responses = await runCalls(request, context, table);
    const { state } = await this.session(token, origin);
    const createdIds = request.createdIds && { createdIds: Object.fromEntries(context.created) };
    return writeResponse(responses, { ...createdIds, sessionState: state, ...more }, context.slice);
  }

  /** The session, made again when the token or anything else that it shows is another. */
  async session(token: AccessToken, origin: string): Promise<Session> {
    const { table, directory, features = {} } = this.#options;
    const { settings } = this;
    const facts = { table, settings, origin, features };
    const shares = (await directory.revision?.(token)) ?? '';
    const revision = `${shares} ${features.serverKey?.() ?? ''}`;
    const kept = this.#sessions.get(token);
    const isSame = kept?.settings === settings && kept.origin === origin && kept.revision === revision;
    if (kept && isSame && token.current) return kept.session;
    const session = sessionFor(token, await directory.visible(token), facts);
    this.#sessions.set(token, { settings, origin, revision, session });
    return session;
  }
}

const UNLIMITED_REQUESTS = permission('unlimitedRequests');
const UNLIMITED_UPLOADS = permission('unlimitedUploads');
/** A request body has to fit in memory, whoever sends it. */
const UNLIMITED_BODY = 256 * 1024 * 1024;
