// Results on their way to the wire. A large one is JSON text already, in pieces, so that no object tree is
// built only to be written out; it is read back only when a later call refers to it.
import type { Json, JsonObject } from '../formats/jmap/index.ts';
import type { Slice } from '../base/index.ts';

/** The arguments of a response as JSON text. */
export class JsonText {
  readonly parts: readonly string[];
  #value: JsonObject | undefined;

  constructor(parts: readonly string[]) {
    this.parts = parts;
  }

  /** The same as values, for result references. */
  value(): JsonObject {
    return (this.#value ??= JSON.parse(this.parts.join('')) as JsonObject);
  }
}

/** What a handler returns: plain data without `undefined`, or text. */
export type MethodResult = object | JsonText;

export interface MethodResponse {
  readonly name: string;
  readonly result: MethodResult;
  readonly callId: string;
}

export const resultValue = (result: MethodResult): Json =>
  result instanceof JsonText ? result.value() : (result as Json);

/** Bytes of one piece of a large answer. */
const PIECE = 64 * 1024;

/**
 * The response body. Small answers are one text; large ones are pieces of bytes, encoded with pauses, so that
 * neither the loop nor a single huge string carries them.
 */
export async function writeResponse(
  responses: readonly MethodResponse[],
  tail: JsonObject,
  slice: Slice,
): Promise<string | Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  let text = '{"methodResponses":[';
  const flush = async (): Promise<void> => {
    pieces.push(Buffer.from(text));
    text = '';
    if (slice.due()) await slice.pause();
  };
  for (const [i, { name, result, callId }] of responses.entries()) {
    text += `${i === 0 ? '' : ','}[${JSON.stringify(name)},`;
    if (result instanceof JsonText) {
      for (const part of result.parts) {
        text += part;
        if (text.length > PIECE) await flush();
      }
    } else {
      text += JSON.stringify(result);
      if (text.length > PIECE) await flush();
    }
    text += `,${JSON.stringify(callId)}]`;
  }
  const rest = JSON.stringify(tail);
  text += `]${rest === '{}' ? '' : `,${rest.slice(1, -1)}`}}`;
  if (pieces.length === 0) return text;
  pieces.push(Buffer.from(text));
  return pieces;
}
