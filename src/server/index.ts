// The door of the composition root, for the command line.
export { callOperator, findFolder, OperatorFailure } from './operator/client.ts';
export type {
  OperatorCommand,
  OperatorCommands,
  ServerStatus,
} from './operator/protocol.ts';
export { serve, type ServeOptions } from './serve.ts';
