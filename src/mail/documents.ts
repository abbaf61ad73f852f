// Documents of an account that are read as wholes: identities, submissions and the like, a few hundred at most.
import {
  type AccountReader,
  type DataType,
  documentOf,
  type DocumentId,
  documentsOf,
} from '../account/index.ts';

/** All documents of a type by id, ascending. */
export async function readDocuments<T>(
  reader: AccountReader,
  type: DataType,
  decode: (row: Uint8Array) => T,
): Promise<Map<DocumentId, T>> {
  const documents = await documentsOf(reader, type);
  return new Map(documents.map(({ id, record }) => [id, decode(record)]));
}

/** One document; undefined when there is none. */
export async function readDocument<T>(
  reader: AccountReader,
  type: DataType,
  id: DocumentId,
  decode: (row: Uint8Array) => T,
): Promise<T | undefined> {
  const row = await documentOf(reader, type, id);
  return row && decode(row);
}
