// What the server refuses with, as sentences.
import { type Json, textOf } from './json.ts';

/** A SetError (RFC 8620 §5.3, and the members that server objects add). */
export function setErrorText(error: Json): string {
  const { type, description } = error;
  const properties = (error['properties'] as readonly string[] | undefined) ?? [];
  const violations = (error['validationErrors'] as readonly Json[] | undefined) ?? [];
  if (violations.length > 0) return violations.map(violationText).join(' ');
  switch (type) {
    case 'primaryKeyViolation':
      return `${named(error['objectId'])} has this ${properties.join(' and ') || 'name'} already.`;
    case 'invalidForeignKey':
      return `${named(error['objectId'])} does not exist, or is not of the right kind.`;
    case 'objectIsLinked': {
      const linked = (error['linkedObjects'] as readonly unknown[] | undefined) ?? [];
      return `It is still used by ${linked.map(named).join(', ') || 'other records'}.`;
    }
    case 'notFound':
      return 'There is no such record.';
    case 'forbidden':
      return typeof description === 'string' ? ended(description) : 'This is not permitted.';
    case 'invalidPatch':
    case 'invalidProperties': {
      const text = typeof description === 'string' ? description : 'the value is not accepted';
      const places = properties.filter((one) => !text.includes(one));
      if (places.length > 0) return `${places.join(', ')}: ${ended(text)}`;
      // A name of a property stays as it is written.
      return properties.some((one) => text.startsWith(one)) ? text.replace(/(?<![.!?])$/, '.') : ended(text);
    }
    default:
      return ended(typeof description === 'string' ? description : textOf(type));
  }
}

/** A method-level error (RFC 8620 §3.6.2). */
export function methodErrorText(method: string, error: Json): string {
  const { type, description, permission } = error;
  if (type === 'forbidden') {
    return typeof permission === 'string'
      ? `This needs the permission ${permission}.`
      : ended(textOf(description ?? 'This is not permitted.'));
  }
  if (type === 'unknownMethod') return `The server does not know ${method}.`;
  return ended(textOf(description ?? type));
}

function violationText(error: Json): string {
  const { type, property, value, required } = error;
  switch (type) {
    case 'Required':
      return `${textOf(property)} is missing.`;
    case 'Invalid':
      return `${textOf(property)} cannot be ${JSON.stringify(value)}.`;
    case 'MinLength':
    case 'MinValue':
      return `${textOf(property)} has to be at least ${textOf(required)}${type === 'MinLength' ? ' long' : ''}.`;
    case 'MaxLength':
    case 'MaxValue':
      return `${textOf(property)} may be at most ${textOf(required)}${type === 'MaxLength' ? ' long' : ''}.`;
    default:
      return `${textOf(property)} is not valid.`;
  }
}

function named(name: unknown): string {
  if (typeof name !== 'object' || name === null) return 'A record';
  const { object, id } = name as Json;
  return `${textOf(object)} ${textOf(id)}`;
}

const ended = (text: string): string => {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
};
