// A worker thread that writes to accounts through its own reader of the store and the one writer.
import { parentPort, workerData } from 'node:worker_threads';
import { createAccounts } from '../../src/account/index.ts';
import { attachEmbedded, type EmbeddedHandle } from '../../src/store/index.ts';
import { ACCOUNT, addWord } from './words.ts';

export type Order =
  | { readonly id: number; readonly write: readonly string[]; readonly accounts?: readonly number[] }
  | { readonly id: number; readonly head: true }
  | { readonly id: number; readonly close: true };

const port = parentPort as NonNullable<typeof parentPort>;
const stores = await attachEmbedded(workerData as EmbeddedHandle);
const accounts = createAccounts(stores);

async function obey(order: Order): Promise<unknown> {
  if ('close' in order) {
    accounts.close();
    await stores.close();
    setImmediate(() => port.close());
    return undefined;
  }
  if ('head' in order) return (await accounts.get(ACCOUNT).head()).change;
  const written = await Promise.all(
    order.write.map(async (word) =>
      order.accounts
        ? accounts.writeAll(order.accounts, (writer) => addWord(writer, word))
        : accounts.get(ACCOUNT).write((writer) => addWord(writer, word)),
    ),
  );
  return { changes: written.flatMap((one) => one), stats: { ...accounts.stats } };
}

port.on('message', (order: Order) => {
  void obey(order).then((answer) => port.postMessage({ id: order.id, answer }));
});
port.postMessage('ready');
