// Documents of an account that are read as wholes: identities, submissions and the like, a few hundred at most.
import type { AccountReader, DataType, DocumentId } from '../account/index.ts';
import { readU32 } from '../base/index.ts';
import { type Key, keys } from '../store/index.ts';

/** All documents of a type by id, ascending. */
export async function readDocuments<T>(
  reader: Pick<AccountReader, 'id' | 'scan'>,
  type: DataType,
  decode: (row: Uint8Array) => T,
): Promise<Map<DocumentId, T>> {
  const documents = new Map<DocumentId, T>();
  let after: Key | undefined;
  do {
    const page = await reader.scan(keys.documentRange(reader.id, type), after ? { after } : {});
    for (const [i, key] of page.keys.entries())
      documents.set(readU32(key, 6), decode(page.values[i] as Uint8Array));
    after = page.next;
  } while (after);
  return documents;
}

/** One document; undefined when there is none. */
export async function readDocument<T>(
  reader: Pick<AccountReader, 'id' | 'get'>,
  type: DataType,
  id: DocumentId,
  decode: (row: Uint8Array) => T,
): Promise<T | undefined> {
  const row = await reader.get(keys.documentKey(reader.id, type, id));
  return row && decode(row);
}
