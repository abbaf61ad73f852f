// Every parser that strangers feed, with the seeds it starts from. A target is a `fuzz.ts` of a folder: it throws when
// the parser fails in any other way than by refusing its input, or breaks a promise of its own.
import { globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(import.meta.dirname, '../..');
const CORPUS = path.join(ROOT, 'test/corpus');

export interface FuzzTarget {
  /** Folder of the parser: `src/formats/imap`. */
  readonly name: string;
  readonly fuzz: (bytes: Uint8Array) => void;
  readonly seeds: readonly Buffer[];
}

/** All `fuzz.ts` of the tree: a new parser is found without being listed anywhere. */
export async function fuzzTargets(): Promise<FuzzTarget[]> {
  const files = globSync('src/**/fuzz.ts', { cwd: ROOT }).sort();
  return Promise.all(
    files.map(async (file) => {
      const { fuzz } = (await import(path.join(ROOT, file))) as Pick<FuzzTarget, 'fuzz'>;
      const name = path.dirname(file);
      return { name, fuzz, seeds: seedsOf(path.basename(name)) };
    }),
  );
}

/** Seeds lie in `corpus/fuzz/<name>.txt`, parted by lines of `%%`, and as whole files in `corpus/<name>`. */
function seedsOf(name: string): Buffer[] {
  const seeds = read(path.join(CORPUS, 'fuzz', `${name}.txt`))
    .split('\n%%\n')
    .map((seed) => Buffer.from(seed.replaceAll('\n', '\r\n'), 'latin1'));
  return [...seeds, ...filesOf(path.join(CORPUS, name))];
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function filesOf(folder: string): Buffer[] {
  try {
    return readdirSync(folder).map((file) => readFileSync(path.join(folder, file)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
