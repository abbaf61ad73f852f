// What goes wrong between client and server: a refused request, and a method call that failed.
import type { MethodErrorType } from '../formats/jmap/index.ts';

/** The server answered with a status other than 2xx; the problem document when there was one (RFC 9457). */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly status: number;
  readonly problem: Readonly<Record<string, unknown>>;
  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    super(`HTTP ${status}: ${String(problem['detail'] ?? problem['title'] ?? problem['type'] ?? '')}`);
    this.status = status;
    this.problem = problem;
  }
}

/** A method call was answered with `error` (RFC 8620 §3.6.2). */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly method: string;
  readonly type: MethodErrorType | (string & {});
  readonly details: Readonly<Record<string, unknown>>;
  constructor(method: string, details: Readonly<Record<string, unknown>>) {
    super(`${method}: ${String(details['type'])} ${String(details['description'] ?? '')}`);
    this.method = method;
    this.type = String(details['type']);
    this.details = details;
  }
}
