// Keys of TLS session tickets. Twice a day others take their place, so that a key that leaks opens few sessions
// (RFC 9325 §3.4): each is made from the one before, which is forgotten. All threads do so at the same times, and a
// ticket of one is good on another.
import { hkdfSync } from 'node:crypto';
import { now, randomBytes } from '../base/index.ts';

export interface TicketKeys {
  /** 48 octets. */
  readonly keys: Uint8Array;
  /** The half day that they are for, counted from 1970. */
  readonly period: number;
}

const PERIOD_MS = 12 * 60 * 60 * 1000;
const LENGTH = 48;

const currentPeriod = (): number => Math.floor(now() / PERIOD_MS);

export const newTicketKeys = (): TicketKeys => ({ keys: randomBytes(LENGTH), period: currentPeriod() });

/** The keys for this half day, from those of an earlier one; the same ones while it lasts. */
export function currentTicketKeys(known: TicketKeys): TicketKeys {
  const period = Math.max(known.period, currentPeriod());
  let { keys } = known;
  for (let at = known.period; at < period; at++)
    keys = new Uint8Array(hkdfSync('sha256', keys, '', 'waypost ticket keys', LENGTH));
  return period === known.period ? known : { keys, period };
}
