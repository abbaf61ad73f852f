// How hard a password is to guess, on a scale from 0 (at once) to 4 (hardly at all): an estimate of the guesses
// that somebody needs who tries common words, runs of keys, repetitions and years before anything else.
import { COMMON_PASSWORDS } from './common.ts';

export interface Strength {
  /** 0 to 4; below 10^3, 10^6, 10^8, 10^10 guesses, or more. */
  readonly score: number;
  /** What would make it better. */
  readonly advice: string;
}

/** The estimate; `personal` holds words that everybody knows of the account: its name, its domain. */
export function passwordStrength(password: string, personal: readonly string[] = []): Strength {
  const text = password.slice(0, MAX_LENGTH);
  const { log, worst } = cheapestCover(text, personal);
  const score = THRESHOLDS.filter((threshold) => log >= threshold).length;
  return { score, advice: ADVICE[score >= 3 ? 'none' : worst] };
}

/** What lies further on adds nothing that matters. */
const MAX_LENGTH = 100;
/** Powers of ten. */
const THRESHOLDS = [3, 6, 8, 10];

type Weakness = 'word' | 'personal' | 'run' | 'repeat' | 'year' | 'none';

const ADVICE: Readonly<Record<Weakness, string>> = {
  word: 'Common words are easy to guess. Add another word or two; uncommon words are better.',
  personal: 'Names that belong to the account are easy to guess.',
  run: 'Runs such as abc, 6543 or qwerty are easy to guess.',
  repeat: 'Repetitions such as aaa or abcabc are easy to guess.',
  year: 'Years and dates are easy to guess.',
  none: 'Add another word or two; uncommon words are better.',
};

interface Piece {
  readonly length: number;
  /** Power of ten of the guesses it takes. */
  readonly log: number;
  readonly weakness: Weakness;
}

/** Guesses per character that fits nothing. */
const BY_CHARACTER = 1;
/** Guesses that the choice of one more piece costs. */
const PER_PIECE = 0.4;

/** Splits the text into pieces so that the guesses for all of them are fewest. */
function cheapestCover(text: string, personal: readonly string[]): { log: number; worst: Weakness } {
  const lower = text.toLowerCase();
  const plain = withoutLeet(lower);
  const names = personal.map((name) => name.toLowerCase()).filter((name) => name.length >= 3);
  // best[i]: cheapest way to the first i characters
  const best: { log: number; worst: Piece | undefined }[] = [{ log: 0, worst: undefined }];
  for (let end = 1; end <= text.length; end++) {
    const before = best[end - 1] as { log: number; worst: Piece | undefined };
    best[end] = { log: before.log + BY_CHARACTER, worst: before.worst };
  }
  for (let at = 0; at < text.length; at++) {
    const here = best[at] as { log: number; worst: Piece | undefined };
    const single = { log: here.log + BY_CHARACTER, worst: here.worst };
    if (single.log < (best[at + 1] as { log: number }).log) best[at + 1] = single;
    for (const piece of piecesAt(text, lower, plain, at, names)) {
      const log = here.log + piece.log + PER_PIECE;
      const end = at + piece.length;
      if (log < (best[end] as { log: number }).log) {
        const worst = here.worst && here.worst.length > piece.length ? here.worst : piece;
        best[end] = { log, worst };
      }
    }
  }
  const last = best[text.length] as { log: number; worst: Piece | undefined };
  return { log: last.log, worst: last.worst?.weakness ?? 'none' };
}

const RANKS = new Map(COMMON_PASSWORDS.map((word, rank) => [word, rank + 1]));
const LONGEST_WORD = Math.max(...COMMON_PASSWORDS.map((word) => word.length));
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
];

function* piecesAt(
  text: string,
  lower: string,
  plain: string,
  at: number,
  names: readonly string[],
): Generator<Piece> {
  for (let length = 3; length <= LONGEST_WORD && at + length <= text.length; length++) {
    const rank = RANKS.get(lower.slice(at, at + length));
    const leet = rank ?? RANKS.get(plain.slice(at, at + length));
    if (leet === undefined) continue;
    const odd = rank === undefined || lower.slice(at, at + length) !== text.slice(at, at + length);
    yield { length, log: Math.log10(leet) + (odd ? 0.5 : 0), weakness: 'word' };
  }
  for (const name of names) {
    if (lower.startsWith(name, at)) yield { length: name.length, log: 0.5, weakness: 'personal' };
  }
  const run = runLength(lower, at);
  if (run >= 3) yield { length: run, log: 1 + Math.log10(run), weakness: 'run' };
  for (const unit of [1, 2, 3, 4]) {
    const length = repeatLength(lower, at, unit);
    if (length >= Math.max(3, unit * 2)) {
      yield { length, log: unit * BY_CHARACTER + Math.log10(length / unit), weakness: 'repeat' };
    }
  }
  if (/^(?:19|20)\d\d/.test(lower.slice(at, at + 4))) yield { length: 4, log: 2, weakness: 'year' };
}

/** Characters that follow one another in a row of keys or in the alphabet, forwards or backwards. */
function runLength(text: string, at: number): number {
  let longest = 0;
  for (const row of ROWS) {
    for (const step of [1, -1]) {
      let place = row.indexOf(text.charAt(at));
      if (place < 0) continue;
      let length = 1;
      while (at + length < text.length && row.charAt(place + step) === text.charAt(at + length)) {
        place += step;
        length++;
      }
      longest = Math.max(longest, length);
    }
  }
  return longest;
}

function repeatLength(text: string, at: number, unit: number): number {
  let length = unit;
  while (at + length < text.length && text.charAt(at + length) === text.charAt(at + length - unit)) length++;
  return length - (length % unit);
}

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
};

const withoutLeet = (text: string): string => Array.from(text, (one) => LEET[one] ?? one).join('');
