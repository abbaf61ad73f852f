// Computes bcrypt hashes in a thread of their own: the algorithm is plain JavaScript and would hold the event
// loop for a tenth of a second.
import { parentPort } from 'node:worker_threads';
import { compareSync, hashSync } from 'bcryptjs';

export type BcryptRequest = { readonly id: number; readonly secret: string } & (
  | { readonly stored: string }
  | { readonly cost: number }
);
export interface BcryptReply {
  readonly id: number;
  readonly result: string | boolean;
}

parentPort?.on('message', (request: BcryptRequest) => {
  const result =
    'stored' in request
      ? safely(() => compareSync(request.secret, request.stored))
      : hashSync(request.secret, request.cost);
  parentPort?.postMessage({ id: request.id, result } satisfies BcryptReply);
});

/** A hash that is none matches nothing. */
function safely(compare: () => boolean): boolean {
  try {
    return compare();
  } catch {
    return false;
  }
}
