// What the Content-* fields of one header say about its entity (RFC 2045, RFC 2183, RFC 3282, RFC 2557).
// Where a field stands twice, the first one counts.
import { decodeEncodedWords } from './encoded-word.ts';
import { decodeParameters, parseStructured } from './parameters.ts';
import { fromOctets, hasEightBit, latin1Slice, remembering, trimSpace, unfold } from './text.ts';
import {
  type HeaderField,
  MAX_BOUNDARY,
  type Parameter,
  parameterOf,
  type TransferEncoding,
} from './types.ts';

export interface Entity {
  readonly type: string;
  readonly subtype: string;
  readonly boundary: string | undefined;
  readonly parameters: readonly Parameter[];
  readonly charset: string | null;
  readonly encoding: TransferEncoding;
  readonly encodingName: string;
  readonly disposition: string | null;
  readonly dispositionParameters: readonly Parameter[];
  readonly name: string | null;
  readonly cid: string | null;
  readonly language: readonly string[] | null;
  readonly location: string | null;
  readonly md5: string | null;
  readonly description: string | null;
}

const NONE: readonly Parameter[] = [];

/** Field value as one character per octet, unfolded. */
export const fieldOctets = (bytes: Buffer, field: HeaderField): string =>
  unfold(latin1Slice(bytes, field.value, field.end));

/**
 * Reads the Content-* fields.
 * @param inDigest the entity is a part of multipart/digest, whose default type is message/rfc822
 */
export function describeEntity(bytes: Buffer, fields: readonly HeaderField[], inDigest: boolean): Entity {
  let contentType: string | undefined;
  let encodingName: string | undefined;
  let dispositionText: string | undefined;
  let cid: string | null = null;
  let language: string[] | null = null;
  let location: string | null = null;
  let md5: string | null = null;
  let description: string | null = null;
  // hot: per header field
  for (const field of fields) {
    if (!field.key.startsWith('content-')) continue;
    switch (field.key) {
      case 'content-type':
        contentType ??= fieldOctets(bytes, field);
        break;
      case 'content-transfer-encoding':
        encodingName ??= parseStructured(fieldOctets(bytes, field)).value;
        break;
      case 'content-disposition':
        dispositionText ??= fieldOctets(bytes, field);
        break;
      case 'content-id':
        cid ??= bareId(fieldOctets(bytes, field));
        break;
      case 'content-language':
        language ??= languageTags(fieldOctets(bytes, field));
        break;
      case 'content-location':
        // Folding may stand inside a long URI (RFC 2557 §4.4.2).
        location ??= fromOctets(fieldOctets(bytes, field)).replace(/[\s\0]/g, '') || null;
        break;
      case 'content-md5':
        md5 ??= trimSpace(fromOctets(fieldOctets(bytes, field))) || null;
        break;
      case 'content-description':
        description ??= decodeEncodedWords(trimSpace(fromOctets(fieldOctets(bytes, field)))) || null;
        break;
      default:
    }
  }
  const stated = contentType === undefined ? undefined : parseMedia(contentType);
  const media = stated ?? (inDigest ? DIGEST_MEDIA : TEXT_MEDIA);
  const disposition = dispositionText === undefined ? NO_DISPOSITION : parseDisposition(dispositionText);
  return {
    type: media.type,
    subtype: media.subtype,
    boundary: media.boundary,
    parameters: media.parameters,
    charset: media.charset,
    encoding: encodingOf(encodingName),
    encodingName: encodingName || '7bit',
    disposition: disposition.value,
    dispositionParameters: disposition.parameters,
    name: parameterOf(disposition.parameters, 'filename') || parameterOf(media.parameters, 'name') || null,
    cid,
    language,
    location,
    md5,
    description,
  };
}

interface Media {
  readonly type: string;
  readonly subtype: string;
  readonly boundary: string | undefined;
  readonly parameters: readonly Parameter[];
  readonly charset: string | null;
}

const TEXT_MEDIA: Media = {
  type: 'text',
  subtype: 'plain',
  boundary: undefined,
  parameters: NONE,
  charset: 'us-ascii',
};

const DIGEST_MEDIA: Media = {
  type: 'message',
  subtype: 'rfc822',
  boundary: undefined,
  parameters: NONE,
  charset: null,
};

interface Disposition {
  readonly value: string | null;
  readonly parameters: readonly Parameter[];
}

const NO_DISPOSITION: Disposition = { value: null, parameters: NONE };

const parseDisposition = remembering((field): Disposition => {
  const { value, parameters } = parseStructured(field);
  return { value: value || null, parameters: parameters.length === 0 ? NONE : decodeParameters(parameters) };
});

/** Undefined for an empty one. A type that is no type is text when it says so, and unknown octets otherwise. */
const parseMedia = remembering((field): Media | undefined => {
  const { value, parameters: raw } = parseStructured(field);
  if (value === '') return undefined;
  const parameters = raw.length === 0 ? NONE : decodeParameters(raw);
  const slash = value.indexOf('/');
  let type = slash < 0 ? '' : value.slice(0, slash);
  let subtype = value.slice(slash + 1);
  if (!isToken(type) || !isToken(subtype)) {
    [type, subtype] = value.startsWith('text') ? ['text', 'plain'] : ['application', 'octet-stream'];
  }
  // RFC 8621 §4.1.4: what is stated counts for every type, the default for text only.
  const charset = parameterOf(parameters, 'charset') || (type === 'text' ? 'us-ascii' : null);
  if (type !== 'multipart') return { type, subtype, boundary: undefined, parameters, charset };
  // The delimiter lines hold the octets as sent; a decoded one serves where it was split (RFC 2231 §3).
  const sent = parameterOf(raw, 'boundary') ?? parameterOf(parameters, 'boundary') ?? '';
  const boundary = sent.trimEnd();
  const usable = boundary !== '' && boundary.length <= MAX_BOUNDARY && !/[^\x00-\xff]/.test(boundary);
  return {
    type,
    subtype,
    boundary: usable ? boundary : undefined,
    parameters: parameters.filter((p) => p.name !== 'boundary'),
    charset,
  };
});

/** A token of RFC 2045 §5.1, with nothing eight-bit. */
const isToken = (text: string): boolean =>
  text !== '' && !/[\x00-\x20()<>@,;:\\"/[\]?=\x7f]/.test(text) && !hasEightBit(text);

function encodingOf(name: string | undefined): TransferEncoding {
  switch (name) {
    case undefined:
    case '':
    case '7bit':
    case '7-bit':
      return '7bit';
    case '8bit':
    case '8-bit':
      return '8bit';
    case 'binary':
    case 'base64':
    case 'quoted-printable':
      return name;
    case 'uuencode':
    case 'x-uuencode':
    case 'x-uue':
    case 'uue':
      return 'uuencode';
    default:
      return 'other';
  }
}

/** Content-ID without comments, space and angle brackets (RFC 8621 §4.1.4). */
function bareId(field: string): string | null {
  const open = field.indexOf('<');
  const close = field.indexOf('>', open + 1);
  const inner = open >= 0 ? field.slice(open + 1, close < 0 ? undefined : close) : field;
  return fromOctets(inner).replace(/\s/g, '') || null;
}

function languageTags(field: string): string[] | null {
  const tags = field
    .replace(/\([^()]*\)/g, '')
    .split(',')
    .map(trimSpace)
    .filter((tag) => /^[A-Za-z0-9-]{1,64}$/.test(tag));
  return tags.length > 0 ? tags : null;
}
