// MDN/parse (RFC 9007 §2.2): what a message says that is a report on another one.
import { type Mdn, mdnParseArgs } from '../../formats/jmap/index.ts';
import {
  decodePart,
  isMultipart,
  lastField,
  type Message,
  mediaType,
  parameterOf,
  parseDisposition,
  parseMessage,
  partText,
  type Part,
  textForm,
  valueOctets,
} from '../../formats/mime/index.ts';
import { readBlobs } from '../blobs.ts';
import { realBlobId } from '../context.ts';
import { MethodError } from '../errors.ts';
import { type JmapMethod, method, URN } from '../method.ts';
import type { MailServices } from '../services.ts';
import { asObject } from '../set.ts';

export function mdnParseMethod(services: MailServices): JmapMethod {
  return method({
    name: 'MDN/parse',
    capabilities: [URN.mdn],
    account: 'member',
    permission: 'jmapEmailParse',
    args: mdnParseArgs,
    handle: async (call, { blobIds }) => {
      const { request } = call;
      const { parseLimitEmail } = services.settings();
      const texts = [...new Set(blobIds)];
      if (texts.length > parseLimitEmail)
        throw new MethodError('requestTooLarge', `More than ${parseLimitEmail} blobs.`);
      const blobs = await readBlobs(
        texts.map((text) => realBlobId(request, text)),
        call,
        services.blobs,
      );
      const parsed = new Map<string, Mdn>();
      const notParsable: string[] = [];
      const notFound: string[] = [];
      for (const text of texts) {
        const bytes = blobs.get(realBlobId(request, text));
        const mdn = bytes && parseMdn(bytes);
        if (mdn) parsed.set(text, mdn);
        else (bytes ? notParsable : notFound).push(text);
        if (request.slice.due()) await request.slice.pause();
      }
      return {
        accountId: call.accountText,
        parsed: asObject(parsed),
        notParsable: notParsable.length > 0 ? notParsable : null,
        notFound: notFound.length > 0 ? notFound : null,
      };
    },
  });
}

/** Undefined for a message that is no disposition notification (RFC 8098 §3). */
export function parseMdn(bytes: Uint8Array): Mdn | undefined {
  const message = parseMessage(bytes);
  const [root] = message.parts;
  const isReport =
    isMultipart(root) &&
    root.subtype === 'report' &&
    parameterOf(root.parameters, 'report-type')?.toLowerCase() === 'disposition-notification';
  const parts = root.children.map((index) => message.parts[index] as Part);
  const machine = parts.find((part) => mediaType(part) === 'message/disposition-notification');
  const report = isReport && machine ? parseDisposition(decodePart(bytes, machine)) : undefined;
  if (!report) return undefined;
  const subject = lastField(root.fields, 'subject');
  const [human] = parts;
  const third = parts[2];
  return {
    forEmailId: null,
    subject: subject ? textForm(valueOctets(bytes, subject)) : null,
    textBody: human && human !== machine ? firstText(message, human, bytes) : null,
    includeOriginalMessage: third !== undefined && mediaType(third) === 'message/rfc822',
    ...report,
  };
}

/** The text of a part, or of the first text in it. */
function firstText(message: Message, part: Part, bytes: Uint8Array): string | null {
  if (part.type === 'text' && part.children.length === 0) return partText(bytes, part).text;
  for (const index of isMultipart(part) ? part.children : []) {
    const text = firstText(message, message.parts[index] as Part, bytes);
    if (text !== null) return text;
  }
  return null;
}
