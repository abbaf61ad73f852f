// A thread that runs all faces. It begins when it is told with what, and ends when it has drained.
import { parentPort, workerData } from 'node:worker_threads';
import { attachMailSearch } from '../mail/index.ts';
import { attachEmbedded, attachSearch, type SearchClient, type Stores } from '../store/index.ts';
import { logToConsole } from './console.ts';
import { startFaces, type Faces } from './faces.ts';
import type { LogLevel } from './environment.ts';
import { surviveExceptions } from './exceptions.ts';
import { openServices, type Services } from './services.ts';
import { type ThreadFigures, threadFigures } from './thread-figures.ts';
import type { FromWorker, ToWorker, WorkerStart } from './thread-messages.ts';

const port = parentPort;
if (!port) throw new Error('worker.ts runs in a thread of the server only');

const { logLevel } = workerData as { readonly logLevel: LogLevel };
logToConsole(logLevel, (line) => process.stderr.write(line));
surviveExceptions('worker');

let running:
  | {
      readonly stores: Stores;
      readonly services: Services;
      readonly faces: Faces;
      readonly search: SearchClient | undefined;
      readonly figures: () => ThreadFigures;
    }
  | undefined;

port.on('message', (message: ToWorker) => {
  if (message.type === 'start') void start(message);
  else if (message.type === 'ask') tellFigures();
  else void drain(message.graceMs);
});

/** A rejection ends the thread, and its error tells the main thread why. */
async function start(message: WorkerStart): Promise<void> {
  try {
    const stores = await attachEmbedded(message.stores);
    const search = message.search && attachSearch(message.search);
    const services = await openServices(stores, {
      recoveryAdmin: message.recoveryAdmin,
      search: search && attachMailSearch(search),
    });
    const faces: Faces = await startFaces(services, message.plans, {
      publicUrl: message.publicUrl,
      selfSigned: message.certificate,
      ticketKeys: message.ticketKeys,
      reusePort: message.reusePort,
      counters: message.counters,
      onReopened: () => report(faces),
    });
    services.tasks.start();
    running = { stores, services, faces, search, figures: threadFigures(services) };
    report(faces);
  } catch (error) {
    // Outside of any promise, so that it ends the thread.
    process.nextTick(() => {
      process.removeAllListeners('uncaughtException');
      throw error;
    });
  }
}

async function drain(graceMs: number): Promise<void> {
  await Promise.all([running?.faces.drain(graceMs), running?.services.tasks.stop()]);
  await running?.services.close();
  await running?.search?.close();
  await running?.stores.close();
  say({ type: 'drained' });
  port?.close();
}

function tellFigures(): void {
  if (running) say({ type: 'figures', figures: running.figures() });
}

const report = (faces: Faces): void => say({ type: 'listening', open: faces.open(), failed: faces.failed() });

const say = (message: FromWorker): void => port.postMessage(message);
