// Records with their secrets in clear, for a snapshot that is to be restored elsewhere. Only the operator's socket
// gives them: who runs the server can read the store as well. Passwords are hashes all the same.
import { decodeId, emit, encodeId, Invalid } from '../../base/index.ts';
import { findDeclaration, type Registry, schema } from '../../registry/index.ts';

type Plain = schema.Plain;

/** Records at one time. */
const MAX_RECORDS = 500;

/** @throws Invalid for a type whose records are kept elsewhere */
export async function revealRecords(
  registry: Registry,
  object: string,
  ids: readonly string[],
): Promise<readonly Plain[]> {
  const declaration = findDeclaration(object);
  if (!declaration || declaration.source !== undefined) {
    throw new Invalid(`${object} has no records that could be shown`);
  }
  if (ids.length > MAX_RECORDS) throw new Invalid(`At most ${MAX_RECORDS} records at one time`);
  const { shape, kind } = declaration;
  emit('operator.secrets-shown', { type: declaration.name, records: ids.length }, 'warn');
  if (kind === 'singleton') {
    return [{ id: 'singleton', ...revealShape(shape, registry.singletonValue(declaration)) }];
  }
  const records = await registry.load(
    declaration,
    ids.flatMap((id) => decodeId(id) ?? []),
  );
  return records.flatMap((record) =>
    record ? [{ id: encodeId(record.id), ...revealShape(shape, record.value) }] : [],
  );
}

/** JSON of a value as it is shown, but with its secrets. */
function revealShape(shape: schema.Shape, value: Plain): Plain {
  const json: Record<string, unknown> = {};
  if (value['@type'] !== undefined) json['@type'] = value['@type'];
  for (const [name, field] of Object.entries(schema.fieldsOf(shape, value))) {
    const part = value[name] ?? null;
    if (field.isComputed || (part === null && field.spec.omitNull)) continue;
    json[name] = part === null ? null : revealField(field, part);
  }
  return json;
}

function revealField(field: schema.Field<unknown>, value: unknown): unknown {
  const [shape] = field.kind.shapes ?? [];
  const items = (entries: Iterable<readonly [string | number, unknown]>): Plain =>
    Object.fromEntries(
      Array.from(entries, ([key, one]) => [String(key), revealShape(shape as schema.Shape, one as Plain)]),
    );
  switch (shape && field.type['type']) {
    case 'object':
      return revealShape(shape as schema.Shape, value as Plain);
    case 'objectList':
      return items((value as readonly unknown[]).entries());
    case 'map':
      return items(Object.entries(value as Plain));
    default: {
      const shown = schema.formatField(field, value);
      return shown === schema.MASK && typeof value === 'string' ? value : shown;
    }
  }
}
