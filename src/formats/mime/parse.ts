// Parses a message in one pass over its octets into the flat part table of `types.ts` (RFC 2045, RFC 2046,
// RFC 5322). Nothing is copied and nothing throws: every octet sequence is some message. Work and memory
// grow with the length at most; parts, depth and header fields are bounded.
import { asBuffer } from '../../base/index.ts';
import { countLines } from './count.ts';
import { type IsDelimiter, scanHeader } from './header-scan.ts';
import { describeEntity, type Entity } from './entity.ts';
import { latin1Slice } from './text.ts';
import { decodedSize } from './transfer.ts';
import {
  MAX_BOUNDARY,
  MAX_DEPTH,
  MAX_FIELDS,
  MAX_PARTS,
  type HeaderField,
  type Message,
  type Part,
} from './types.ts';

const LF = 0x0a;
const CR = 0x0d;
const DASHES = Buffer.from('--', 'latin1');

/** A part while it is read. */
type Draft = { -readonly [K in keyof Part]: Part[K] } & { children: number[] };

/** An entity whose end is not yet known. */
interface Open {
  readonly part: Draft;
  /** Set while delimiter lines of this multipart are looked for. */
  boundary: string | undefined;
  /** What the boundary meant before: an enclosing multipart may use the same one. */
  shadowed: number | undefined;
}

/**
 * Parses a message.
 * @param message the octets as received; line breaks may be CRLF or LF
 */
export function parseMessage(message: Uint8Array): Message {
  return new Parser(asBuffer(message)).run();
}

class Parser {
  readonly #bytes: Buffer;
  readonly #parts: Draft[] = [];
  readonly #open: Open[] = [];
  /** Boundary to its level in `#open`. */
  readonly #levels = new Map<string, number>();
  /** How many boundaries begin with an octet: most lines with two dashes are told apart by it. */
  readonly #firstOctets = new Uint16Array(256);
  readonly #isDelimiter: IsDelimiter = (offset) => this.#delimiterAt(offset) !== undefined;
  #fieldsLeft = MAX_FIELDS;
  #truncated = false;
  #orphanEnd = 0;
  /** Line feeds before `#countedTo`, counted only where some part needs them. */
  #lines = 0;
  #countedTo = 0;
  #attachedMessages = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  run(): Message {
    const bytes = this.#bytes;
    let at = this.#begin(0, -1, false);
    while (this.#levels.size > 0) {
      const found = bytes.indexOf(DASHES, at);
      if (found < 0) break;
      at = this.#nextLine(found + 2);
      if (found > 0 && bytes[found - 1] !== LF) continue;
      const delimiter = this.#delimiterAt(found);
      if (delimiter === undefined) continue;
      this.#closeAbove(delimiter.level, this.#beforeBreak(found));
      const multipart = this.#open[delimiter.level] as Open;
      if (delimiter.closes) this.#forget(multipart);
      else if (this.#parts.length >= MAX_PARTS) this.#truncated = true;
      else at = this.#begin(at, multipart.part.index, multipart.part.subtype === 'digest');
    }
    this.#closeAbove(-1, bytes.length);
    return {
      size: bytes.length,
      parts: this.#parts as readonly Part[] as Message['parts'],
      truncated: this.#truncated,
      orphanEnd: this.#orphanEnd,
    };
  }

  /** Reads the header of an entity, and of the messages nested in it; returns where the search goes on. */
  #begin(offset: number, parent: number, inDigest: boolean): number {
    let at = offset;
    let within = parent;
    let digest = inDigest;
    for (;;) {
      const block = scanHeader(
        this.#bytes,
        at,
        this.#levels.size > 0 ? this.#isDelimiter : undefined,
        this.#fieldsLeft,
      );
      this.#fieldsLeft -= block.fields.length;
      if (block.truncated) this.#truncated = true;
      if (within < 0) this.#orphanEnd = block.orphanEnd;
      const entity = describeEntity(this.#bytes, block.fields, digest);
      const part = this.#add(at, block.bodyOffset, within, block.fields, entity);
      const open: Open = { part, boundary: undefined, shadowed: undefined };
      this.#open.push(open);
      at = block.bodyOffset;
      if (part.type === 'multipart' && entity.boundary !== undefined) {
        if (this.#open.length <= MAX_DEPTH) this.#watch(open, entity.boundary);
        else this.#truncated = true;
        return at;
      }
      if (!holdsMessage(part)) {
        if (part.type === 'text') part.lines = this.#countFrom(at);
        return at;
      }
      if (this.#open.length > MAX_DEPTH || this.#parts.length >= MAX_PARTS) {
        this.#truncated = true;
        return at;
      }
      part.lines = this.#countFrom(at);
      this.#attachedMessages++;
      within = part.index;
      digest = false;
    }
  }

  #add(
    headerOffset: number,
    bodyOffset: number,
    parent: number,
    fields: HeaderField[],
    entity: Entity,
  ): Draft {
    const index = this.#parts.length;
    const part: Draft = {
      index,
      parent,
      children: [],
      headerOffset,
      bodyOffset,
      bodyEnd: bodyOffset,
      fields,
      type: entity.type,
      subtype: entity.subtype,
      parameters: entity.parameters,
      charset: entity.charset,
      encoding: entity.encoding,
      encodingName: entity.encodingName,
      disposition: entity.disposition,
      dispositionParameters: entity.dispositionParameters,
      name: entity.name,
      cid: entity.cid,
      language: entity.language,
      location: entity.location,
      md5: entity.md5,
      description: entity.description,
      size: 0,
      lines: 0,
    };
    this.#parts.push(part);
    if (parent >= 0) (this.#parts[parent] as Draft).children.push(index);
    return part;
  }

  #watch(open: Open, boundary: string): void {
    open.boundary = boundary;
    open.shadowed = this.#levels.get(boundary);
    this.#levels.set(boundary, this.#open.length - 1);
    const first = boundary.charCodeAt(0);
    this.#firstOctets[first] = (this.#firstOctets[first] as number) + 1;
  }

  #forget(open: Open): void {
    const { boundary } = open;
    if (boundary === undefined) return;
    open.boundary = undefined;
    const first = boundary.charCodeAt(0);
    this.#firstOctets[first] = (this.#firstOctets[first] as number) - 1;
    if (open.shadowed === undefined) this.#levels.delete(boundary);
    else this.#levels.set(boundary, open.shadowed);
  }

  /** The multipart that a line with two dashes at this offset divides or closes. */
  #delimiterAt(offset: number): Delimiter | undefined {
    const bytes = this.#bytes;
    const start = offset + 2;
    if (start >= bytes.length || this.#firstOctets[bytes[start] as number] === 0) return undefined;
    const lf = bytes.indexOf(LF, start);
    let end = lf < 0 ? bytes.length : lf;
    if (end - start > MAX_LINE) return undefined;
    while (end > start && isPadding(bytes[end - 1] as number)) end--;
    const line = latin1Slice(bytes, start, end);
    const exact = this.#match(line);
    if (exact !== undefined) return exact;
    // RFC 2046 §5.1.1 lets anything follow a boundary. Only what white space sets apart is taken as such,
    // because real boundaries often begin with the boundary of the multipart around them.
    const space = line.search(/[ \t]/);
    return space > 0 ? this.#match(line.slice(0, space)) : undefined;
  }

  #match(text: string): Delimiter | undefined {
    const divides = this.#levels.get(text);
    const closes = text.endsWith('--') ? this.#levels.get(text.slice(0, -2)) : undefined;
    if (divides !== undefined && (closes === undefined || divides > closes)) {
      return { level: divides, closes: false };
    }
    return closes === undefined ? undefined : { level: closes, closes: true };
  }

  #nextLine(from: number): number {
    const lf = this.#bytes.indexOf(LF, from);
    return lf < 0 ? this.#bytes.length : lf + 1;
  }

  /** The line break before a delimiter belongs to the delimiter (RFC 2046 §5.1.1). */
  #beforeBreak(offset: number): number {
    if (offset === 0) return 0;
    return offset > 1 && this.#bytes[offset - 2] === CR ? offset - 2 : offset - 1;
  }

  /** Ends every open entity above a level; their bodies end at this offset. */
  #closeAbove(level: number, end: number): void {
    // A header without a body may end behind it, and its parents with it.
    let bodyEnd = end;
    while (this.#open.length > level + 1) bodyEnd = this.#close(this.#open.pop() as Open, bodyEnd);
  }

  #close(open: Open, end: number): number {
    const { part } = open;
    this.#forget(open);
    const bodyEnd = Math.max(part.bodyOffset, end);
    part.bodyEnd = bodyEnd;
    part.size = bodyEnd - part.bodyOffset;
    if (part.children.length > 0) {
      if (part.type === 'message') {
        part.lines = this.#countTo(bodyEnd) - part.lines;
        this.#attachedMessages--;
      }
      return bodyEnd;
    }
    if (part.type === 'multipart') {
      // Without any part it is shown as what it is: text.
      part.type = 'text';
      part.subtype = 'plain';
      part.charset = 'us-ascii';
      part.lines = countLines(this.#bytes, part.bodyOffset, bodyEnd);
    } else if (part.type === 'text') part.lines = this.#countTo(bodyEnd) - part.lines;
    part.size = decodedSize(this.#bytes, part.bodyOffset, bodyEnd, part.encoding);
    return bodyEnd;
  }

  /** Begins to count line feeds here; outside of attached messages what lies before is not counted. */
  #countFrom(offset: number): number {
    if (this.#attachedMessages > 0) return this.#countTo(offset);
    this.#countedTo = offset;
    return this.#lines;
  }

  /** Line feeds counted up to an offset; each octet is looked at once. */
  #countTo(offset: number): number {
    if (offset > this.#countedTo) {
      this.#lines += countLines(this.#bytes, this.#countedTo, offset);
      this.#countedTo = offset;
    }
    return this.#lines;
  }
}

/** A delimiter line: the level of its multipart in the open entities, and whether it is the last one. */
interface Delimiter {
  readonly level: number;
  readonly closes: boolean;
}

/** Longest delimiter line: the boundary and white space after it. */
const MAX_LINE = MAX_BOUNDARY + 256;

const isPadding = (octet: number): boolean => octet === 0x20 || octet === 0x09 || octet === CR;

/** Whether the body is a message that can be read as it stands (RFC 2046 §5.2.1, RFC 6532 §3.7). */
const holdsMessage = (part: Part): boolean =>
  part.type === 'message' &&
  (part.subtype === 'rfc822' || part.subtype === 'global') &&
  (part.encoding === '7bit' || part.encoding === '8bit' || part.encoding === 'binary');
