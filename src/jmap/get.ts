// What every /get shares (RFC 8620 §5.1): which ids are asked for, and how the answer is put together.
import type { Head } from '../account/index.ts';
import type { DataType } from '../account/index.ts';
import { decodeId } from '../base/index.ts';
import { type RequestContext, realId } from './context.ts';
import { MethodError } from './errors.ts';
import type { Call } from './method.ts';
import { JsonText } from './result.ts';
import { encodeState } from './state.ts';

/** An id as sent, and the document it can mean; undefined when it cannot mean any. */
export interface AskedId {
  readonly text: string;
  readonly id: number | undefined;
}

/** The ids of a call, each once. Throws `requestTooLarge`. */
export function askedIds(request: RequestContext, ids: readonly string[]): AskedId[] {
  const unique = new Set(ids);
  if (unique.size > request.limits.maxObjectsInGet) throw tooManyInGet(request);
  return [...unique].map((text) => {
    const real = realId(request, text);
    return { text, id: real === undefined ? undefined : decodeId(real) };
  });
}

/** Throws `requestTooLarge` when "all" is more than one call may get. */
export function checkAll(request: RequestContext, count: number): void {
  if (count > request.limits.maxObjectsInGet) throw tooManyInGet(request);
}

const tooManyInGet = ({ limits }: RequestContext): MethodError =>
  new MethodError('requestTooLarge', `More than ${limits.maxObjectsInGet} objects.`);

/** The answer, with the objects as JSON text already. */
export function getResult(
  call: Call,
  state: string,
  list: readonly string[],
  notFound: readonly string[],
): JsonText {
  const parts: string[] = [`{"accountId":${JSON.stringify(call.accountText)},"state":"${state}","list":[`];
  for (const [i, item] of list.entries()) parts.push(i === 0 ? item : `,${item}`);
  parts.push(`],"notFound":${JSON.stringify(notFound)}}`);
  return new JsonText(parts);
}

/** State string of a type. */
export const stateOf = (head: Head, type: DataType): string =>
  encodeState(head.epoch, { change: head.state(type), offset: 0 });
