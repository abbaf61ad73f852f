// Creates, updates and destroys records that a source keeps: read, patched and checked as all others are, stored
// by the source.
import type { PermissionName } from '../permission-names.ts';
import { isObject, isUnion, type Declaration, type Plain, shapeKind } from '../schema/index.ts';
import { ChangeInput } from './input.ts';
import type { Registry } from './registry.ts';
import { type Change, Refusal, type Source } from './types.ts';
import { patched, refuseUnlessClientsMay, type WriteContext, type Written } from './write.ts';

export async function createInSource(
  registry: Registry,
  source: Source,
  declaration: Declaration,
  json: unknown,
  context: WriteContext,
): Promise<Written> {
  refuseUnlessClientsMay(declaration, 'create', context.caller);
  if (!isObject(json)) throw new Refusal('invalidPatch', { description: 'an object is expected' });
  requireVariant(declaration, json['@type'], context);
  if (!source.create) throw refused(declaration, 'created');
  const input = inputOf(registry, declaration, context);
  const value = shapeKind(declaration.shape).parse(json, '', input);
  const change = checked(declaration, context, input, undefined, undefined, value as Plain);
  return { id: await source.create(change), reveal: change.reveal };
}

export async function updateInSource(
  registry: Registry,
  source: Source,
  declaration: Declaration,
  id: number,
  patch: unknown,
  context: WriteContext,
): Promise<Written> {
  if (!isObject(patch)) throw new Refusal('invalidPatch', { description: 'an object is expected' });
  refuseUnlessClientsMay(declaration, 'update', context.caller);
  if (!source.update) throw refused(declaration, 'changed');
  const before = await stored(source, declaration, id, context);
  requireVariant(declaration, before['@type'], context);
  const input = inputOf(registry, declaration, context);
  const value = patched(declaration, before, patch, input, context.caller);
  const change = checked(declaration, context, input, id, before, value);
  await source.update(change);
  return { id, reveal: change.reveal };
}

export async function destroyInSource(
  source: Source,
  declaration: Declaration,
  id: number,
  context: WriteContext,
): Promise<void> {
  refuseUnlessClientsMay(declaration, 'destroy', context.caller);
  if (!source.destroy) throw refused(declaration, 'destroyed');
  const before = await stored(source, declaration, id, context);
  requireVariant(declaration, before['@type'], context);
  await source.destroy(newChange(declaration, context, id, before, undefined));
}

/** Some variants need a permission of their own. */
function requireVariant(
  { variantPermission, shape, name }: Declaration,
  tag: unknown,
  { caller }: WriteContext,
): void {
  if (!variantPermission || typeof tag !== 'string' || !isUnion(shape) || !(tag in shape.variants)) return;
  if (caller.has(variantPermission(tag) as PermissionName)) return;
  throw new Refusal('forbidden', {
    description: `You are not authorized to use the variant ${tag} of ${name}.`,
  });
}

const refused = ({ name, awaits }: Declaration, what: string): Refusal =>
  new Refusal('forbidden', {
    description:
      awaits === undefined
        ? `Records of ${name} are not ${what}.`
        : `Records of ${name} cannot be ${what} yet: ${awaits} does not exist on this server.`,
  });

async function stored(
  source: Source,
  declaration: Declaration,
  id: number,
  { caller, account }: WriteContext,
): Promise<Plain> {
  const [record] = await source.get({ declaration, caller, account }, [id], 1);
  if (!record) throw new Refusal('notFound');
  return record.value;
}

const inputOf = (registry: Registry, { name }: Declaration, { caller, created }: WriteContext): ChangeInput =>
  new ChangeInput(created, {
    internal: caller.internal,
    type: name,
    compiles: registry.options.compiles,
  });

function checked(
  declaration: Declaration,
  context: WriteContext,
  input: ChangeInput,
  id: number | undefined,
  before: Plain | undefined,
  value: Plain,
): Change {
  input.assertAccepted();
  shapeKind(declaration.shape).check?.(value, '', input);
  input.assertValid();
  return newChange(declaration, context, id, before, value);
}

const newChange = (
  declaration: Declaration,
  { caller, account }: WriteContext,
  id: number | undefined,
  before: Plain | undefined,
  value: Plain | undefined,
): Change => ({ declaration, caller, account, id, before, value, reveal: {}, rows: [] });
