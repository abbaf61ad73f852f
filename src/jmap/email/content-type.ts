// The type of a part that a client gives as a header field instead of the property `type` (RFC 8621 §4.1.4).
import type { Json, JsonObject } from '../../formats/jmap/index.ts';
import { decodeParameters, parseHeaderProperty, parseStructured } from '../../formats/mime/index.ts';

export interface StatedType {
  /** The property it was given by. */
  readonly key: string;
  /** In lower case. */
  readonly type: string;
  readonly charset: string | null;
  /** All but charset and boundary, which are the server's to choose for what it encodes and divides. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Undefined when there is no such field, it is no text, or `type` or `charset` say what it would. */
export function statedType(part: JsonObject): StatedType | undefined {
  if ((part['type'] ?? null) !== null || (part['charset'] ?? null) !== null) return undefined;
  for (const key of Object.keys(part)) {
    const property = key.startsWith('header:') ? parseHeaderProperty(key) : undefined;
    if (property?.key !== 'content-type' || property.all) continue;
    const stated = (property.form === 'Raw' || property.form === 'Text') && readType(part[key] as Json);
    return stated ? { key, ...stated } : undefined;
  }
  return undefined;
}

function readType(value: Json): Omit<StatedType, 'key'> | undefined {
  // What could end the field is refused with the other fields.
  if (typeof value !== 'string' || /[\r\n\0]/.test(value)) return undefined;
  const octets = Buffer.from(value, 'utf8').toString('latin1');
  const { value: type, parameters: raw } = parseStructured(octets);
  const parameters = new Map(decodeParameters(raw).map(({ name, value: text }) => [name, text]));
  const charset = parameters.get('charset') || null;
  parameters.delete('charset');
  parameters.delete('boundary');
  return { type, charset, parameters: Object.fromEntries(parameters) };
}
