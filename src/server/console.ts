// The console log: one line an event on standard error, quiet unless asked. Secrets never come this far, and
// fields that are named like one are masked all the same.
import { addSink, type EventLevel, now } from '../base/index.ts';

const RANK: Readonly<Record<EventLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3, trace: 4 };
const SECRET = /secret|password|token|authorization|cookie|privatekey/i;
/** Longest text of one field. */
const MAX_TEXT = 500;

/** Writes events of this level and above, each as a line. Returns what ends it. */
export function logToConsole(level: EventLevel, write: (line: string) => void): () => void {
  const most = RANK[level];
  return addSink((name, rank, fields) => {
    if (RANK[rank] <= most) write(eventLine(name, rank, fields));
  });
}

/** `2026-11-27T07:40:00.123Z warn net.tls-failed listener=imaps address=192.0.2.1 reason="no shared cipher"` */
export function eventLine(
  name: string,
  level: EventLevel,
  fields: Readonly<Record<string, unknown>>,
): string {
  const parts = [new Date(now()).toISOString(), level, name];
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) parts.push(`${key}=${SECRET.test(key) ? '***' : fieldText(value)}`);
  }
  return `${parts.join(' ')}\n`;
}

function fieldText(value: unknown): string {
  const text = textOf(value);
  const cut = text.length > MAX_TEXT && !(value instanceof Error) ? `${text.slice(0, MAX_TEXT)}...` : text;
  return /^[\w.:@/+-]+$/.test(cut) ? cut : JSON.stringify(cut);
}

function textOf(value: unknown): string {
  if (value instanceof Error) return value.stack ?? value.message;
  if (typeof value === 'string') return value;
  return safeJson(value);
}

function safeJson(value: unknown): string {
  try {
    const json: string | undefined = JSON.stringify(value, (key, one: unknown) => {
      if (SECRET.test(key)) return '***';
      return typeof one === 'bigint' ? String(one) : one;
    });
    return json ?? typeof value;
  } catch {
    return 'not to be shown';
  }
}
