// Dates of header fields (RFC 5322 §3.3, obsolete zones and years of §4.3) and what real mail writes instead.

export interface MailDate {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Offset of the zone the date was written in, in minutes east of UTC. */
  readonly offset: number;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Hours east of UTC; military letters say nothing reliable (RFC 5322 §4.3) and are UTC. */
const ZONES = new Map([
  ['edt', -4],
  ['est', -5],
  ['cdt', -5],
  ['cst', -6],
  ['mdt', -6],
  ['mst', -7],
  ['pdt', -7],
  ['pst', -8],
  ['cet', 1],
  ['cest', 2],
  ['bst', 1],
  ['msk', 3],
  ['jst', 9],
]);

/** Longest date that is read. */
const MAX_DATE = 256;

/** Parses a date; null when it has no day, month, year or makes no sense. Missing time and zone are 00:00 UTC. */
export function parseDate(text: string): MailDate | null {
  const iso = /^\s*(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?/.exec(text.slice(0, MAX_DATE));
  if (iso !== null) {
    const rest = text.slice(iso[0].length, MAX_DATE).replace(/^[.,]\d+/, '');
    return assemble(
      Number(iso[1]),
      Number(iso[2]) - 1,
      Number(iso[3]),
      [Number(iso[4] ?? 0), Number(iso[5] ?? 0), Number(iso[6] ?? 0)],
      zoneOf(rest.split(/\s+/).filter((token) => token !== '')),
    );
  }
  return fromTokens(
    withoutComments(text.slice(0, MAX_DATE))
      .replace(/(\d)-([A-Za-z]{3,9})-(?=\d)/, '$1 $2 ')
      .replace(/\s*:\s*/g, ':')
      .split(/[\s,]+/)
      .filter((token) => token !== ''),
  );
}

function fromTokens(tokens: readonly string[]): MailDate | null {
  let day = -1;
  let month = -1;
  let year = -1;
  let clock: [number, number, number] | undefined;
  const zone: string[] = [];
  for (const token of tokens) {
    const time = /^(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?/.exec(token);
    if (time !== null && clock === undefined && (token.includes(':') || day >= 0)) {
      clock = [Number(time[1]), Number(time[2]), Number(time[3] ?? 0)];
      const rest = token.slice(time[0].length).replace(/^\.\d+/, '');
      if (rest !== '') zone.push(rest);
    } else if (/^\d+$/.test(token)) {
      if (day < 0 && token.length <= 2) day = Number(token);
      else if (year < 0 && token.length <= 4) year = fullYear(token);
      else zone.push(token);
    } else if (month < 0 && MONTHS.includes(token.slice(0, 3).toLowerCase())) {
      month = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
    } else if (clock !== undefined && /^[ap]m$/i.test(token)) {
      clock[0] = (clock[0] % 12) + (/^p/i.test(token) ? 12 : 0);
    } else if (clock !== undefined) zone.push(token);
  }
  if (day < 0 || month < 0 || year < 0) return null;
  return assemble(year, month, day, clock ?? [0, 0, 0], zoneOf(zone));
}

/** RFC 5322 §4.3: two digits below 50 are 20xx, other two and three digits count from 1900. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length >= 4) return year;
  return digits.length === 2 && year < 50 ? year + 2000 : year + 1900;
}

/** Minutes east of UTC. */
function zoneOf(tokens: readonly string[]): number {
  for (const token of tokens) {
    const numeric =
      /^(?:GMT|UTC?|Z)?([+-])(\d{1,2}):?(\d\d)?$/i.exec(token) ?? /^([+-])(\d{1,2})(\d\d)$/.exec(token);
    if (numeric !== null) {
      const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0);
      // RFC 3339 cannot express an offset of a day or more.
      if (minutes >= 24 * 60 || Number(numeric[3] ?? 0) > 59) return 0;
      return numeric[1] === '-' ? -minutes || 0 : minutes;
    }
    const named = ZONES.get(token.toLowerCase());
    if (named !== undefined) return named * 60;
  }
  return 0;
}

function assemble(
  year: number,
  month: number,
  day: number,
  [hour, minute, second]: readonly [number, number, number],
  offset: number,
): MailDate | null {
  if (year < 1000 || year > 9999 || month < 0 || month > 11 || hour > 23 || minute > 59 || second > 60)
    return null;
  const midnight = Date.UTC(year, month, day);
  const date = new Date(midnight);
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month) return null;
  // A leap second is the last second of its minute.
  const time = midnight + ((hour * 60 + minute - offset) * 60 + Math.min(second, 59)) * 1000;
  return { time, offset };
}

function withoutComments(text: string): string {
  if (!text.includes('(')) return text;
  let out = '';
  let depth = 0;
  for (const char of text) {
    if (char === '(') depth++;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) out += char;
  }
  return out;
}

/** RFC 3339 text that keeps the offset, as JMAP wants it (RFC 8620 §1.4). */
export function formatRfc3339({ time, offset }: MailDate): string {
  const local = new Date(time + offset * 60_000).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  return `${local}${offset < 0 ? '-' : '+'}${pair(Math.abs(offset) / 60)}:${pair(Math.abs(offset) % 60)}`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A Date field value (RFC 5322 §3.3). */
export function formatMailDate({ time, offset }: MailDate): string {
  const local = new Date(time + offset * 60_000);
  const sign = offset < 0 ? '-' : '+';
  const zone = `${sign}${pair(Math.abs(offset) / 60)}${pair(Math.abs(offset) % 60)}`;
  const clock = `${pair(local.getUTCHours())}:${pair(local.getUTCMinutes())}:${pair(local.getUTCSeconds())}`;
  const day = `${DAYS[local.getUTCDay()]}, ${local.getUTCDate()} ${MONTH_NAMES[local.getUTCMonth()]}`;
  return `${day} ${String(local.getUTCFullYear()).padStart(4, '0')} ${clock} ${zone}`;
}

const pair = (value: number): string => String(Math.floor(value)).padStart(2, '0');
