// Acceptance of mail: policies, senders, recipients, content and its delivery, independent of sockets.
export { type Incoming, RECEIVE } from './acceptance.ts';
export { TOO_LARGE } from './intake.ts';
export * from './mta.ts';
export { type Answers, createAnswers } from './answers.ts';
export { CLAIM_MS, createOutbox, type Outbox } from './outbox.ts';
export type { Mechanism, PolicyContext, SessionPolicy } from './policy.ts';
export type { RecipientRequest } from './recipients.ts';
export type { SenderRequest } from './sender.ts';
export {
  checkEnvelope,
  type EnvelopeProblem,
  sendMessage,
  SUBMISSION_EXTENSIONS,
  type Submitter,
  withoutBcc,
} from './submit.ts';
export * from './types.ts';
