// What clients write into push subscriptions (RFC 8620 §7.2, draft-ietf-jmap-emailpush-03 §4), checked.
import { encodeId, now } from '../../base/index.ts';
import { isObject, type Json, type JsonObject, parseDate } from '../../formats/jmap/index.ts';
import { type PushKeys, readKeys } from '../../formats/webpush/index.ts';
import type { RequestContext, VisibleAccount } from '../context.ts';
import { readEmailFilter } from '../email/filter.ts';
import { planEmail } from '../email/properties.ts';
import { checkOthers, invalidProperties, readAll, type SetFailure } from '../errors.ts';
import { URN } from '../method.ts';
import type { EmailPushConfig, Urgency } from './record.ts';

/** RFC 8620 §7.2: at least 48 hours, and should be 7 days. */
const MAX_LIFE_MS = 7 * 24 * 3_600_000;
const MAX_DEVICE = 255;
const MAX_TYPES = 100;

export interface NewSubscription {
  readonly deviceClientId: string;
  readonly url: string;
  readonly keys: PushKeys | null;
  readonly expires: number;
  readonly types: readonly string[] | null;
  readonly emailPush: Readonly<Record<string, EmailPushConfig>> | null;
}

export interface InputContext {
  readonly request: RequestContext;
  readonly accounts: readonly VisibleAccount[];
  /** Why a URL is no target, or undefined. */
  readonly targetProblem: (url: string) => string | undefined;
}

const wrongProperty = (name: string, reason: string): SetFailure =>
  invalidProperties([name], `${name}: ${reason}`);

/** Throws `invalidProperties`. */
export function readNew(object: JsonObject, context: InputContext): NewSubscription {
  const { deviceClientId, url, keys, verificationCode, expires, types, emailPush, ...others } = object;
  const {
    others: _none,
    verificationCode: _unset,
    ...subscription
  } = readAll({
    others: () => checkOthers(Object.keys(others)),
    deviceClientId: () => readDevice(deviceClientId),
    url: () => readUrl(url, context),
    keys: () => readPushKeys(keys),
    verificationCode: () => checkUnset(verificationCode),
    expires: () => readExpires(expires),
    types: () => readTypes(types),
    emailPush: () => {
      if (emailPush !== undefined) checkEmailPushUse(context.request);
      return readEmailPush(emailPush, context);
    },
  });
  return subscription;
}

function readDevice(value: Json | undefined): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_DEVICE) return value;
  throw wrongProperty('deviceClientId', `must be a text of at most ${MAX_DEVICE} characters`);
}

function readUrl(value: Json | undefined, { targetProblem }: InputContext): string {
  if (typeof value !== 'string') throw wrongProperty('url', 'must be a string');
  const problem = targetProblem(value);
  if (problem !== undefined) throw wrongProperty('url', problem);
  return value;
}

function checkUnset(code: Json | undefined): void {
  if (code !== undefined && code !== null)
    throw wrongProperty('verificationCode', 'is not known before the subscription is there');
}

/** RFC 8620 §1.8: a property of a capability is one for requests that name it. */
export function checkEmailPushUse({ using }: RequestContext): void {
  if (!using.has(URN.emailPush)) throw wrongProperty('emailPush', `is a property of ${URN.emailPush}`);
}

export function readPushKeys(value: Json | undefined): PushKeys | null {
  if (value === null || value === undefined) return null;
  const { p256dh, auth } = isObject(value) ? value : {};
  const keys =
    typeof p256dh === 'string' && typeof auth === 'string' ? readKeys({ p256dh, auth }) : undefined;
  if (!keys) throw wrongProperty('keys', 'must hold a point on P-256 and 16 octets, in URL-safe base64');
  return keys;
}

/** The time asked for, never further away than we allow. */
export function readExpires(value: Json | undefined): number {
  // In whole seconds, as it is shown.
  const latest = Math.floor((now() + MAX_LIFE_MS) / 1000) * 1000;
  if (value === null || value === undefined) return latest;
  const time = parseDate(value, true);
  if (time === undefined) throw wrongProperty('expires', 'must be a date like 2014-10-30T06:12:00Z, or null');
  if (time <= now()) throw wrongProperty('expires', 'is over');
  return Math.min(time, latest);
}

export function readTypes(value: Json | undefined): readonly string[] | null {
  if (value === null || value === undefined) return null;
  const well =
    Array.isArray(value) &&
    value.length <= MAX_TYPES &&
    value.every((name) => typeof name === 'string' && name.length <= MAX_DEVICE);
  if (!well) throw wrongProperty('types', 'must be an array of names, or null');
  return [...new Set(value as string[])];
}

const URGENCIES: readonly Urgency[] = ['very-low', 'low', 'normal', 'high'];
/** Bytes of the settings as JSON. */
const MAX_EMAIL_PUSH = 32 * 1024;
const NO_BODY = {
  bodyProperties: null,
  fetchTextBodyValues: false,
  fetchHTMLBodyValues: false,
  fetchAllBodyValues: false,
  maxBodyValueBytes: 0,
};

export function readEmailPush(
  value: Json | undefined,
  { request, accounts }: InputContext,
): Readonly<Record<string, EmailPushConfig>> | null {
  if (value === null || value === undefined) return null;
  if (!isObject(value)) throw wrongProperty('emailPush', 'must be a map from accounts, or null');
  if (JSON.stringify(value).length > MAX_EMAIL_PUSH) throw wrongProperty('emailPush', 'is too large');
  const known = new Set(accounts.map(({ id }) => encodeId(id)));
  const configs: Record<string, EmailPushConfig> = {};
  for (const [id, config] of Object.entries(value)) {
    const at = `emailPush/${id.slice(0, 100)}`;
    if (!known.has(id)) throw wrongProperty('emailPush', `${at} is no account of yours`);
    if (!isObject(config)) throw wrongProperty('emailPush', `${at} must be an object`);
    configs[id] = readConfig(config, at, request);
  }
  return configs;
}

function readConfig(
  { filter = null, properties, urgency = 'normal', ...others }: JsonObject,
  at: string,
  request: RequestContext,
): EmailPushConfig {
  const [stranger] = Object.keys(others);
  if (stranger !== undefined)
    throw wrongProperty('emailPush', `${at}/${stranger.slice(0, 100)} is not known`);
  if (filter !== null && !isObject(filter))
    throw wrongProperty('emailPush', `${at}/filter must be a filter, or null`);
  if (!Array.isArray(properties) || !properties.every((name) => typeof name === 'string'))
    throw wrongProperty('emailPush', `${at}/properties must be an array of names`);
  if (!URGENCIES.includes(urgency as Urgency))
    throw wrongProperty('emailPush', `${at}/urgency must be one of ${URGENCIES.join(', ')}`);
  try {
    readEmailFilter(filter, request);
    planEmail(properties, NO_BODY);
  } catch (error) {
    throw wrongProperty('emailPush', `${at}: ${(error as Error).message}`);
  }
  return { filter, properties: [...new Set(properties)], urgency: urgency as Urgency };
}
