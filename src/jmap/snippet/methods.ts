// SearchSnippet/get (RFC 8621 §5.1): where in each e-mail the words of a search were found.
import { decodeId, encodeId } from '../../base/index.ts';
import { type SearchSnippet, searchSnippetGetArgs } from '../../formats/jmap/index.ts';
import type { SearchQuery } from '../../mail/index.ts';
import { realId } from '../context.ts';
import { type EmailFilter, readEmailFilter } from '../email/filter.ts';
import { MethodError } from '../errors.ts';
import { type JmapMethod, method, URN } from '../method.ts';
import type { SendingServices } from '../sending.ts';

export function snippetMethods(services: SendingServices): JmapMethod[] {
  return [
    method({
      name: 'SearchSnippet/get',
      capabilities: [URN.mail],
      account: 'shared',
      permission: 'jmapSearchSnippetGet',
      args: searchSnippetGetArgs,
      handle: async (call, { filter, emailIds }) => {
        const { request } = call;
        const { snippetMaxResults } = services.settings();
        const texts = [...new Set(emailIds)];
        if (texts.length > snippetMaxResults)
          throw new MethodError('requestTooLarge', `More than ${snippetMaxResults} e-mails.`);
        const queries = queriesOf(readEmailFilter(filter, request));
        const view = await services.account(call.accountId, call.token).view();
        const found: number[] = [];
        const notFound: string[] = [];
        for (const text of texts) {
          const id = decodeId(realId(request, text) ?? '');
          if (id === undefined || view.row(id) < 0) notFound.push(text);
          else found.push(id);
        }
        const list: SearchSnippet[] = [];
        // RFC 8621 §5: where nothing can be determined, both are null.
        if (queries.length === 0 || !services.snippets) {
          for (const id of found) list.push({ emailId: encodeId(id), subject: null, preview: null });
        } else {
          const snippets = await services.snippets(call.accountId, found, queries);
          for (const [i, id] of found.entries()) {
            const snippet = snippets[i];
            if (snippet) list.push({ emailId: encodeId(id), ...snippet });
            else notFound.push(encodeId(id));
          }
        }
        return { accountId: call.accountText, list, notFound: notFound.length > 0 ? notFound : null };
      },
    }),
  ];
}

/** The text conditions that are not below a NOT. */
export function queriesOf(filter: EmailFilter | null): SearchQuery[] {
  if (!filter) return [];
  if ('condition' in filter) {
    return filter.condition.flatMap((test) =>
      test.kind === 'text' && SHOWN.has(test.field) ? [{ field: test.field, value: test.value }] : [],
    );
  }
  return filter.operator === 'NOT' ? [] : filter.conditions.flatMap(queriesOf);
}

/** Fields that a snippet shows something of. */
const SHOWN: ReadonlySet<string> = new Set(['text', 'subject', 'body']);
