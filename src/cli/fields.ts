// `--field name=value`: values by the type of the property. The name may be a pointer into it (`aliases/0/name`).
import { CommandFailure, Status } from './failure.ts';
import type { Json } from './json.ts';
import { closest, type Target } from './schema-view.ts';
import type { Session } from './session.ts';
import { parseValue } from './values.ts';

/** Reads fields of a record of this variant. @throws CommandFailure naming what is wrong */
export async function parseFields(
  session: Session,
  target: Target,
  fields: readonly string[],
  variant: string | undefined,
): Promise<Json> {
  const { view } = session;
  const shape = `x:${target.name}`;
  const parsed: Record<string, unknown> = {};
  for (const field of fields) {
    const equals = field.indexOf('=');
    if (equals < 1) throw new CommandFailure(`"${field}" is not name=value`, Status.usage);
    const pointer = field.slice(0, equals).trim();
    const text = field.slice(equals + 1);
    const segments = pointer.split('/').map((one) => one.replaceAll('~1', '/').replaceAll('~0', '~'));
    const type = view.typeAt(shape, segments, variant);
    if (!type) {
      const name = variant === undefined ? target.name : `${target.name}/${variant}`;
      const near = closest(segments[0] as string, Object.keys(view.properties(shape, variant)));
      throw new CommandFailure(
        `${name} has no property "${pointer}"${near === undefined ? '' : `; did you mean ${near}?`}`,
        Status.usage,
      );
    }
    // A part of a list or map that is null is removed.
    parsed[pointer] =
      text === 'null' && segments.length > 1
        ? null
        : await parseValue(view, type, text, pointer, (object, one) => session.resolve(object, one));
  }
  return parsed;
}
