// Push subscriptions as they are stored (RFC 8620 §7.2): documents of the account that signed in to make them.
import { Packr } from 'msgpackr';
import type { CredentialTicket } from '../../access/index.ts';
import { asBuffer } from '../../base/index.ts';
import type { PushKeys } from '../../formats/webpush/index.ts';
import type { JsonObject } from '../../formats/jmap/index.ts';

export type Urgency = 'very-low' | 'low' | 'normal' | 'high';

/** draft-ietf-jmap-emailpush-03 §4 */
export interface EmailPushConfig {
  readonly filter: JsonObject | null;
  readonly properties: readonly string[];
  readonly urgency: Urgency;
}

export interface Subscription {
  readonly deviceClientId: string;
  readonly url: string;
  readonly keys: PushKeys | null;
  /** What the subscriber has to send back. */
  readonly code: string;
  /** The code has been sent to the URL: it is sent once. */
  readonly announced: boolean;
  readonly verified: boolean;
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly types: readonly string[] | null;
  /** By account id as the client writes it. */
  readonly emailPush: Readonly<Record<string, EmailPushConfig>> | null;
  /** The credential that it was made with, and that it ends with. */
  readonly ticket: CredentialTicket;
  /** Names of types that the sign-in may hear of, where the ticket does not tell; null otherwise. */
  readonly heard: readonly string[] | null;
  /** Public key that the server named itself with at that time (RFC 9749 §4); empty when it did not. */
  readonly serverKey: string;
}

const VERSION = 1;
const packr = new Packr({ useRecords: false });

export function encodeSubscription(one: Subscription): Uint8Array {
  const { ticket, keys } = one;
  const fields = [
    one.deviceClientId,
    one.url,
    keys && [keys.p256dh, keys.auth],
    one.code,
    one.announced,
    one.verified,
    one.expires,
    one.types,
    one.emailPush,
    [ticket.kind, ticket.credentialId, ticket.mark],
    one.heard,
    one.serverKey,
  ];
  const packed = packr.pack(fields);
  const out = new Uint8Array(packed.length + 1);
  out[0] = VERSION;
  out.set(packed, 1);
  return out;
}

type Fields = [
  string,
  string,
  [Uint8Array, Uint8Array] | null,
  string,
  boolean,
  boolean,
  number,
  string[] | null,
  Record<string, EmailPushConfig> | null,
  [CredentialTicket['kind'], string, string],
  string[] | null,
  string,
];

export function decodeSubscription(record: Uint8Array): Subscription {
  const fields = packr.unpack(asBuffer(record).subarray(1)) as Fields;
  const [deviceClientId, url, keys, code, announced, verified, expires, types, emailPush, ticket] = fields;
  const [kind, credentialId, mark] = ticket;
  return {
    deviceClientId,
    url,
    keys: keys && { p256dh: Uint8Array.from(keys[0]), auth: Uint8Array.from(keys[1]) },
    code,
    announced,
    verified,
    expires,
    types,
    emailPush,
    ticket: { kind, credentialId, mark },
    heard: fields[10],
    serverKey: fields[11],
  };
}

/** True for two tickets of one credential. */
export const sameCredential = (a: CredentialTicket, b: CredentialTicket): boolean =>
  a.kind === b.kind && a.credentialId === b.credentialId && a.mark === b.mark;
