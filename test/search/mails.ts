// E-mails for the tests of text search, stored as the mail floor stores them: blob, cold record and task row.
import { createHash } from 'node:crypto';
import { DataType } from '../../src/account/index.ts';
import { encodeMessage, imapTexts, parseMessage } from '../../src/formats/mime/index.ts';
import { encodeSearchTask } from '../../src/mail/search/index.ts';
import { encodeCold } from '../../src/mail/records/cold.ts';
import { type DataStore, keys } from '../../src/store/index.ts';

export interface MailParts {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly body?: string;
  /** Further header lines. */
  readonly header?: string;
}

/** Octets of a message in UTF-8. */
export function mailOf({ from, to, subject, body, header }: MailParts): Uint8Array {
  const lines = [
    from === undefined ? [] : `From: ${from}`,
    to === undefined ? [] : `To: ${to}`,
    subject === undefined ? [] : `Subject: ${subject}`,
    header ?? 'Content-Type: text/plain; charset=utf-8',
    '',
    body ?? '',
  ];
  return Buffer.from(lines.flat().join('\r\n').replaceAll(/\r?\n/g, '\r\n'));
}

/** Stores messages of an account under the ids from `first`, in one commit. */
export async function storeMails(
  data: DataStore,
  account: number,
  first: number,
  messages: readonly Uint8Array[],
  since = 1000,
): Promise<void> {
  const batch = data.newBatch();
  for (const [i, bytes] of messages.entries()) {
    const hash = createHash('sha256').update(bytes).digest();
    const message = parseMessage(bytes);
    const cold = encodeCold({
      hash,
      size: bytes.length,
      hasAttachment: false,
      threadKeys: [],
      texts: imapTexts(message, bytes),
      preview: '',
      message: encodeMessage(message),
    });
    const id = first + i;
    batch
      .putBlob(hash, bytes)
      .set(keys.blobLinkKey(hash, account, DataType.Email, id), Uint8Array.of())
      .set(keys.coldKey(account, DataType.Email, id), cold)
      .set(keys.searchTaskKey(account, id), encodeSearchTask({ operation: 'index', since }));
  }
  await data.commit(batch);
}

/** Removes an e-mail as the mail floor does. */
export async function removeMail(data: DataStore, account: number, id: number): Promise<void> {
  await data.commit(
    data
      .newBatch()
      .delete(keys.coldKey(account, DataType.Email, id))
      .set(keys.searchTaskKey(account, id), encodeSearchTask({ operation: 'remove', since: 2000 })),
  );
}

/** Documents of task rows that are left, as `account/document`. */
export async function tasksLeft(data: DataStore): Promise<string[]> {
  const range = keys.prefixRange(Uint8Array.of(keys.Subspace.SearchTask));
  const { keys: found } = await data.scan(range, { keysOnly: true });
  return found.map((key) => {
    const view = new DataView(key.buffer, key.byteOffset);
    return `${view.getUint32(1)}/${view.getUint32(5)}`;
  });
}
