// The server's end of the operator's socket.
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { emit, randomBytes, toHex, WaypostError } from '../../base/index.ts';
import { Refusal } from '../../registry/index.ts';
import {
  lineSplitter,
  type OperatorAnswer,
  type OperatorCommand,
  type OperatorCommands,
  type OperatorRequest,
} from './protocol.ts';
import { listenIn, socketPath } from './socket.ts';

/** What each command does. Throws errors of the floors below; their sentence is the answer. */
export type OperatorHandlers = {
  readonly [C in OperatorCommand]: (
    args: OperatorCommands[C]['arguments'],
  ) => Promise<OperatorCommands[C]['result']>;
};

export interface OperatorServer {
  close(): void;
}

/** Listens in the folder `run`. Another server's socket cannot be there: the folder is locked. */
export async function serveOperator(run: string, handlers: OperatorHandlers): Promise<OperatorServer> {
  rmSync(socketPath(run), { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    const read = lineSplitter((line) => void answer(line, handlers).then((text) => socket.write(text)));
    socket.on('data', (chunk: Buffer) => {
      try {
        read(chunk);
      } catch {
        socket.destroy();
      }
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).once('listening', resolve);
  listenIn(server, run);
  await promise;
  return {
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
      rmSync(socketPath(run), { force: true });
    },
  };
}

async function answer(line: string, handlers: OperatorHandlers): Promise<string> {
  let id = 0;
  let reply: OperatorAnswer;
  try {
    const request = JSON.parse(line) as OperatorRequest;
    ({ id } = request);
    if (!Object.hasOwn(handlers, request.command)) {
      throw new UnknownCommand(`This server knows no command "${request.command}".`);
    }
    const handle = handlers[request.command as OperatorCommand] as (args: unknown) => Promise<unknown>;
    reply = { id, result: await handle(request.arguments ?? {}) };
  } catch (error) {
    reply = { id, error: { message: sentenceOf(error) } };
  }
  return `${JSON.stringify(reply)}\n`;
}

class UnknownCommand extends Error {}

/** What the operator is told; the unexpected goes to the log as well. */
function sentenceOf(error: unknown): string {
  if (error instanceof Refusal) return refusalSentence(error);
  if (error instanceof WaypostError || error instanceof UnknownCommand || error instanceof SyntaxError) {
    return /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  }
  const trace = toHex(randomBytes(8));
  emit('server.unexpected-error', { where: 'operator', error, trace }, 'error');
  return `Something went wrong here; the log has more under the reference ${trace}.`;
}

/** What was wrong, thing by thing. */
function refusalSentence({ error }: Refusal): string {
  const { validationErrors = [], description, properties = [] } = error;
  if (error.type === 'primaryKeyViolation') {
    return 'There is an account, alias or list with this address already.';
  }
  if (validationErrors.length > 0) return validationErrors.map(violation).join(' ');
  return description ?? `${error.type}${properties.length > 0 ? `: ${properties.join(', ')}` : ''}.`;
}

function violation(error: NonNullable<Refusal['error']['validationErrors']>[number]): string {
  const { property } = error;
  switch (error.type) {
    case 'Required':
      return `${property} is missing.`;
    case 'Invalid':
      return `${property} cannot be ${JSON.stringify(error.value)}.`;
    case 'MinLength':
    case 'MaxLength':
      return `${property} has to be at ${error.type === 'MinLength' ? 'least' : 'most'} ${error.required} long.`;
    case 'MinValue':
    case 'MaxValue':
      return `${property} has to be at ${error.type === 'MinValue' ? 'least' : 'most'} ${error.required}.`;
  }
}
