// One document into the full-text index, or out of it: the row that the indexer works on, written again.
import { decodeId, now } from '../../base/index.ts';
import { encodeSearchTask, type MailSearch } from '../../mail/index.ts';
import { keys } from '../../store/index.ts';
import { notConfigured } from '../runner.ts';
import { PermanentFailure, type TaskHandler } from '../types.ts';

export const indexDocument =
  (
    operation: 'index' | 'remove',
    search: Pick<MailSearch, 'wake'> | undefined,
  ): TaskHandler<'IndexDocument' | 'UnindexDocument'> =>
  async ({ subject, checkpoint }) => {
    const { accountId, documentId, documentType } = subject;
    if (!search) throw notConfigured(subject['@type']);
    if (documentType !== 'email')
      throw new PermanentFailure(`documents of the type ${documentType} have no index on this server`);
    const document = decodeId(documentId);
    if (document === undefined || document > 0xffff_ffff)
      throw new PermanentFailure(`${documentId} is not the id of a document`);
    await checkpoint({ done: 1, total: 1, cursor: null }, (batch) =>
      batch.set(keys.searchTaskKey(accountId, document), encodeSearchTask({ operation, since: now() })),
    );
    search.wake(accountId);
  };
