// Writes an Email as JSON text (RFC 8621 §4.1): no object is built only to be written out again.
import { encodeId } from '../../base/index.ts';
import {
  type BodyPart,
  type BodyLists,
  bodyLists,
  bodyPart,
  bodyStructure,
  bodyValue,
  headerProperty,
  isMultipart,
  type Message,
  type Part,
  rawHeaders,
} from '../../formats/mime/index.ts';
import { type BlobName, blobIdOf, blobWithin } from '../blob-id.ts';
import type { EmailPlan, EmailProperty, MetadataName, NamedHeader, PartProperties } from './properties.ts';

/** Everything of one e-mail that a plan may need; the parts it does not need may be absent. */
export interface EmailSource {
  /** Null for a message that is in no mailbox (Email/parse). */
  readonly stored: StoredFacts | null;
  readonly size: number;
  /** Where the bytes of the message are. */
  readonly blob: BlobName;
  readonly message: Message;
  readonly preview: string;
  readonly hasAttachment: boolean;
  /** Bytes of the message from `base` on, as far as the plan needs them. */
  readonly bytes: Uint8Array;
  readonly base: number;
}

export interface StoredFacts {
  readonly id: number;
  readonly thread: number;
  readonly mailboxes: readonly number[];
  readonly keywords: readonly string[];
  /** Milliseconds since 1970. */
  readonly received: number;
}

/** The facts that the columns know; enough for plans that need nothing cold. */
export type HotSource = Pick<EmailSource, 'stored' | 'size'>;

/** JSON text of one Email. */
export const renderEmail = (plan: EmailPlan, source: EmailSource): string =>
  renderWith(plan, source, coldMembers(plan, source));

/** The same when the members that never change are there already, as `coldMembers` gives them. */
export function renderWith(plan: EmailPlan, source: HotSource, cold: string): string {
  let out = '';
  for (const property of plan.hot) {
    const { name } = property as { name: MetadataName };
    out += `${out === '' ? '' : ','}"${name}":${hotText(name, source)}`;
  }
  return `{${out}${out === '' || cold === '' ? '' : ','}${cold}}`;
}

/** The members of `plan.cold` as JSON text, without braces. */
export function coldMembers(plan: EmailPlan, source: EmailSource): string {
  const lists = new Lists(source.message);
  let out = '';
  for (const property of plan.cold) {
    out += `${out === '' ? '' : ','}${propertyText(property, plan, source, lists)}`;
  }
  return out;
}

/** JSON text of an Email of which only columns are wanted. */
export const renderHot = (plan: EmailPlan, source: HotSource): string => renderWith(plan, source, '');

/** UTCDate without milliseconds (RFC 8620 §1.4). */
export const utcDateText = (ms: number): string => `${new Date(ms).toISOString().slice(0, -5)}Z`;

/** A JSON object whose members are all true. */
export function trueMap(names: readonly string[]): string {
  let out = '';
  for (const name of names) out += `${out === '' ? '{' : ','}${JSON.stringify(name)}:true`;
  return out === '' ? '{}' : `${out}}`;
}

function idMap(ids: readonly number[]): string {
  let out = '';
  for (const id of ids) out += `${out === '' ? '{' : ','}"${encodeId(id)}":true`;
  return out === '' ? '{}' : `${out}}`;
}

/** The body lists of a message, divided when first needed. */
class Lists {
  readonly #message: Message;
  #lists: BodyLists | undefined;
  constructor(message: Message) {
    this.#message = message;
  }
  get lists(): BodyLists {
    return (this.#lists ??= bodyLists(this.#message));
  }
}

function propertyText(property: EmailProperty, plan: EmailPlan, source: EmailSource, lists: Lists): string {
  if (property.kind === 'header') return headerText(property, source, source.message.parts[0]);
  const { name } = property;
  if (property.kind === 'metadata') return `"${name}":${metadataText(property.name, source)}`;
  switch (property.name) {
    case 'headers':
      return `"headers":${JSON.stringify(rawHeaders(source.bytes, source.message.parts[0], source.base))}`;
    case 'bodyStructure':
      return `"bodyStructure":${partText(bodyStructure(source.message), plan.part, source, plan.part.subParts)}`;
    case 'bodyValues':
      return `"bodyValues":${valuesText(plan, source, lists)}`;
    default: {
      let out = '';
      for (const index of lists.lists[property.name]) {
        out += `${out === '' ? '' : ','}${partText(bodyPart(source.message, index), plan.part, source, false)}`;
      }
      return `"${name}":[${out}]`;
    }
  }
}

function metadataText(name: MetadataName, source: EmailSource): string {
  switch (name) {
    case 'blobId':
      return `"${blobIdOf(source.blob)}"`;
    case 'hasAttachment':
      return String(source.hasAttachment);
    case 'preview':
      return JSON.stringify(source.preview);
    default:
      return hotText(name, source);
  }
}

function hotText(name: MetadataName, { stored, size }: HotSource): string {
  if (name === 'size') return String(size);
  if (!stored) return 'null';
  switch (name) {
    case 'id':
      return `"${encodeId(stored.id)}"`;
    case 'threadId':
      return `"${encodeId(stored.thread)}"`;
    case 'mailboxIds':
      return idMap(stored.mailboxes);
    case 'keywords':
      return trueMap(stored.keywords);
    default:
      return `"${utcDateText(stored.received)}"`;
  }
}

function headerText({ property, header }: NamedHeader, source: EmailSource, part: Part): string {
  const value = headerProperty(source.bytes, part, header, source.base);
  return `${JSON.stringify(property)}:${JSON.stringify(value)}`;
}

function partText(view: BodyPart, plan: PartProperties, source: EmailSource, withChildren: boolean): string {
  const part = source.message.parts[view.index] as Part;
  let out = '';
  const add = (text: string) => (out += `${out === '' ? '{' : ','}${text}`);
  for (const name of plan.names) {
    if (name === 'blobId') add(`"blobId":${partBlobText(source, part)}`);
    else add(`"${name}":${JSON.stringify(view[name as 'partId'])}`);
  }
  if (plan.allHeaders) add(`"headers":${JSON.stringify(rawHeaders(source.bytes, part, source.base))}`);
  for (const header of plan.headers) add(headerText(header, source, part));
  if (withChildren && view.subParts) {
    const children = view.subParts.map((child) => partText(child, plan, source, true));
    add(`"subParts":[${children.join(',')}]`);
  } else if (withChildren && plan.subPartsNamed) add('"subParts":null');
  return out === '' ? '{}' : `${out}}`;
}

/** A part is a range of the message's blob; a message of one part only is still not its own blob. */
function partBlobText({ blob }: EmailSource, part: Part): string {
  if (isMultipart(part)) return 'null';
  const { bodyOffset, bodyEnd, encoding } = part;
  const name = blobWithin(blob, { offset: bodyOffset, length: bodyEnd - bodyOffset, encoding });
  return name ? `"${blobIdOf(name)}"` : 'null';
}

function valuesText(plan: EmailPlan, source: EmailSource, lists: Lists): string {
  let out = '';
  for (const part of valueParts(plan, source.message, lists)) {
    const value = bodyValue(source.bytes, part, plan.values.maxBodyValueBytes, source.base);
    out += `${out === '' ? '{' : ','}"${part.index}":${JSON.stringify(value)}`;
  }
  return out === '' ? '{}' : `${out}}`;
}

/** Text parts whose values are wanted, in message order. */
function valueParts(plan: EmailPlan, message: Message, lists: Lists): Part[] {
  const { fetchAllBodyValues, fetchTextBodyValues, fetchHTMLBodyValues } = plan.values;
  if (!fetchAllBodyValues && !fetchTextBodyValues && !fetchHTMLBodyValues) return [];
  const { textBody, htmlBody, attachments } = lists.lists;
  const wanted = new Set<number>();
  if (fetchTextBodyValues || fetchAllBodyValues) for (const index of textBody) wanted.add(index);
  if (fetchHTMLBodyValues || fetchAllBodyValues) for (const index of htmlBody) wanted.add(index);
  if (fetchAllBodyValues) for (const index of attachments) wanted.add(index);
  const parts = [...wanted].sort((a, b) => a - b).map((index) => message.parts[index] as Part);
  return parts.filter((part) => part.type === 'text');
}

/** The bytes of a message that a plan reads: from the first needed to behind the last; undefined for none. */
export function neededRange(plan: EmailPlan, message: Message): { from: number; to: number } | undefined {
  let from = Infinity;
  let to = 0;
  const need = (start: number, end: number): void => {
    from = Math.min(from, start);
    to = Math.max(to, end);
  };
  if (plan.needsHeader) need(message.parts[0].headerOffset, message.parts[0].bodyOffset);
  if (plan.needsPartHeaders) for (const part of message.parts) need(part.headerOffset, part.bodyOffset);
  if (plan.needsBodies) {
    for (const part of valueParts(plan, message, new Lists(message))) need(part.bodyOffset, part.bodyEnd);
  }
  return from < to ? { from, to } : undefined;
}
