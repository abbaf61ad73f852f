// The typed errors that cross the floors. Each face has one function that turns them into its
// protocol's reply. They carry a stable code and what an operator needs in the log, nothing secret.

export type ErrorCode =
  | 'accessDenied'
  | 'notFound'
  | 'conflict'
  | 'limitExceeded'
  | 'invalid'
  | 'unavailable'
  | 'unsupported';

/** Base of every error that a caller may have caused or can wait out. */
export abstract class WaypostError extends Error {
  abstract readonly code: ErrorCode;
}

/** The caller lacks a permission, or a right on someone's data. */
export class AccessDenied extends WaypostError {
  override readonly name = 'AccessDenied';
  readonly code = 'accessDenied';
  /** Permission or right that is missing, by its wire name. */
  readonly permission: string;
  constructor(permission: string, message = `permission ${permission} is required`) {
    super(message);
    this.permission = permission;
  }
}

export class NotFound extends WaypostError {
  override readonly name = 'NotFound';
  readonly code = 'notFound';
  readonly what: string;
  readonly id: string;
  constructor(what: string, id: string | number) {
    super(`no such ${what}: ${id}`);
    this.what = what;
    this.id = String(id);
  }
}

/** The change clashes with what is stored now (a name that exists, a state that moved). */
export class Conflict extends WaypostError {
  override readonly name: string = 'Conflict';
  readonly code = 'conflict';
  readonly existing: string | undefined;
  constructor(message: string, existing?: string) {
    super(message);
    this.existing = existing;
  }
}

export class LimitExceeded extends WaypostError {
  override readonly name = 'LimitExceeded';
  readonly code = 'limitExceeded';
  /** Name of the limit, e.g. `maxMessageSize`, `maxDiskQuota`. */
  readonly limit: string;
  readonly value: number;
  constructor(limit: string, value: number, message = `limit ${limit} of ${value} reached`) {
    super(message);
    this.limit = limit;
    this.value = value;
  }
}

export interface Problem {
  /** Property or argument that is wrong. */
  readonly property: string;
  readonly reason: string;
}

export class Invalid extends WaypostError {
  override readonly name = 'Invalid';
  readonly code = 'invalid';
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[] | string) {
    const list = typeof problems === 'string' ? [{ property: '', reason: problems }] : problems;
    super(list.map((p) => (p.property ? `${p.property}: ${p.reason}` : p.reason)).join('; '));
    this.problems = list;
  }
}

/** Something we depend on is away; the caller may try again. */
export class Unavailable extends WaypostError {
  override readonly name: string = 'Unavailable';
  readonly code = 'unavailable';
  readonly what: string;
  readonly retryAfterMs: number;
  constructor(what: string, retryAfterMs = 1000, options?: ErrorOptions) {
    super(`${what} is not available`, options);
    this.what = what;
    this.retryAfterMs = retryAfterMs;
  }
}

export class Unsupported extends WaypostError {
  override readonly name = 'Unsupported';
  readonly code = 'unsupported';
  readonly what: string;
  constructor(what: string) {
    super(`${what} is not supported`);
    this.what = what;
  }
}
