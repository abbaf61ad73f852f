// Reads the expression fields of the MTA's settings objects. Constants are honoured: `250`, `'text'`, `5m`,
// `true`, `[plain, login]`, and joined texts with system('hostname'). The shipped defaults, which have
// conditions, are known by heart: `policy.ts` says what they mean. Any other expression is reported and the
// shipped default stays in force, so nothing that was stored is ignored in silence.
import { isDeepStrictEqual } from 'node:util';
import { emit } from '../base/index.ts';
import { DECLARATIONS, type DeclaredSingleton, type Registry, type ValueOf } from '../registry/index.ts';
import './events.ts';

/** The settings objects whose fields are expressions. */
export type SettingsObject = Extract<DeclaredSingleton, `Mta${string}`>;

interface Expression {
  readonly else: string;
  readonly match: readonly unknown[];
}

export type ExpressionField<N extends SettingsObject> = {
  [F in keyof ValueOf<N>]: ValueOf<N>[F] extends Expression ? F : never;
}[keyof ValueOf<N>] &
  string;

/** Value of a constant's source, or undefined when it is not one of the kind. */
export type ConstantReader<T> = (source: string) => T | undefined;

export class Settings {
  readonly #registry: Pick<Registry, 'singleton'>;
  readonly #reported = new Set<string>();

  constructor(registry: Pick<Registry, 'singleton'>) {
    this.#registry = registry;
  }

  /** Value of a field: what the stored constant says, or `shipped` for the default of the field. */
  read<N extends SettingsObject, T>(
    object: N,
    field: ExpressionField<N>,
    constant: ConstantReader<T>,
    shipped: T,
  ): T {
    const stored = this.#registry.singleton(object)[field] as Expression;
    if (isDeepStrictEqual(stored, shippedExpression(object, field))) return shipped;
    const value = stored.match.length === 0 ? constant(stored.else.trim()) : undefined;
    if (value === undefined) this.#report(object, field, stored);
    return value ?? shipped;
  }

  #report(object: string, field: string, { match, else: otherwise }: Expression): void {
    const source = match.length === 0 ? otherwise : JSON.stringify({ match, else: otherwise });
    const name = `${object}.${field}: ${source}`;
    if (this.#reported.has(name)) return;
    this.#reported.add(name);
    emit('mta.setting-not-honoured', { object, field, source }, 'warn');
  }
}

const shippedExpression = (object: SettingsObject, field: string): unknown =>
  (DECLARATIONS[object].shape.fields as Record<string, { spec: { defaultValue: unknown } }>)[field]?.spec
    .defaultValue;

// Constants

export const booleanConstant: ConstantReader<boolean> = (source) => {
  if (source === 'true') return true;
  if (source === 'false') return false;
  const number = integerConstant(source);
  return number === undefined ? undefined : number !== 0;
};

export const integerConstant: ConstantReader<number> = (source) =>
  /^\d{1,15}$/.test(source) ? Number(source) : undefined;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `1h 30m`, `5s` or a bare number of milliseconds. */
export const durationConstant: ConstantReader<number> = (source) => {
  if (!/^\d{1,12}(?:ms|[smhd])(?: ?\d{1,12}(?:ms|[smhd])){0,4}$/.test(source)) return integerConstant(source);
  let sum = 0;
  for (const [, count, unit = ''] of source.matchAll(/(\d+)(ms|[smhd])/g)) {
    sum += Number(count) * (UNITS[unit] ?? 0);
  }
  return sum;
};

/** Longest source of a joined text that is read. */
const MAX_TEXT = 1000;

/** A text, or texts joined by `+`, among them the server's host name. */
export function textConstant(hostname: string): ConstantReader<string> {
  return (source) => {
    if (source.length > MAX_TEXT) return undefined;
    const part = /\s*(?:system\((?:'hostname'|"hostname")\)|'([^'\\]*)'|"([^"\\]*)")\s*(\+|$)/y;
    let text = '';
    for (;;) {
      const match = part.exec(source);
      if (match === null) return undefined;
      text += match[1] ?? match[2] ?? hostname;
      if (match[3] === '') return text;
    }
  };
}

/** `[plain, login]`; `false` for none. */
export const wordsConstant: ConstantReader<readonly string[]> = (source) => {
  if (source === 'false') return [];
  const match = /^\[([a-z0-9_, ]*)\]$/.exec(source);
  return match?.[1]
    ?.split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
};

/** For what is not built yet: the only value that is understood is "none". */
export const noneConstant: ConstantReader<false> = (source) => (source === 'false' ? false : undefined);
