// State strings (RFC 8620 §5.1): the epoch of the account and a place in its change log, in base 32.
import type { StatePosition } from '../account/index.ts';
import { decodeId, encodeId } from '../base/index.ts';

export interface StateToken {
  readonly epoch: number;
  readonly position: StatePosition;
}

export function encodeState(epoch: number, position: StatePosition): string {
  const state = `${encodeId(epoch)}.${encodeId(position.change)}`;
  return position.offset === 0 ? state : `${state}.${encodeId(position.offset)}`;
}

/** Undefined for a text that no account ever issued. */
export function decodeState(text: string): StateToken | undefined {
  if (text.length > 40) return undefined;
  const parts = text.split('.');
  if (parts.length < 2 || parts.length > 3) return undefined;
  const numbers = parts.map(decodeId);
  const [epoch, change, offset = 0] = numbers;
  if (numbers.includes(undefined) || epoch === undefined || change === undefined) return undefined;
  return { epoch, position: { change, offset } };
}
