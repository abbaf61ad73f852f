// A plan as people read it: what comes, what changes and how, what goes.
import { isJson, type Json } from '../json.ts';
import { cellText, columns, type Names, shortened } from '../render.ts';
import type { SchemaView } from '../schema-view.ts';
import type { Plan, Step } from './planner.ts';
import { type Difference, MASK } from './values.ts';

const SIGNS = { create: '+', update: '~', destroy: '-' } as const;
/** Properties of a new record that are listed, and differences of a changed one. */
const MOST = 20;

export function planText(view: SchemaView, plan: Plan): string {
  return plan.steps.map((step) => stepText(view, step)).join('');
}

export function stepText(view: SchemaView, step: Step): string {
  const { op, object, label } = step;
  const lines =
    op === 'create' ? newLines(view, step) : step.differences.map((one) => changeLine(view, step, one));
  const shown = lines.slice(0, MOST);
  const rest = lines.length - shown.length;
  const body = columns(shown.map(([at, text]) => [`    ${at}`, text]));
  const name = label === 'singleton' ? object : `${object}  ${label}`;
  return `${SIGNS[op]} ${name}\n${body}${rest > 0 ? `    and ${rest} more\n` : ''}`;
}

/** `Plan: 2 to create, 1 to change, 3 stay as they are.` */
export function summaryText({ steps, unchanged }: Plan): string {
  const count = (op: Step['op']) => steps.filter((step) => step.op === op).length;
  const parts = [
    [count('create'), 'to create'],
    [count('update'), 'to change'],
    [count('destroy'), 'to delete'],
  ] as const;
  const work = parts.filter(([many]) => many > 0).map(([many, what]) => `${many} ${what}`);
  const same = unchanged === 1 ? '1 is as it should be' : `${unchanged} are as they should be`;
  if (work.length === 0) return `Nothing to do: ${unchanged === 0 ? 'the plan is empty' : same}.\n`;
  return `Plan: ${work.join(', ')}${unchanged > 0 ? `; ${same}` : ''}.\n`;
}

/** What a new record has that is not usual. */
function newLines(view: SchemaView, { object, body }: Step): [string, string][] {
  const shape = `x:${object}`;
  const fields = view.fields(shape, body['@type']);
  return Object.entries(body).flatMap(([name, value]): [string, string][] => {
    const usual = fields?.defaults[name] ?? null;
    if (value === null || JSON.stringify(value) === JSON.stringify(usual) || isEmpty(value)) return [];
    const type = fields?.properties[name]?.type;
    if (isJson(value) && type?.type !== 'set') {
      return [[name, shortened(masked(value), 100)]];
    }
    const text =
      type?.format === 'secret' || type?.format === 'secretText'
        ? MASK
        : cellText(view, type, value, NO_NAMES);
    return [[name, shortened(text, 100)]];
  });
}

const NO_NAMES: Names = () => undefined;

const isEmpty = (value: unknown): boolean => isJson(value) && Object.keys(value).length === 0;

function changeLine(view: SchemaView, { object }: Step, { at, before, after }: Difference): [string, string] {
  const segments = at.split('/');
  const type = view.typeAt(`x:${object}`, segments);
  const text = (value: unknown): string => {
    if (value === undefined || value === null) return '-';
    if (isJson(value)) return masked(value);
    if (value !== MASK && isSecretName(segments)) return '(new secret)';
    return cellText(view, type, value, NO_NAMES);
  };
  if (after === true && before === undefined) return [at, 'added'];
  if (before === true && (after === undefined || after === null)) return [at, 'removed'];
  return [at, `${shortened(text(before), 50)} → ${shortened(text(after), 50)}`];
}

const isSecretName = (segments: readonly string[]): boolean =>
  /^(?:secret|currentSecret|otpAuth|accountKey|eabHmacKey)$/.test(segments.at(-1) ?? '');

/** JSON in which no secret is shown. */
const masked = (value: Json): string =>
  JSON.stringify(value, (key, one: unknown) => (isSecretName([key]) && one !== null ? MASK : one));
