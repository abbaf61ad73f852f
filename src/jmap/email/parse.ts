// Email/parse (RFC 8621 §4.9): shows a blob as an Email without storing it.
import { emailParseArgs } from '../../formats/jmap/index.ts';
import { bodyLists, hasAttachment, parseMessage, preview } from '../../formats/mime/index.ts';
import { parseBlobId } from '../blob-id.ts';
import { MethodError } from '../errors.ts';
import { type JmapMethod, method, URN } from '../method.ts';
import { readBlobs } from '../blobs.ts';
import { JsonText } from '../result.ts';
import type { MailServices } from '../services.ts';
import { planEmail } from './properties.ts';
import { renderEmail } from './render.ts';

/** RFC 8621 §4.9: the default properties. */
const DEFAULT = [
  'messageId',
  'inReplyTo',
  'references',
  'sender',
  'from',
  'to',
  'cc',
  'bcc',
  'replyTo',
  'subject',
  'sentAt',
  'hasAttachment',
  'preview',
  'bodyValues',
  'textBody',
  'htmlBody',
  'attachments',
];

export function emailParseMethods(services: MailServices): JmapMethod[] {
  return [
    method({
      name: 'Email/parse',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapEmailParse',
      args: emailParseArgs,
      handle: async (call, args) => {
        const { request } = call;
        const { parseLimitEmail } = services.settings();
        const texts = [...new Set(args.blobIds)];
        if (texts.length > parseLimitEmail) {
          throw new MethodError('requestTooLarge', `More than ${parseLimitEmail} blobs.`);
        }
        const plan = planEmail(args.properties ?? DEFAULT, args, {
          withId: args.properties?.includes('id') === true,
        });
        const ids = new Map(
          texts.map((text) => [
            text,
            text.startsWith('#') ? (request.created.get(text.slice(1)) ?? text) : text,
          ]),
        );
        const blobs = await readBlobs([...ids.values()], call, services.blobs);
        const parsed: string[] = [];
        const notParsable: string[] = [];
        const notFound: string[] = [];
        for (const [text, id] of ids) {
          const bytes = blobs.get(id);
          const blob = parseBlobId(id);
          if (!bytes || !blob) {
            notFound.push(text);
            continue;
          }
          const message = parseMessage(bytes);
          if (message.parts[0].fields.length === 0) {
            notParsable.push(text);
            continue;
          }
          const lists = bodyLists(message);
          const email = renderEmail(plan, {
            stored: null,
            size: bytes.length,
            blob,
            message,
            preview: preview(message, bytes, lists),
            hasAttachment: hasAttachment(message, bytes, lists),
            bytes,
            base: 0,
          });
          parsed.push(`${JSON.stringify(text)}:${email}`);
          if (request.slice.due()) await request.slice.pause();
        }
        const list = (ids: string[]) => (ids.length > 0 ? JSON.stringify(ids) : 'null');
        return new JsonText([
          `{"accountId":${JSON.stringify(call.accountText)},"parsed":`,
          parsed.length > 0 ? `{${parsed.join(',')}}` : 'null',
          `,"notParsable":${list(notParsable)},"notFound":${list(notFound)}}`,
        ]);
      },
    }),
  ];
}
