// A worker thread with a mail floor of its own over the one store.
import { parentPort, workerData } from 'node:worker_threads';
import { attachEmbedded, type EmbeddedHandle } from '../../src/store/index.ts';
import { contentOf } from './player.ts';
import { delivery, message, openWorld } from './world.ts';

export type Order =
  | { readonly id: number; readonly deliver: readonly string[]; readonly account: number }
  | { readonly id: number; readonly look: number }
  | { readonly id: number; readonly close: true };

const port = parentPort as NonNullable<typeof parentPort>;
const world = openWorld({ stores: await attachEmbedded(workerData as EmbeddedHandle) });

async function obey(order: Order): Promise<unknown> {
  if ('close' in order) {
    await world.close();
    setImmediate(() => port.close());
    return undefined;
  }
  if ('look' in order) return contentOf(await world.mail.account(order.look).view());
  const ids = order.deliver.map(async (subject) => {
    const [outcome] = await world.mail.deliver(delivery(message({ Subject: subject })), [order.account]);
    return outcome && 'value' in outcome ? outcome.value.id : String(outcome?.error);
  });
  return Promise.all(ids);
}

port.on('message', (order: Order) => {
  void obey(order).then((answer) => port.postMessage({ id: order.id, answer }));
});
port.postMessage('ready');
