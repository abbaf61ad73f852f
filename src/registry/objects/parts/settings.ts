// Small values that settings objects share: rates, schedules and expressions.
import {
  duration,
  expressionSource,
  list,
  nested,
  type ShapeValue,
  struct,
  union,
  unsigned,
} from '../../schema/index.ts';

export const Rate = struct('Rate', 'So many in so much time', {
  count: unsigned('How many', { min: 1, max: 1_000_000 }).default(0),
  period: duration('In which time', { min: 1 }).default(0),
});

export const rate = (description: string) => nested(Rate, description);

const minute = () => unsigned('Minute of the hour', { max: 59 }).default(0);
const hour = () => unsigned('Hour of the day', { max: 23 }).default(0);

export const Cron = union('Cron', 'When something is done again and again', {
  Daily: struct('CronDaily', 'Once a day', { hour: hour(), minute: minute() }),
  Weekly: struct('CronWeekly', 'Once a week', {
    day: unsigned('Day of the week; 0 is Sunday', { max: 6 }).default(0),
    hour: hour(),
    minute: minute(),
  }),
  Hourly: struct('CronHourly', 'Once an hour', { minute: minute() }),
});

const ExpressionMatch = struct('ExpressionMatch', 'One case of an expression', {
  if: expressionSource('Condition'),
  // oxlint-disable-next-line unicorn/no-thenable -- the name is the interface's; a text is no function
  then: expressionSource('Result when the condition holds'),
});

/** The first case whose condition holds gives the result, otherwise `else` does. Sources are text. */
export const Expression = struct('Expression', 'A result that depends on conditions', {
  else: expressionSource('Result when no condition holds'),
  match: list(ExpressionMatch, 'Conditions with their results, in order'),
});

export type ExpressionSource = ShapeValue<typeof Expression>;

export const expression = (description: string) => nested(Expression, description);

/** An expression without conditions. */
export const always = (source: string): ExpressionSource => ({ else: source, match: [] });

/** An expression with conditions: `when([['is_tls', 'true']], 'false')`. */
export const when = (cases: readonly (readonly [string, string])[], otherwise: string): ExpressionSource => ({
  else: otherwise,
  // oxlint-disable-next-line unicorn/no-thenable -- as above
  match: cases.map(([condition, result]) => ({ if: condition, then: result })),
});
