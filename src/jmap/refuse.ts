// The problem document of a refused request (RFC 8620 §3.6.1).
import { problemReply, type Reply } from '../formats/http/index.ts';
import type { RequestError } from '../formats/jmap/index.ts';

export function refuse({ type, message, limit }: RequestError): Reply {
  const detail = { status: 400, detail: message, ...(limit !== undefined && { limit }) };
  return problemReply(
    { type: `urn:ietf:params:jmap:error:${type}`, ...detail },
    { 'Cache-Control': 'no-cache, no-store' },
  );
}
