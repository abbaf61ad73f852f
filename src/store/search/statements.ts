// How statements of the search database give their numbers and rows.
import type { StatementSync } from 'node:sqlite';

/**
 * For every statement that changes something: its result names the connection's last row id, which may be one past
 * 2^53 that another statement inserted, and that throws otherwise.
 */
export function bigInts(statement: StatementSync): StatementSync {
  statement.setReadBigInts(true);
  return statement;
}

/** Rows as arrays of their columns. */
export function arrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true);
  return statement;
}
