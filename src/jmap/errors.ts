// What method calls and single objects fail with (RFC 8620 §3.6.2, §5.3), and the one place where the typed
// errors of the floors below become those words.
import {
  AccessDenied,
  Conflict,
  emit,
  Invalid,
  LimitExceeded,
  NotFound,
  now,
  randomText,
  Unavailable,
  Unsupported,
} from '../base/index.ts';
import type { JsonObject, MethodErrorType, SetError, SetErrorType } from '../formats/jmap/index.ts';
import { MethodRefusal } from '../registry/index.ts';
import './events.ts';

/** A method call fails. */
export class MethodError extends Error {
  override readonly name = 'MethodError';
  readonly type: MethodErrorType;
  readonly more: JsonObject;
  constructor(type: MethodErrorType, description: string, more: JsonObject = {}) {
    super(description);
    this.type = type;
    this.more = more;
  }
}

/** One object of a /set fails; the others go on. */
export class SetFailure extends Error {
  override readonly name = 'SetFailure';
  readonly setError: SetError;
  constructor(type: SetErrorType, description: string, more: Partial<SetError> = {}) {
    super(description);
    this.setError = { type, description, ...more };
  }
}

export const invalidProperties = (properties: readonly string[], description: string): SetFailure =>
  new SetFailure('invalidProperties', description, { properties });

/** Throws one `invalidProperties` for all of them, which are not the client's to set. */
export function checkOthers(names: readonly string[]): void {
  if (names.length > 0) throw invalidProperties(names, `These properties cannot be set: ${names.join(', ')}`);
}

/**
 * What readers of properties give, by their names. Throws one `invalidProperties` that names everything they refuse
 * with one: RFC 8620 §5.3 wants all that is wrong to be told.
 */
export function readAll<T extends object>(readers: { readonly [K in keyof T]: () => T[K] }): T {
  const read: Partial<T> = {};
  const properties: string[] = [];
  const reasons: string[] = [];
  for (const name of Object.keys(readers) as (keyof T)[]) {
    try {
      read[name] = readers[name]();
    } catch (error) {
      if (!(error instanceof SetFailure) || error.setError.type !== 'invalidProperties') throw error;
      for (const property of error.setError.properties ?? []) properties.push(property);
      reasons.push(error.message);
    }
  }
  if (properties.length > 0) throw invalidProperties(properties, reasons.join('; '));
  return read as T;
}

/** Arguments of the `error` response. */
export function methodErrorFor(error: unknown): JsonObject {
  if (error instanceof MethodError) return { type: error.type, description: error.message, ...error.more };
  if (error instanceof Invalid) {
    const list = error.problems.map((problem) => problem.property).filter((property) => property !== '');
    return {
      type: 'invalidArguments',
      description: error.message,
      ...(list.length > 0 && { arguments: list }),
    };
  }
  if (error instanceof MethodRefusal) return { type: error.type, description: error.message };
  if (error instanceof AccessDenied)
    return { type: 'forbidden', description: error.message, permission: error.permission };
  if (error instanceof LimitExceeded) return { type: 'requestTooLarge', description: error.message };
  if (error instanceof Unavailable) return { type: 'serverUnavailable', description: error.message };
  if (error instanceof Unsupported) return { type: 'unsupportedFilter', description: error.message };
  if (error instanceof NotFound) return { type: 'invalidArguments', description: error.message };
  return { type: 'serverFail', description: `Something went wrong here. Reference: ${report(error)}` };
}

/** What `notCreated`, `notUpdated` and `notDestroyed` say of an object. */
export function setErrorFor(error: unknown): SetError {
  if (error instanceof SetFailure) return error.setError;
  if (error instanceof Invalid) {
    const properties = error.problems.map((problem) => problem.property).filter((name) => name !== '');
    return { type: 'invalidProperties', description: error.message, properties };
  }
  if (error instanceof AccessDenied)
    return { type: 'forbidden', description: error.message, permission: error.permission };
  if (error instanceof NotFound) return { type: 'notFound', description: error.message };
  if (error instanceof Conflict) {
    const existing = error.existing === undefined ? {} : { existingId: error.existing };
    return { type: 'alreadyExists', description: error.message, ...existing };
  }
  if (error instanceof LimitExceeded) {
    return { type: LIMITS[error.limit] ?? 'overQuota', description: error.message };
  }
  // No SetError fits an outage: the whole call fails, as nothing else of it would work.
  if (error instanceof Unavailable || error instanceof MethodError) throw error;
  throw error;
}

/** Limits that have a word of their own (RFC 8620 §5.3, RFC 8621 §4.6); of all others there are too many. */
const LIMITS: Readonly<Record<string, SetErrorType>> = {
  maxMessageSize: 'tooLarge',
  maxKeywords: 'tooManyKeywords',
  maxMailboxesPerEmail: 'tooManyMailboxes',
};

/** Logs an unexpected error and returns the reference that the client is given. */
export function report(error: unknown): string {
  const trace = `${now().toString(36)}-${randomText(6, 'abcdefghjkmnpqrstuvwxyz')}`;
  emit('server.unexpected-error', { where: 'jmap', error, trace }, 'error');
  return trace;
}
