// What a query reads of an account: its columns in memory, by row. Rows stand in ascending order of id.
export interface EmailColumns {
  readonly count: number;
  readonly ids: ArrayLike<number>;
  /** Milliseconds since 1970. */
  readonly received: ArrayLike<number>;
  readonly sizes: ArrayLike<number>;
  readonly threads: ArrayLike<number>;
  /** Rows by ascending arrival, then id. */
  readonly byReceived: ArrayLike<number>;
  /** Row of an e-mail, negative when there is none. */
  row(id: number): number;
  /** Rows in a mailbox; undefined when there is no such mailbox for the caller. */
  mailboxRows(mailbox: number): ArrayLike<number> | undefined;
  /** Mailboxes that the caller may read. */
  mailboxIds(): Iterable<number>;
  /** Tells of a row whether it has the keyword; undefined when no e-mail has it. */
  keywordTest(keyword: string): ((row: number) => boolean) | undefined;
  attachmentTest(): (row: number) => boolean;
}
