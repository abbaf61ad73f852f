// What a batch means, written as plainly as possible: the model that engines are compared with.
import { compareBytes, equalBytes, toHex } from '../../base/index.ts';
import type { Batch, CommitResult, Key, Range } from '../types.ts';

export type Step =
  | { readonly do: 'set'; readonly key: Key; readonly value: Uint8Array }
  | { readonly do: 'delete'; readonly key: Key }
  | { readonly do: 'deleteRange'; readonly range: Range }
  | { readonly do: 'add'; readonly key: Key; readonly delta: bigint }
  | { readonly do: 'addUpTo'; readonly key: Key; readonly delta: bigint; readonly max: bigint }
  | { readonly do: 'assert'; readonly key: Key; readonly expected: Uint8Array | 'absent' | 'present' }
  | { readonly do: 'assertEmpty'; readonly range: Range };

/** What became of a batch: a key of a condition, or a bound that was passed. */
export type Verdict = 'ok' | 'limit' | Key;

/** Puts the steps into a batch. */
export function fill(batch: Batch, steps: readonly Step[]): Batch {
  for (const step of steps) {
    if (step.do === 'set') batch.set(step.key, step.value);
    else if (step.do === 'delete') batch.delete(step.key);
    else if (step.do === 'deleteRange') batch.deleteRange(step.range);
    else if (step.do === 'add') batch.add(step.key, step.delta);
    else if (step.do === 'addUpTo') batch.addUpTo(step.key, step.delta, step.max);
    else if (step.do === 'assert') batch.assert(step.key, step.expected);
    else batch.assertEmpty(step.range);
  }
  return batch;
}

export class Model {
  rows = new Map<string, Uint8Array>();

  commit(steps: readonly Step[]): Verdict {
    const sums = new Map<string, bigint>();
    for (const step of steps) {
      if (step.do === 'assert') {
        const found = this.rows.get(toHex(step.key));
        const { expected } = step;
        if (expected === 'absent' ? found : !found) return step.key;
        if (expected instanceof Uint8Array && !equalBytes(expected, found as Uint8Array)) return step.key;
      } else if (step.do === 'assertEmpty') {
        const first = this.sorted().find(([key]) => isIn(key, step.range));
        if (first) return first[0];
      } else if (step.do === 'addUpTo') {
        const name = toHex(step.key);
        const sum = (sums.get(name) ?? this.counter(step.key)) + step.delta;
        if (sum > step.max) return 'limit';
        sums.set(name, sum);
      }
    }
    for (const step of steps) {
      if (step.do === 'set') this.rows.set(toHex(step.key), step.value);
      else if (step.do === 'delete') this.rows.delete(toHex(step.key));
      else if (step.do === 'deleteRange') {
        for (const [key] of this.sorted()) if (isIn(key, step.range)) this.rows.delete(toHex(key));
      } else if (step.do === 'add' || step.do === 'addUpTo') {
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64BE(BigInt.asIntN(64, this.counter(step.key) + step.delta));
        this.rows.set(toHex(step.key), new Uint8Array(bytes));
      }
    }
    return 'ok';
  }

  counter(key: Key): bigint {
    const row = this.rows.get(toHex(key));
    return row ? Buffer.from(row).readBigInt64BE() : 0n;
  }

  sorted(): [Key, Uint8Array][] {
    return [...this.rows]
      .map(([key, value]): [Key, Uint8Array] => [Uint8Array.fromHex(key), value])
      .sort(([a], [b]) => compareBytes(a, b));
  }

  in(range: Range): [Key, Uint8Array][] {
    return this.sorted().filter(([key]) => isIn(key, range));
  }
}

const isIn = (key: Key, range: Range): boolean =>
  compareBytes(key, range.from) >= 0 && compareBytes(key, range.to) < 0;

/** The verdict of an engine on a batch. */
export async function verdictOf(commit: Promise<CommitResult>): Promise<Verdict> {
  try {
    const result = await commit;
    return result.ok ? 'ok' : result.conflict;
  } catch (error) {
    if (error instanceof Error && error.name === 'LimitExceeded') return 'limit';
    throw error;
  }
}
