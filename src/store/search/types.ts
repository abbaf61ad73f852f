// The search store: words of documents by account. Engines keep what the analyser of `formats/search` made and
// answer which documents of an account have given words in given fields; all else is decided on the columns of
// the account. Nothing in it is precious: it can be made again from the data store.
import type { Analysed, SearchTerm } from '../../formats/search/index.ts';

/** What one kind of document is indexed by. */
export interface SearchIndex {
  /** Lower-case letters. */
  readonly name: string;
  /** Another version is another index; the one before is dropped. */
  readonly version: number;
  /** `stems` tells whether words of the field are stemmed. */
  readonly fields: readonly { readonly name: string; readonly stems: boolean }[];
  /** Keeps the list of words by account, so that parts of words can be found. */
  readonly parts: boolean;
}

/** A document to be indexed anew, or removed when it has no fields. */
export interface SearchChange {
  readonly account: number;
  readonly document: number;
  readonly fields: ReadonlyMap<string, Analysed> | undefined;
}

export interface SearchRequest {
  readonly account: number;
  /** Fields that are looked at; a word may be in any of them. */
  readonly fields: readonly string[];
  /** All must be found. */
  readonly terms: readonly SearchTerm[];
}

export interface SearchStats {
  readonly documents: number;
  /** Octets of the file or the memory. */
  readonly bytes: number;
  /** The index began empty and `markReady` was not called yet: it may lack documents that it should have. */
  readonly isNew: boolean;
}

/** Failures are `Unavailable`, save for a document that the engine cannot take. */
export interface SearchStore {
  /**
   * Indexes and removes; queries see it when this resolves, and a crash may lose it until `flush`. All of the
   * changes or none: `SearchRefused` when one of them cannot be indexed. After any other error of this or of `flush`,
   * all that was applied since the last `flush` has to be applied again.
   */
  apply(index: string, changes: readonly SearchChange[]): Promise<void>;
  /** Resolves when everything that was applied before is durable. */
  flush(): Promise<void>;
  /**
   * Documents of an account, ascending; undefined when parts of words were asked for and too many words have them.
   */
  query(index: string, request: SearchRequest): Promise<Uint32Array | undefined>;
  /** Removes all of an account in steps. */
  removeAccount(account: number): Promise<void>;
  stats(index: string): Promise<SearchStats>;
  /** Every document that the index should have is in it, or has a task row. Durable after the next `flush`. */
  markReady(index: string): Promise<void>;
  close(): Promise<void>;
}
