// Reads of documents by the floors that do not build keys of their own.
import { readU32 } from '../base/index.ts';
import { keys } from '../store/index.ts';
import type { AccountReader, DataType, DocumentId } from './types.ts';

export interface StoredDocument {
  readonly id: DocumentId;
  readonly record: Uint8Array;
}

/** All documents of a type, by ascending id. For types of which an account has few. */
export async function documentsOf(reader: AccountReader, type: DataType): Promise<StoredDocument[]> {
  const documents: StoredDocument[] = [];
  for (let after: Uint8Array | undefined; ; ) {
    const page = await reader.scan(keys.documentRange(reader.id, type), after ? { after } : {});
    for (const [i, key] of page.keys.entries())
      documents.push({ id: readU32(key, key.length - 4), record: page.values[i] as Uint8Array });
    if (!page.next) return documents;
    after = page.next;
  }
}

/** One document; undefined when it is not there. */
export const documentOf = (
  reader: AccountReader,
  type: DataType,
  id: DocumentId,
): Promise<Uint8Array | undefined> => reader.get(keys.documentKey(reader.id, type, id));
