// The window of a /query result that a client asked for (RFC 8620 §5.5).
import { MethodError } from './errors.ts';

export interface WindowArguments {
  readonly position: number;
  readonly anchor: string | null;
  readonly anchorOffset: number;
  readonly limit: number | null;
}

export interface Window {
  /** First index of the window, and the one behind its last. */
  readonly start: number;
  readonly end: number;
  /** Set when the server lowered what was asked. */
  readonly limit: number | undefined;
}

/**
 * `indexOf` finds the anchor among the `length` results, negative when it is not there.
 * Throws `anchorNotFound`.
 */
export function queryWindow(
  args: WindowArguments,
  length: number,
  indexOf: (anchor: string) => number,
  maxLimit: number,
): Window {
  let start = args.position;
  if (args.anchor !== null) {
    const anchor = indexOf(args.anchor);
    if (anchor < 0) throw new MethodError('anchorNotFound', 'The anchor is not among the results.');
    // What is told has to be an UnsignedInt, however far the offset goes.
    start = Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, anchor + args.anchorOffset));
  } else if (start < 0) {
    start = Math.max(0, length + start);
  }
  const wanted = args.limit ?? maxLimit;
  const limit = Math.min(wanted, maxLimit);
  const lowered = args.limit === null ? length - start > limit : wanted > limit;
  return { start, end: Math.min(length, start + limit), limit: lowered ? limit : undefined };
}
