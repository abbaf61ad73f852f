// A submission as clients see it (RFC 8621 §7).
import { encodeId } from '../../base/index.ts';
import type { EmailSubmission } from '../../formats/jmap/index.ts';
import type { Submission } from '../../mail/index.ts';

/** Whole seconds, as a UTCDate has them. */
const sendDate = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

export function submissionObject(submission: Submission): EmailSubmission {
  const { envelope, delivery } = submission;
  const status = envelope.rcptTo.map(({ email }, i) => {
    const { smtpReply = '', delivered = 'unknown' } = delivery[i] ?? {};
    return [email, { smtpReply, delivered, displayed: 'unknown' as const }] as const;
  });
  return {
    id: encodeId(submission.id),
    identityId: encodeId(submission.identity),
    emailId: encodeId(submission.email),
    threadId: encodeId(submission.thread),
    envelope,
    sendAt: sendDate(submission.sendAt),
    undoStatus: submission.undoStatus,
    deliveryStatus: Object.fromEntries(status),
    dsnBlobIds: [],
    mdnBlobIds: [],
  };
}
