// Reads the secrets and texts of settings: written down, or taken from the environment or a file at the moment
// they are needed.
import { readFile } from 'node:fs/promises';
import { Invalid } from '../base/index.ts';

/** Any of `SecretKey`, `SecretText`, their optional forms and `PublicText`. */
export type SecretSource =
  | { readonly '@type': 'None' }
  | { readonly '@type': 'Value' | 'Text'; readonly secret: string }
  | { readonly '@type': 'Value' | 'Text'; readonly value: string }
  | { readonly '@type': 'EnvironmentVariable'; readonly variableName: string }
  | { readonly '@type': 'File'; readonly filePath: string };

/** Longest file that is read as a secret. */
const MAX_FILE = 1024 * 1024;

/**
 * The text, or undefined for none. One line break at the end of a file is left out.
 * @throws Invalid when the variable is not set or the file cannot be read; the message never holds the text
 */
export async function readSecret(source: SecretSource): Promise<string | undefined> {
  switch (source['@type']) {
    case 'None':
      return undefined;
    case 'EnvironmentVariable': {
      const value = process.env[source.variableName];
      if (value === undefined)
        throw new Invalid(`The environment variable ${source.variableName} is not set.`);
      return value;
    }
    case 'File':
      return readSecretFile(source.filePath);
    default:
      return 'secret' in source ? source.secret : source.value;
  }
}

async function readSecretFile(path: string): Promise<string> {
  const text = await readFile(path, { encoding: 'utf8', signal: AbortSignal.timeout(5000) }).catch(
    (error: unknown) => {
      const reason = error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read';
      throw new Invalid(`The file ${path} cannot be read: ${reason}.`);
    },
  );
  if (text.length > MAX_FILE) throw new Invalid(`The file ${path} is too long for a secret.`);
  return text.replace(/\r?\n$/, '');
}
