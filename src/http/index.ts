export * from './authorization.ts';
export * from './health.ts';
export { HttpError, jsonReply, type Problem, problemReply, redirectReply } from './problem.ts';
export { type Rate, tooMany } from './rates.ts';
export * from './server.ts';
export type {
  BodyWriter,
  Caller,
  ClientAddress,
  Exchange,
  Reply,
  ReplyHeaders,
  Route,
  UpgradeRoute,
} from './types.ts';
