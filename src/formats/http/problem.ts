// Problem documents (RFC 9457) and the error that carries one to the client.
import { STATUS_CODES } from 'node:http';
import type { Reply, ReplyHeaders } from './types.ts';

export interface Problem {
  readonly status: number;
  /** Default `about:blank`: the status says it all. */
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly [member: string]: unknown;
}

/** A request that ends with this problem document. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly problem: Problem;
  readonly headers: ReplyHeaders;
  constructor(problem: Problem, headers: ReplyHeaders = {}) {
    super(problem.detail ?? problem.title ?? STATUS_CODES[problem.status] ?? 'error');
    this.problem = problem;
    this.headers = headers;
  }
}

export function problemReply(problem: Problem, headers: ReplyHeaders = {}): Reply {
  const { type = 'about:blank', status, title = STATUS_CODES[status] ?? 'Error', ...rest } = problem;
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
    body: JSON.stringify({ type, status, title, ...rest }),
  };
}

export const jsonReply = (status: number, value: unknown, headers: ReplyHeaders = {}): Reply => ({
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

/** Redirects of discovery paths. */
export const redirectReply = (
  status: 301 | 302 | 307 | 308,
  location: string,
  headers: ReplyHeaders = {},
): Reply => ({
  status,
  headers: { Location: location, ...headers },
});

/** So many in a period. */
export interface Rate {
  readonly count: number;
  readonly periodMs: number;
}

/** The 429 of a spent allowance. `unit` says what was counted. */
export function tooMany(policy: string, unit: string, rate: Rate, resetMs: number): HttpError {
  const seconds = Math.max(1, Math.ceil(resetMs / 1000));
  return new HttpError(
    { status: 429, detail: `The limit of ${rate.count} ${unit} is reached. Try again in ${seconds} s.` },
    {
      'Retry-After': String(seconds),
      'RateLimit-Policy': `"${policy}";q=${rate.count};w=${Math.ceil(rate.periodMs / 1000)};qu="${unit}"`,
      RateLimit: `"${policy}";r=0;t=${seconds}`,
    },
  );
}
