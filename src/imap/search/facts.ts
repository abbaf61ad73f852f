// What searching, sorting and threading have worked out of messages. A message never changes, so this is kept as long
// as its cold record is.
import type { ColdRecord } from '../../mail/index.ts';

/** Fields of the envelope whose folded texts are kept, and the texts that SORT compares, by its key. */
export type FactName =
  | 'subject'
  | 'from'
  | 'to'
  | 'cc'
  | 'bcc'
  | 'SUBJECT'
  | 'FROM'
  | 'TO'
  | 'CC'
  | 'DISPLAYFROM'
  | 'DISPLAYTO';

/** The identifiers of a message that threads are made of. */
export interface Relations {
  readonly isReply: boolean;
  readonly id: string | undefined;
  readonly references: readonly string[];
}

export class Facts {
  /** The Date field, milliseconds since 1970; null without one, undefined while nobody has asked. */
  sent: number | null | undefined;
  relations: Relations | undefined;
  readonly texts = new Map<FactName, string>();
}

const kept = new WeakMap<ColdRecord, Facts>();

export function factsOf(cold: ColdRecord): Facts {
  let facts = kept.get(cold);
  if (facts === undefined) {
    facts = new Facts();
    kept.set(cold, facts);
  }
  return facts;
}
