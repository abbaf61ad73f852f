// The problem documents of refused requests (RFC 8620 §3.6.1).
import { type Problem, problemReply, type Reply } from '../formats/http/index.ts';
import type { RequestError } from '../formats/jmap/index.ts';

export const problemOf = ({ type, message, limit }: RequestError): Problem => ({
  type: `urn:ietf:params:jmap:error:${type}`,
  status: 400,
  detail: message,
  ...(limit !== undefined && { limit }),
});

export const refuse = (error: RequestError): Reply =>
  problemReply(problemOf(error), { 'Cache-Control': 'no-cache, no-store' });
