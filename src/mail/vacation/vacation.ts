// What an account answers while its owner is away (RFC 8621 §8), and whom it has told already (RFC 3834 §2).
// It shares its state with the scripts, as it takes the place of one.
import { hash as digest } from 'node:crypto';
import { type Account, type AccountId, type AccountReader, DataType } from '../../account/index.ts';
import { ByteReader, ByteWriter, readU53 } from '../../base/index.ts';
import { type DataStore, type Key, keys } from '../../store/index.ts';
import { answeredKey, vacationKey } from '../records/rows.ts';

export interface Vacation {
  readonly isEnabled: boolean;
  /** Milliseconds since 1970. */
  readonly fromDate: number | null;
  readonly toDate: number | null;
  readonly subject: string | null;
  readonly textBody: string | null;
  readonly htmlBody: string | null;
}

export const NO_VACATION: Vacation = {
  isEnabled: false,
  fromDate: null,
  toDate: null,
  subject: null,
  textBody: null,
  htmlBody: null,
};

/** The settings; `NO_VACATION` before they were first made. */
export async function readVacation(reader: Pick<AccountReader, 'id' | 'get'>): Promise<Vacation> {
  const row = await reader.get(vacationKey(reader.id));
  return row ? decodeVacation(row) : NO_VACATION;
}

/** Changes the settings. Everyone is told anew of what changed. */
export async function changeVacation(
  account: Account,
  change: (before: Vacation) => Vacation,
): Promise<void> {
  await account.write(async (w) => {
    const before = await readVacation(w);
    const after = change(before);
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    w.set(vacationKey(w.id), encodeVacation(after));
    w.deleteRange(keys.prefixRange(answeredKey(w.id)));
    w.touch(DataType.SieveScript);
  });
}

/** Those of the accounts that answer at this time, with what they answer. */
export async function awayAccounts(
  data: DataStore,
  accounts: readonly AccountId[],
  time: number,
): Promise<ReadonlyMap<AccountId, Vacation>> {
  const rows = await data.getMany(accounts.map(vacationKey));
  const away = new Map<AccountId, Vacation>();
  for (const [i, id] of accounts.entries()) {
    const row = rows[i];
    if (!row) continue;
    const vacation = decodeVacation(row);
    const { isEnabled, fromDate, toDate } = vacation;
    if (isEnabled && time >= (fromDate ?? -Infinity) && time < (toDate ?? Infinity)) away.set(id, vacation);
  }
  return away;
}

/** RFC 3834 §2, RFC 5230 §4.2: nobody is told again within seven days. */
const AGAIN_MS = 7 * 86_400_000;
/** Rows looked at for ones that are over, at each new one. */
const SWEEP = 200;

/** Notes that a sender is told now. False when it was told already. */
export async function noteAnswer(account: Account, sender: string): Promise<boolean> {
  const { result } = await account.write(async (w) => {
    const key = answeredKey(w.id, digest('sha256', sender.toLowerCase(), 'buffer').subarray(0, 16));
    const last = await w.get(key);
    if (last && readU53(last, 0) > w.time - AGAIN_MS) return false;
    const page = await w.scan(keys.prefixRange(answeredKey(w.id)), { limit: SWEEP });
    for (const [i, old] of page.keys.entries())
      if (readU53(page.values[i] as Uint8Array, 0) <= w.time - AGAIN_MS) w.delete(old as Key);
    w.set(key, keys.u53Part(w.time));
    return true;
  });
  return result;
}

const VERSION = 1;
const ENABLED = 1;
/** Bits for the values that are there, in the order of the record. */
const HAS = { fromDate: 2, toDate: 4, subject: 8, textBody: 16, htmlBody: 32 } as const;

function encodeVacation(vacation: Vacation): Uint8Array {
  const { fromDate, toDate, subject, textBody, htmlBody } = vacation;
  let flags = vacation.isEnabled ? ENABLED : 0;
  for (const [name, bit] of Object.entries(HAS))
    if (vacation[name as keyof typeof HAS] !== null) flags |= bit;
  const out = new ByteWriter(128);
  out.u8(VERSION).u8(flags);
  for (const date of [fromDate, toDate]) if (date !== null) out.u53(date);
  for (const text of [subject, textBody, htmlBody]) if (text !== null) out.text(text);
  return out.finish();
}

function decodeVacation(row: Uint8Array): Vacation {
  const input = new ByteReader(row);
  const version = input.u8();
  if (version !== VERSION) throw new RangeError(`vacation record of version ${version}`);
  const flags = input.u8();
  const date = (bit: number): number | null => ((flags & bit) !== 0 ? input.u53() : null);
  const text = (bit: number): string | null => ((flags & bit) !== 0 ? input.text() : null);
  return {
    isEnabled: (flags & ENABLED) !== 0,
    fromDate: date(HAS.fromDate),
    toDate: date(HAS.toDate),
    subject: text(HAS.subject),
    textBody: text(HAS.textBody),
    htmlBody: text(HAS.htmlBody),
  };
}
