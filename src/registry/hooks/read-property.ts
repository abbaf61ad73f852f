// What hooks share: the text of a secret property, or the refusal that names the property.
import { Refusal } from '../engine/types.ts';
import { readSecret, type SecretSource } from '../secret-values.ts';

/** Text of a secret or text property that has to be there. */
export async function readProperty(source: SecretSource, property: string): Promise<string> {
  try {
    return (await readSecret(source)) ?? '';
  } catch (error) {
    throw badProperty(property, error instanceof Error ? error.message : 'It cannot be read.');
  }
}

export const badProperty = (property: string, description: string): Refusal =>
  new Refusal('invalidProperties', { description, properties: [property] });
