// What JMAP shows of a message's structure, from the part table alone (RFC 8621 §4.1.4): bodyStructure,
// textBody, htmlBody, attachments and hasAttachment.
import { partText } from './body.ts';
import { isMultipart, mediaType, type Message, type Part } from './types.ts';

/** Properties of an EmailBodyPart that need neither a blob id nor the message. */
export interface BodyPart {
  /** Index in the part table; decides blob id and header properties. */
  readonly index: number;
  readonly partId: string | null;
  readonly size: number;
  readonly name: string | null;
  readonly type: string;
  readonly charset: string | null;
  readonly disposition: string | null;
  readonly cid: string | null;
  readonly language: readonly string[] | null;
  readonly location: string | null;
  readonly subParts: readonly BodyPart[] | null;
}

/** Parts shown as the body in a text or an HTML view, and the rest, as indices of the part table. */
export interface BodyLists {
  readonly textBody: readonly number[];
  readonly htmlBody: readonly number[];
  readonly attachments: readonly number[];
}

/** JMAP part id of a part, null for a multipart. */
export const partIdOf = (part: Part): string | null => (isMultipart(part) ? null : String(part.index));

/** The part of a JMAP part id, or undefined. */
export function partOfId(message: Message, partId: string): Part | undefined {
  if (!/^(0|[1-9][0-9]{0,3})$/.test(partId)) return undefined;
  const part = message.parts[Number(partId)];
  return part === undefined || isMultipart(part) ? undefined : part;
}

/** One part with its sub-parts; those of an attached message are not its sub-parts. */
export function bodyPart(message: Message, index: number): BodyPart {
  const part = message.parts[index] as Part;
  return {
    index,
    partId: partIdOf(part),
    size: part.size,
    name: part.name,
    type: mediaType(part),
    charset: part.charset,
    disposition: part.disposition,
    cid: part.cid,
    language: part.language,
    location: part.location,
    // The table is at most `MAX_DEPTH` deep.
    subParts: isMultipart(part) ? part.children.map((child) => bodyPart(message, child)) : null,
  };
}

/** The structure from the root. */
export const bodyStructure = (message: Message): BodyPart => bodyPart(message, 0);

const isInlineMedia = (part: Part): boolean =>
  part.type === 'image' || part.type === 'audio' || part.type === 'video';

/** Divides the parts as RFC 8621 §4.1.4 suggests. */
export function bodyLists(message: Message): BodyLists {
  const textBody: number[] = [];
  const htmlBody: number[] = [];
  const attachments: number[] = [];
  divide(message, [0], 'mixed', false, htmlBody, textBody, attachments);
  return { textBody, htmlBody, attachments };
}

function divide(
  message: Message,
  children: readonly number[],
  multipartType: string,
  inAlternative: boolean,
  htmlList: number[] | null,
  textList: number[] | null,
  attachments: number[],
): void {
  let htmlBody = htmlList;
  let textBody = textList;
  const textLength = textBody?.length ?? -1;
  const htmlLength = htmlBody?.length ?? -1;
  for (const [position, index] of children.entries()) {
    const part = message.parts[index] as Part;
    const { subtype } = part;
    const isText = part.type === 'text' && (subtype === 'plain' || subtype === 'html');
    if (isMultipart(part)) {
      const alternative = inAlternative || subtype === 'alternative';
      divide(message, part.children, subtype, alternative, htmlBody, textBody, attachments);
      continue;
    }
    const isInline =
      part.disposition !== 'attachment' &&
      (isText || isInlineMedia(part)) &&
      (position === 0 || (multipartType !== 'related' && (isInlineMedia(part) || part.name === null)));
    if (!isInline) {
      attachments.push(index);
      continue;
    }
    if (multipartType === 'alternative') {
      if (!isText) attachments.push(index);
      else (subtype === 'plain' ? textBody : htmlBody)?.push(index);
      continue;
    }
    if (inAlternative && isText) {
      if (subtype === 'plain') htmlBody = null;
      else textBody = null;
    }
    textBody?.push(index);
    htmlBody?.push(index);
    if ((textBody === null || htmlBody === null) && isInlineMedia(part)) attachments.push(index);
  }
  if (multipartType === 'alternative' && textBody !== null && htmlBody !== null) {
    const onlyHtml = textLength === textBody.length && htmlLength !== htmlBody.length;
    const onlyText = htmlLength === htmlBody.length && textLength !== textBody.length;
    if (onlyHtml) textBody.push(...htmlBody.slice(htmlLength));
    if (onlyText) htmlBody.push(...textBody.slice(textLength));
  }
}

/** Parts that software processes itself and no one saves. */
const AUTOMATIC = new Set([
  'application/pgp-signature',
  'application/pgp-encrypted',
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
]);

/**
 * Whether a client should offer something to save (RFC 8621 §4.1.4): an attachment that is not inline, not
 * a signature, and no picture that the HTML shows.
 */
export function hasAttachment(message: Message, bytes: Uint8Array, lists = bodyLists(message)): boolean {
  let references: string | undefined;
  for (const index of lists.attachments) {
    const part = message.parts[index] as Part;
    if (part.disposition === 'inline' || AUTOMATIC.has(mediaType(part))) continue;
    if (part.disposition !== 'attachment' && isInlineMedia(part) && part.cid !== null) {
      const parent = message.parts[part.parent];
      if (parent?.subtype === 'related') continue;
      references ??= htmlOf(message, bytes, lists);
      if (references.includes(`cid:${part.cid}`)) continue;
    }
    return true;
  }
  return false;
}

const htmlOf = (message: Message, bytes: Uint8Array, lists: BodyLists): string =>
  lists.htmlBody
    .map((index) => message.parts[index] as Part)
    .filter((part) => mediaType(part) === 'text/html')
    .map((part) => partText(bytes, part).text)
    .join('\n');
