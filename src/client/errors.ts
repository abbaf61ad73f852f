// What goes wrong between client and server: a refused request, and a method call that failed.
import type { MethodErrorType } from '../formats/jmap/index.ts';

/** The server answered with a status other than 2xx; the problem document when there was one (RFC 9457). */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly status: number;
  readonly problem: Readonly<Record<string, unknown>>;
  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    super(
      `HTTP ${status}: ${textOf(problem['detail']) || textOf(problem['title']) || textOf(problem['type'])}`,
    );
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
    super(`${method}: ${textOf(details['type'])} ${textOf(details['description'])}`);
    this.method = method;
    this.type = textOf(details['type']);
    this.details = details;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
