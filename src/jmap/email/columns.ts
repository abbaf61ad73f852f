// What a query reads of an account: its columns in memory, by row.
import type { MailView } from '../../mail/index.ts';

export type EmailColumns = Pick<
  MailView,
  | 'count'
  | 'ids'
  | 'received'
  | 'sizes'
  | 'threads'
  | 'byReceived'
  | 'row'
  | 'mailboxRows'
  | 'mailboxIds'
  | 'keywordTest'
  | 'attachmentTest'
>;
