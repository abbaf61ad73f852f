// Builds messages that follow the standards (RFC 5322, RFC 2045 to RFC 2047, RFC 2183, RFC 2231, RFC 6532):
// for drafts made over JMAP, bounces and reports.
import { isAscii } from 'node:buffer';
import { concatBytes, Invalid, randomText, utf8 } from '../../base/index.ts';
import {
  buildField,
  buildHeader,
  buildParameter,
  type HeaderInput,
  type HeaderOptions,
} from './build-header.ts';
import { encodeBody } from './encode.ts';
import { MAX_DEPTH } from './types.ts';

export interface PartInput {
  /** Media type, e.g. `text/plain`. */
  readonly type: string;
  /** Parameters of Content-Type, apart from charset and boundary. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Charset parameter of content given as octets; text given as a string is UTF-8. */
  readonly charset?: string | null;
  readonly disposition?: string | null;
  /** File name: parameter of the disposition, or of the type when there is no disposition. */
  readonly name?: string | null;
  /** Content-ID without angle brackets. */
  readonly cid?: string | null;
  readonly language?: readonly string[] | null;
  readonly location?: string | null;
  readonly description?: string | null;
  /** Further fields of this part. */
  readonly headers?: readonly HeaderInput[];
  /** Text (line breaks of any kind), octets, or the parts of a multipart. */
  readonly content: string | Uint8Array | readonly PartInput[];
}

export interface BuildOptions extends HeaderOptions {
  /** Bodies may hold 8-bit lines (8BITMIME). Default false: such bodies are encoded. */
  readonly eightBit?: boolean;
}

const GENERATED = new Set(['mime-version', 'content-type', 'content-transfer-encoding']);

/**
 * The octets of a message: the given fields, MIME-Version, the fields of the root part, and the body.
 * @throws {Invalid} when a field or part cannot be written as asked, naming it
 */
export function buildMessage(
  fields: readonly HeaderInput[],
  root: PartInput,
  options: BuildOptions = {},
): Uint8Array {
  refuseGenerated(fields);
  const out: Uint8Array[] = [utf8(`${buildHeader(fields, options)}MIME-Version: 1.0\r\n`)];
  writePart(out, root, options, 1);
  return concatBytes(...out);
}

function refuseGenerated(fields: readonly HeaderInput[]): void {
  for (const { name } of fields) {
    if (GENERATED.has(name.toLowerCase())) {
      throw new Invalid([{ property: name, reason: 'is written from the structure of the message' }]);
    }
  }
}

function writePart(out: Uint8Array[], part: PartInput, options: BuildOptions, depth: number): void {
  if (depth > MAX_DEPTH) throw new Invalid([{ property: 'subParts', reason: 'are nested too deep' }]);
  const type = part.type.toLowerCase();
  if (!/^[a-z0-9!#$&+\-.^_`{|}~]{1,127}\/[a-z0-9!#$&+\-.^_`{|}~]{1,127}$/.test(type)) {
    throw new Invalid([{ property: 'type', reason: `${part.type} is no media type` }]);
  }
  const isMultipart = type.startsWith('multipart/');
  const { content } = part;
  if (typeof content === 'string' || content instanceof Uint8Array) {
    if (isMultipart) throw new Invalid([{ property: 'type', reason: 'a multipart has parts, not content' }]);
    writeLeaf(out, part, type, content, options);
    return;
  }
  if (!isMultipart) throw new Invalid([{ property: 'type', reason: 'only a multipart has parts' }]);
  if (content.length === 0) throw new Invalid([{ property: 'subParts', reason: 'a multipart needs a part' }]);
  const boundary = newBoundary();
  out.push(utf8(`${partHeader(part, type, { boundary }, options)}\r\n`));
  for (const child of content) {
    out.push(utf8(`--${boundary}\r\n`));
    writePart(out, child, options, depth + 1);
    out.push(CRLF);
  }
  out.push(utf8(`--${boundary}--\r\n`));
}

const CRLF = utf8('\r\n');

/** `=_` stands in no line of quoted-printable or base64; the rest is too long to meet by chance. */
const newBoundary = (): string => `=_${randomText(24, 'abcdefghijklmnopqrstuvwxyz0123456789')}`;

function writeLeaf(
  out: Uint8Array[],
  part: PartInput,
  type: string,
  content: string | Uint8Array,
  options: BuildOptions,
): void {
  const isString = typeof content === 'string';
  const bytes = isString ? utf8(content.toWellFormed().replace(/\r\n|\r|\n/g, '\r\n')) : content;
  // RFC 2046 §5.2.1: an attached message is never encoded.
  const isMessage = type === 'message/rfc822' || type === 'message/global';
  const { encoding, bytes: body } = isMessage
    ? { encoding: isAscii(bytes) ? '7bit' : '8bit', bytes }
    : encodeBody(bytes, { eightBit: options.eightBit ?? false, isText: isString });
  const charset = isString ? 'utf-8' : part.charset;
  const parameters = type.startsWith('text/') && charset ? { charset } : {};
  out.push(
    utf8(`${partHeader(part, type, parameters, options)}Content-Transfer-Encoding: ${encoding}\r\n\r\n`),
    body,
  );
}

function partHeader(
  part: PartInput,
  type: string,
  generated: Readonly<Record<string, string>>,
  options: BuildOptions,
): string {
  const { disposition, name, cid, language, location, description, headers = [] } = part;
  refuseGenerated(headers);
  const parameters = new Map<string, string>();
  for (const [key, value] of Object.entries(part.parameters ?? {})) parameters.set(key.toLowerCase(), value);
  if (name && !disposition) parameters.set('name', name);
  for (const [key, value] of Object.entries(generated)) parameters.set(key, value);
  const field = (fieldName: string, raw: string): string =>
    buildField({ name: fieldName, raw: ` ${raw}` }, options);
  const list = (fieldName: string, values: Iterable<readonly [string, string]>): string =>
    Array.from(values, ([key, value]) => buildParameter(fieldName, key, value)).join('');
  let out = buildHeader(headers, options);
  out += field('Content-Type', `${type}${list('Content-Type', parameters)}`);
  if (disposition) {
    if (!/^[A-Za-z0-9-]{1,64}$/.test(disposition)) {
      throw new Invalid([{ property: 'disposition', reason: `${disposition} is no disposition` }]);
    }
    const named = name ? ([['filename', name]] as const) : [];
    out += field('Content-Disposition', `${disposition}${list('Content-Disposition', named)}`);
  }
  if (cid) out += buildField({ name: 'Content-ID', messageIds: [cid] }, options);
  if (language && language.length > 0) out += field('Content-Language', language.map(languageTag).join(', '));
  if (location) out += field('Content-Location', uri(location));
  if (description) out += buildField({ name: 'Content-Description', text: description }, options);
  return out;
}

function languageTag(tag: string): string {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(tag)) {
    throw new Invalid([{ property: 'language', reason: `${tag} is no language tag` }]);
  }
  return tag;
}

function uri(location: string): string {
  if (/[\s\x00-\x1f\x7f]/.test(location)) {
    throw new Invalid([{ property: 'location', reason: 'must not contain white space' }]);
  }
  return location;
}
