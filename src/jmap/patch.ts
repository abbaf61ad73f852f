// Patches of objects by JSON pointers (RFC 8620 §5.3).
import { isObject, type Json, type JsonObject, patchTokens } from '../formats/jmap/index.ts';
import { SetFailure } from './errors.ts';

/**
 * An object with a patch applied (RFC 8620 §5.3). Throws `invalidPatch` for a path through what is no object, past a
 * parent that is not there, or below one that the patch sets as well.
 */
export function applyPatch(object: JsonObject, patch: JsonObject): JsonObject {
  const result = structuredClone(object);
  for (const path of Object.keys(patch)) {
    const tokens = patchTokens(path);
    if (!tokens || tokens.some((token) => token === '__proto__')) throw badPatch(path);
    let parent: JsonObject = result;
    let end = -1;
    for (const token of tokens.slice(0, -1)) {
      end = path.indexOf('/', end + 1);
      if (Object.hasOwn(patch, path.slice(0, end))) throw badPatch(path);
      const next = Object.hasOwn(parent, token) ? parent[token] : undefined;
      if (!isObject(next)) throw badPatch(path);
      parent = next;
    }
    const last = tokens.at(-1) as string;
    const value = patch[path] as Json;
    // Null takes a member of a map away; of the object itself it is the default.
    if (value === null && tokens.length > 1) delete parent[last];
    else parent[last] = value;
  }
  return result;
}

const badPatch = (path: string): SetFailure =>
  new SetFailure('invalidPatch', `"${path.slice(0, 100)}" is no path of this object.`);
