// The thread of the writer: takes batches from the ports of all other threads, commits them in groups and answers.
import { rm } from 'node:fs';
import path from 'node:path';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { StoreVersion } from '../../types.ts';
import { GroupQueue } from './group-queue.ts';
import type { Answer, Submission, WriterData, WriterNews, WriterOrder } from './protocol.ts';
import { type Outcome, Writer } from './writer.ts';

const main = parentPort as MessagePort;
const { blobFolder, ...settings } = workerData as WriterData;
const queue = new GroupQueue<Waiting>();
let writer: Writer | undefined;
let scheduled = false;

interface Waiting {
  readonly id: number;
  readonly port: MessagePort;
}

try {
  writer = new Writer({
    ...settings,
    // in the background: nothing names the file, and a later pass would find it
    onUnused: (name) => rm(path.join(blobFolder, name), { force: true }, () => undefined),
  });
  tell({ ready: true });
} catch (error) {
  const { name, message } = error as Error;
  tell({ failed: error instanceof StoreVersion ? { name, message, found: error.found } : { name, message } });
}

main.on('message', (order: WriterOrder) => {
  if ('attach' in order) attach(order.attach);
  else close();
});

function attach(port: MessagePort): void {
  port.on('message', ({ first, batches }: Submission) => {
    for (const [i, batch] of batches.entries()) queue.push({ id: first + i, port }, batch);
    schedule();
  });
}

/** The group is made behind what has arrived by now, so that it shares the sync. */
function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(commitGroup);
}

function commitGroup(): void {
  scheduled = false;
  if (!writer) return;
  const { owners, batches } = queue.take();
  if (batches.length === 0) return;
  answer(owners, writer.commit(batches));
  writer.tend();
  if (queue.length > 0) schedule();
}

function answer(owners: readonly Waiting[], outcomes: readonly Outcome[]): void {
  const answers = new Map<MessagePort, { done: number[]; refused: Answer['refused'][number][] }>();
  for (const [i, { id, port }] of owners.entries()) {
    let mine = answers.get(port);
    if (!mine) answers.set(port, (mine = { done: [], refused: [] }));
    const outcome = outcomes[i];
    if (outcome) mine.refused.push({ id, outcome });
    else mine.done.push(id);
  }
  for (const [port, mine] of answers) port.postMessage(mine satisfies Answer);
}

/** Everything that has arrived is committed first. */
function close(): void {
  while (queue.length > 0) commitGroup();
  writer?.close();
  process.exit(0);
}

function tell(news: WriterNews): void {
  main.postMessage(news);
}
