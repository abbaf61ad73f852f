// When something is done again and again (the registry's `Cron`), in the server's local time.
import type { ValueOf } from '../registry/index.ts';

export type Cron = ValueOf<'DataRetention'>['dataCleanupSchedule'];

/** The next moment of a schedule after a time; both in milliseconds since 1970. */
export function nextRun(cron: Cron, after: number): number {
  const next = new Date(after);
  next.setSeconds(0, 0);
  next.setMinutes(cron.minute);
  if (cron['@type'] === 'Hourly') {
    if (next.getTime() <= after) next.setHours(next.getHours() + 1);
    return next.getTime();
  }
  next.setHours(cron.hour);
  const daysAhead = cron['@type'] === 'Weekly' ? (cron.day - next.getDay() + 7) % 7 : 0;
  next.setDate(next.getDate() + daysAhead);
  if (next.getTime() <= after) next.setDate(next.getDate() + (cron['@type'] === 'Weekly' ? 7 : 1));
  return next.getTime();
}
