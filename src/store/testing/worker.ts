// Runs one case of the conformance suite on stores that are attached from a thread of their own.
import { parentPort, workerData } from 'node:worker_threads';
import { attachEmbedded, type EmbeddedHandle } from '../engines/sqlite/index.ts';
import { CASES } from './conformance.ts';

const { handle, name } = workerData as { handle: EmbeddedHandle; name: string };
const stores = await attachEmbedded(handle);
try {
  await CASES.find((one) => one.name === name)?.run(stores);
  parentPort?.postMessage({ passed: true });
} catch (error) {
  parentPort?.postMessage({
    failed: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
} finally {
  await stores.close();
}
