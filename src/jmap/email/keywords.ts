// Keywords and mailbox sets as clients send them (RFC 8621 §4.1.1): maps whose values are all true, or patches
// of such maps.
import { isObject, type JsonObject, patchTokens } from '../../formats/jmap/index.ts';
import { invalidProperties, SetFailure } from '../errors.ts';

/** `%x21-7E` without `( ) { ] % * " \`. */
const KEYWORD = /^[\x21\x23\x24\x26\x27\x2b-\x5b\x5e-\x7a\x7c-\x7e]{1,255}$/;

/** The keyword in lower case; undefined when it is none. */
export const readKeyword = (keyword: string): string | undefined =>
  KEYWORD.test(keyword) ? keyword.toLowerCase() : undefined;

/** Keywords of a map; throws `invalidProperties`. */
export function readKeywords(value: unknown, property = 'keywords'): Set<string> {
  const keywords = new Set<string>();
  for (const name of trueKeys(value, property)) keywords.add(requireKeyword(name, property));
  return keywords;
}

/** Keys of a map whose values are all true; throws `invalidProperties`. */
export function trueKeys(value: unknown, property: string): string[] {
  if (!isObject(value)) throw invalidProperties([property], `${property}: must be an object`);
  const names = Object.keys(value);
  for (const name of names) {
    if (value[name] !== true) throw invalidProperties([property], `${property}/${name}: must be true`);
  }
  return names;
}

/** A set replaced as a whole, or changed item by item. */
export type SetChange =
  | { readonly replace: ReadonlySet<string> }
  | { readonly add: ReadonlySet<string>; readonly remove: ReadonlySet<string> };

export interface EmailPatch {
  readonly mailboxIds: SetChange | undefined;
  readonly keywords: SetChange | undefined;
  /** Properties that may be sent with their current value only. */
  readonly others: JsonObject;
}

/** Reads the patch of an Email (RFC 8620 §5.3, RFC 8621 §4.6). Throws `SetFailure`. */
export function readEmailPatch(patch: JsonObject): EmailPatch {
  const changes = {
    mailboxIds: { add: new Set<string>(), remove: new Set<string>() },
    keywords: { add: new Set<string>(), remove: new Set<string>() },
  };
  const whole: { mailboxIds?: ReadonlySet<string>; keywords?: ReadonlySet<string> } = {};
  const others: JsonObject = {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (key === 'mailboxIds') whole.mailboxIds = new Set(trueKeys(value, key));
    // RFC 8620 §5.3: null brings the default back.
    else if (key === 'keywords') whole.keywords = readKeywords(value ?? {});
    else if (!key.includes('/')) others[key] = value ?? null;
    else {
      const [property, item, ...rest] = patchTokens(key) ?? [];
      if ((property !== 'mailboxIds' && property !== 'keywords') || item === undefined || rest.length > 0) {
        throw new SetFailure('invalidPatch', `${key}: there is nothing to patch`);
      }
      const name = property === 'keywords' ? requireKeyword(item, key) : item;
      if (value === true) changes[property].add.add(name);
      else if (value === null) changes[property].remove.add(name);
      else throw invalidProperties([key], `${key}: must be true or null`);
    }
  }
  return { mailboxIds: joined('mailboxIds'), keywords: joined('keywords'), others };

  function joined(property: 'mailboxIds' | 'keywords'): SetChange | undefined {
    const { add, remove } = changes[property];
    const replace = whole[property];
    if (add.size + remove.size === 0) return replace && { replace };
    if (replace) throw new SetFailure('invalidPatch', `${property} is set and patched at once`);
    // Keywords that differ only in case are one: the patch would say two things of it.
    for (const name of add) {
      if (remove.has(name)) throw new SetFailure('invalidPatch', `${property}/${name} is added and removed`);
    }
    return { add, remove };
  }
}

function requireKeyword(name: string, property: string): string {
  const keyword = readKeyword(name);
  if (keyword === undefined)
    throw invalidProperties([property], `${property}: "${name.slice(0, 100)}" is no keyword`);
  return keyword;
}

/** The set after a change. */
export function changedSet(current: ReadonlySet<string>, change: SetChange): Set<string> {
  if ('replace' in change) return new Set(change.replace);
  const result = new Set(current);
  for (const name of change.remove) result.delete(name);
  for (const name of change.add) result.add(name);
  return result;
}
