// The schema document as commands ask it: an object by any spelling of its name, the type of a property, the shape of
// a value. Nothing here knows a single object.
import type {
  SchemaDocument,
  SchemaFields,
  SchemaObject,
  SchemaProperty,
  SchemaType,
} from '../admin/index.ts';
import { CommandFailure, Status } from './failure.ts';

/** An object that a command is about. */
export interface Target {
  /** `Domain` */
  readonly name: string;
  /** `User`, when the command names one: `account/user`. */
  readonly variant: string | undefined;
  readonly object: SchemaObject;
}

/** Fields of one shape, by name. */
export type Properties = SchemaFields['properties'];

export class SchemaView {
  readonly document: SchemaDocument;

  constructor(document: SchemaDocument) {
    this.document = document;
  }

  /** Names of all objects, without views. */
  names(): string[] {
    return Object.entries(this.document.objects)
      .filter(([, { type }]) => type !== 'view')
      .map(([name]) => name.slice(2));
  }

  /** `domain`, `x:Domain`, `dkim-signature`, `account/user`. @throws CommandFailure for an unknown name */
  find(text: string): Target {
    const [first, second] = text.split('/') as [string, string | undefined];
    const name = this.names().find((one) => plain(one) === plain(first));
    if (name === undefined) {
      const near = closest(first, this.names());
      throw new CommandFailure(
        `there is no object "${text}"${near === undefined ? '' : `; did you mean ${near}?`}`,
        Status.usage,
      );
    }
    const object = this.document.objects[`x:${name}`] as SchemaObject;
    if (second === undefined) return { name, variant: undefined, object };
    const variants = this.variants(`x:${name}`);
    const variant = variants.find((one) => plain(one) === plain(second));
    if (variant === undefined) {
      const known = variants.length > 0 ? `; it has ${variants.join(', ')}` : '';
      throw new CommandFailure(`${name} has no variant "${second}"${known}`, Status.usage);
    }
    return { name, variant, object };
  }

  /** Names of the variants of a shape; none for one set of fields. */
  variants(shape: string): string[] {
    const entry = this.document.schemas[shape];
    return entry?.type === 'multiple'
      ? entry.variants.filter(({ refused }) => refused === undefined).map(({ name }) => name)
      : [];
  }

  /** The fields of a shape, or of one variant of it; undefined when the variant has none or is not known. */
  fields(shape: string, variant: unknown): SchemaFields | undefined {
    const entry = this.document.schemas[shape];
    if (entry?.type === 'single') return this.document.fields[entry.schemaName];
    const found = entry?.variants.find(({ name }) => name === variant);
    return found?.schemaName === undefined ? undefined : this.document.fields[found.schemaName];
  }

  /** Every property that some variant of a shape has. */
  allProperties(shape: string): Properties {
    const entry = this.document.schemas[shape];
    if (entry?.type === 'single') return this.document.fields[entry.schemaName]?.properties ?? {};
    const merged: Record<string, SchemaProperty> = {};
    for (const { schemaName } of entry?.variants ?? []) {
      if (schemaName !== undefined) Object.assign(merged, this.document.fields[schemaName]?.properties);
    }
    return merged;
  }

  /** The properties of a variant, or of all when it is not known. */
  properties(shape: string, variant: unknown): Properties {
    if (typeof variant !== 'string') return this.allProperties(shape);
    return this.fields(shape, variant)?.properties ?? {};
  }

  /** Type of what stands at a pointer of an object; within its parts, whatever variant has it. */
  typeAt(shape: string, segments: readonly string[], variant?: string): SchemaType | undefined {
    const [first, ...rest] = segments;
    if (first === undefined) return undefined;
    if (first === '@type') return rest.length === 0 ? { type: 'string', format: 'variant' } : undefined;
    const property = this.properties(shape, variant)[first];
    return property && this.#within(property.type, rest);
  }

  #within(type: SchemaType, segments: readonly string[]): SchemaType | undefined {
    const [first, ...rest] = segments;
    if (first === undefined) return type;
    switch (type.type) {
      case 'object':
        return this.typeAt(type.objectName as string, segments);
      case 'objectList':
        return rest.length === 0
          ? { type: 'object', objectName: type.objectName as string }
          : this.typeAt(type.objectName as string, rest);
      case 'set':
        return rest.length === 0 ? { type: 'boolean', nullable: true } : undefined;
      case 'map':
        return type.valueClass && this.#within(type.valueClass, rest);
      default:
        return undefined;
    }
  }

  /** Literals of an enumeration. */
  literals(enumName: string): string[] {
    return (this.document.enums[enumName] ?? []).map(({ name }) => name);
  }
}

/** Spelling does not matter in names of objects: case, dashes and the `x:` in front. */
const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^x:/, '')
    .replace(/[-_\s]/g, '');

/** The known name that is spelled most like a text, if any is near. */
export function closest(text: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(text.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(plain(text), plain(name), least);
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}

/** Insertions, deletions and replacements between two words; at least `most` when they are that far apart. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) >= most) return most;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
