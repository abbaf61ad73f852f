// Makes the octets of a message from a checked draft (RFC 8621 §4.6): blobs are put in, and what the client left
// out is added: Message-ID and Date (RFC 5322 §3.6).
import { Invalid, now } from '../../base/index.ts';
import { buildMessage, type HeaderInput, newMessageId, type PartInput } from '../../formats/mime/index.ts';
import { invalidProperties, SetFailure } from '../errors.ts';
import type { Draft, DraftPart } from './draft.ts';

export interface ComposeLimits {
  /** Bytes of all attachments together, and of the message. */
  readonly maxAttachmentSize: number;
  readonly maxMessageSize: number;
}

/** Blob ids that the parts of a draft name, each once. */
export function blobsOf(draft: Draft): string[] {
  const ids = new Set<string>();
  const visit = ({ content }: DraftPart): void => {
    if ('blobId' in content) ids.add(content.blobId);
    else if ('parts' in content) for (const part of content.parts) visit(part);
  };
  visit(draft.body);
  return [...ids];
}

/**
 * The message. `blobs` holds the bytes by blob id; `host` ends the Message-ID.
 * Throws `SetFailure`: `blobNotFound`, `tooLarge`, `invalidProperties`.
 */
export function composeMessage(
  draft: Draft,
  blobs: ReadonlyMap<string, Uint8Array>,
  host: string,
  limits: ComposeLimits,
): Uint8Array {
  const notFound = blobsOf(draft).filter((id) => !blobs.has(id));
  if (notFound.length > 0) {
    throw new SetFailure('blobNotFound', 'A part names a blob that is not there.', { notFound });
  }
  let attached = 0;
  for (const bytes of blobs.values()) attached += bytes.length;
  if (attached > limits.maxAttachmentSize) {
    throw new SetFailure('tooLarge', `The attachments are larger than ${limits.maxAttachmentSize} bytes.`);
  }
  const present = new Set(draft.headers.map((field) => field.name.toLowerCase()));
  const headers: HeaderInput[] = [...draft.headers];
  if (!present.has('date')) headers.unshift({ name: 'Date', date: { time: now(), offset: 0 } });
  if (!present.has('message-id')) {
    headers.push({ name: 'Message-ID', messageIds: [newMessageId(host)] });
  }
  const message = build(headers, partInput(draft.body, blobs), draft.properties);
  if (message.length > limits.maxMessageSize) {
    throw new SetFailure('tooLarge', `The message is larger than ${limits.maxMessageSize} bytes.`);
  }
  return message;
}

function build(headers: readonly HeaderInput[], root: PartInput, sent: Draft['properties']): Uint8Array {
  try {
    return buildMessage(headers, root);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const properties = error.problems.map(
      ({ property }) => sent.get(property.toLowerCase()) ?? clientName(property),
    );
    throw invalidProperties([...new Set(properties)], error.message);
  }
}

/** The property under which a client knows a header field of a part, or what else is wrong with one. */
const clientName = (field: string): string => (/^[A-Z]/.test(field) ? `header:${field}` : field);

function partInput(part: DraftPart, blobs: ReadonlyMap<string, Uint8Array>): PartInput {
  const { type, parameters, charset, disposition, name, cid, language, location, headers, content } = part;
  const children = 'parts' in content ? content.parts.map((child) => partInput(child, blobs)) : undefined;
  return {
    type,
    charset,
    disposition,
    name,
    cid,
    language,
    location,
    headers,
    // RFC 2387 §3.1: the type of the root is named.
    parameters: {
      ...(type === 'multipart/related' && children?.[0] && { type: children[0].type }),
      ...parameters,
    },
    content:
      children ??
      ('text' in content ? content.text : (blobs.get((content as { blobId: string }).blobId) as Uint8Array)),
  };
}
