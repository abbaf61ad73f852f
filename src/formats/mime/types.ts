// The parsed form of a message: a flat table of parts and, for each, its header fields, all by octet
// offset into the message. Nothing here holds message bytes, so the table can be stored and read alone
// (RFC 5322, RFC 2045, RFC 2046).

/** One header field by position; offsets are octets from the start of the message. */
export interface HeaderField {
  /** Name with the capitals it has in the message. */
  readonly name: string;
  /** Name in lower case. */
  readonly key: string;
  /** First octet of the name. */
  readonly start: number;
  /** First octet after the colon. */
  readonly value: number;
  /** After the last octet of the value, before the line break that ends the field. */
  readonly end: number;
}

/** A parameter of a structured field: name in lower case, value decoded (RFC 2231, and RFC 2047 where misused). */
export interface Parameter {
  readonly name: string;
  readonly value: string;
}

/** Content-Transfer-Encoding as far as it is known; `other` cannot be decoded. */
export type TransferEncoding =
  | '7bit'
  | '8bit'
  | 'binary'
  | 'quoted-printable'
  | 'base64'
  | 'uuencode'
  | 'other';

/** One entity of a message (RFC 2045 §2.4). The root is the message itself. */
export interface Part {
  /** Position in the table; children come after their parent. */
  readonly index: number;
  /** Index of the multipart or message/rfc822 part that holds this one; -1 for the root. */
  readonly parent: number;
  /** Parts of a multipart, or the one root entity of an attached message. Empty for a leaf. */
  readonly children: readonly number[];
  /** Octet where the header begins. */
  readonly headerOffset: number;
  /** Octet where the body begins: after the blank line, where there is one. */
  readonly bodyOffset: number;
  /** Octet after the body. */
  readonly bodyEnd: number;
  /** Header fields in message order (at most `MAX_FIELDS` for the whole message). */
  readonly fields: readonly HeaderField[];
  /** Media type in lower case, e.g. `text`. */
  readonly type: string;
  /** Media subtype in lower case, e.g. `plain`. */
  readonly subtype: string;
  /** Parameters of Content-Type, without `boundary`. */
  readonly parameters: readonly Parameter[];
  /** As RFC 8621 §4.1.4 defines it: null unless text, `us-ascii` for text without one. */
  readonly charset: string | null;
  readonly encoding: TransferEncoding;
  /** Content-Transfer-Encoding as it stands, in lower case; `7bit` when absent. */
  readonly encodingName: string;
  /** Content-Disposition without parameters, in lower case. */
  readonly disposition: string | null;
  readonly dispositionParameters: readonly Parameter[];
  /** `filename` of the disposition, else `name` of the type. */
  readonly name: string | null;
  /** Content-ID without angle brackets. */
  readonly cid: string | null;
  /** Tags of Content-Language. */
  readonly language: readonly string[] | null;
  readonly location: string | null;
  readonly md5: string | null;
  readonly description: string | null;
  /** Octets of the body after transfer decoding; of a multipart or attached message, of the body as it is. */
  readonly size: number;
  /** Line breaks in the body as it is; counted for text and attached messages, else 0. */
  readonly lines: number;
}

/** A parsed message. */
export interface Message {
  /** Octets of the whole message. */
  readonly size: number;
  /** The part table; `parts[0]` is the root. */
  readonly parts: readonly [Part, ...Part[]];
  /** More parts, levels or header fields than the limits: what is beyond is not in the table. */
  readonly truncated: boolean;
  /**
   * End of continuation lines that stand before the first field (0 when there are none): they join the
   * last field of a header block that is put in front.
   */
  readonly orphanEnd: number;
}

/** Parts considered in one message; further ones stay undivided. */
export const MAX_PARTS = 1000;
/** Nesting of entities; a deeper multipart or message is a leaf. */
export const MAX_DEPTH = 100;
/** Header fields indexed in one message. */
export const MAX_FIELDS = 10_000;
/** Longest boundary that is honoured (RFC 2046 §5.1.1 allows 70). */
export const MAX_BOUNDARY = 512;

/** Whether this part is an attached message whose own parts are in the table. */
export const isMessagePart = (part: Part): boolean => part.type === 'message' && part.children.length > 0;

/** Whether this part is a multipart; one without any part is a leaf of text/plain instead. */
export const isMultipart = (part: Part): boolean => part.type === 'multipart';

/** Media type as one text, e.g. `text/plain`. */
export const mediaType = (part: Part): string => `${part.type}/${part.subtype}`;

/** Value of a Content-Type parameter (name in lower case), or undefined. */
export function parameterOf(parameters: readonly Parameter[], name: string): string | undefined {
  for (const parameter of parameters) if (parameter.name === name) return parameter.value;
  return undefined;
}
