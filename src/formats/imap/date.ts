// Dates of IMAP: `date` of SEARCH and `date-time` of INTERNALDATE and APPEND (RFC 9051 §9).
import type { Cursor } from './cursor.ts';

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const MONTH_TEXT = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const DATE = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/;
const DATE_TIME = /^([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/;

export const DAY_MS = 86_400_000;

function dayOf(day: string, month: string, year: string): number | undefined {
  const index = MONTHS.indexOf(month.toUpperCase());
  const d = Number(day);
  if (index < 0 || d < 1) return undefined;
  const time = Date.UTC(2000, index, d);
  const date = new Date(time);
  date.setUTCFullYear(Number(year), index, d);
  return date.getUTCMonth() === index ? date.getTime() : undefined;
}

/** A day as milliseconds since 1970 of its midnight in UTC; bare or quoted. */
export function parseDate(cursor: Cursor): number {
  const text = cursor.peek() === 0x22 ? cursor.string() : cursor.atom('date');
  const parts = DATE.exec(text);
  const day = parts === null ? undefined : dayOf(parts[1] as string, parts[2] as string, parts[3] as string);
  return day ?? cursor.fail('bad date');
}

/** A point in time in milliseconds since 1970, and the zone it was written in, in minutes east of UTC. */
export interface DateTime {
  readonly time: number;
  readonly zone: number;
}

/** The value of a quoted `date-time`, or undefined. */
export function readDateTime(text: string): DateTime | undefined {
  const parts = DATE_TIME.exec(text);
  if (parts === null) return undefined;
  const day = dayOf((parts[1] as string).trim(), parts[2] as string, parts[3] as string);
  const [hour, minute, second] = [Number(parts[4]), Number(parts[5]), Number(parts[6])];
  const [zoneHour, zoneMinute] = [Number(parts[8]), Number(parts[9])];
  if (day === undefined || hour > 23 || minute > 59 || second > 60 || zoneMinute > 59) return undefined;
  const zone = (parts[7] === '-' ? -1 : 1) * (zoneHour * 60 + zoneMinute);
  return { time: day + ((hour * 60 + minute - zone) * 60 + second) * 1000, zone };
}

export function parseDateTime(cursor: Cursor): DateTime {
  if (cursor.peek() !== 0x22) cursor.fail('missing date');
  return readDateTime(cursor.string()) ?? cursor.fail('bad date');
}

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);

/** `date-time` of a point in time, without the quotes, written in UTC unless a zone (minutes) is given. */
export function formatDateTime(time: number, zone = 0): string {
  const date = new Date(time + zone * 60_000);
  const day = date.getUTCDate();
  const year = String(date.getUTCFullYear()).padStart(4, '0');
  const away = Math.abs(zone);
  return (
    `${day < 10 ? ` ${day}` : day}-${MONTH_TEXT[date.getUTCMonth()]}-${year} ` +
    `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} ` +
    `${zone < 0 ? '-' : '+'}${two(Math.floor(away / 60))}${two(away % 60)}`
  );
}
