// Email/set as part of another method: its response stands behind that method's own, under the same call id, whatever
// becomes of it (RFC 8621 §4.7, §7.5).
import type { JsonObject } from '../formats/jmap/index.ts';
import { emailSetMethods } from './email/set.ts';
import { authorize } from './engine.ts';
import { methodErrorFor } from './errors.ts';
import type { Call } from './method.ts';
import type { MailServices } from './services.ts';

/** Runs an Email/set in the account of the call and appends its response. */
export async function implicitEmailSet(
  call: Call,
  services: MailServices,
  section: {
    readonly ifInState?: unknown;
    readonly update?: JsonObject;
    readonly destroy?: readonly string[];
  },
): Promise<void> {
  const [method] = emailSetMethods(services);
  const args = { accountId: call.accountText, ...section } as unknown as JsonObject;
  try {
    if (!method) throw new Error('there is no Email/set');
    authorize(method, args, call);
    call.append('Email/set', await method.handle(call, args));
  } catch (error) {
    call.append('error', methodErrorFor(error));
  }
}
