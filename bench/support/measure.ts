// Alternating measurements of several sides, with medians and ratios: figures of different sittings are never
// compared, and under a factor of 1.5 it is noise on a small shared machine.

export interface Side<Target> {
  readonly name: string;
  readonly target: Target;
}

/** One figure by step name, in items a second. */
export type Rates = Readonly<Record<string, number>>;

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

/** Runs every side once a round, in turn, and prints a row a step: medians, ranges, and ours over each peer's. */
export async function alternate<Target>(
  sides: readonly Side<Target>[],
  rounds: number,
  run: (target: Target, round: number) => Promise<Rates>,
): Promise<void> {
  const results = new Map<string, Map<string, number[]>>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, target } of sides) {
      const rates = await run(target, round);
      for (const [step, rate] of Object.entries(rates)) {
        const bySide = results.get(step) ?? new Map<string, number[]>();
        results.set(step, bySide);
        bySide.set(name, [...(bySide.get(name) ?? []), rate]);
      }
      console.error(`round ${round + 1} ${name}: ${Object.values(rates).map(short).join(' ')}`);
    }
  }
  const width = Math.max(...[...results.keys()].map((step) => step.length));
  for (const [step, bySide] of results) {
    const [ours, ...peers] = sides.map(({ name }) => ({ name, runs: bySide.get(name) ?? [] }));
    const cells = [ours, ...peers].map((side) => side && `${side.name} ${figure(side.runs)}`);
    const ratios = peers.map((peer) => `x${ratio(ours?.runs ?? [], peer.runs)} of ${peer.name}`);
    console.log([step.padEnd(width), ...cells, ...ratios].join('  '));
  }
}

const ratio = (ours: readonly number[], theirs: readonly number[]): string =>
  (median(ours) / median(theirs)).toFixed(2);

const figure = (runs: readonly number[]): string =>
  `${short(median(runs))}/s (${short(Math.min(...runs))}..${short(Math.max(...runs))})`;

const short = (value: number): string => (value >= 100 ? Math.round(value).toString() : value.toFixed(1));

/** Items a second of a piece of work. */
export async function rate(items: number, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (items * 1000) / (performance.now() - began);
}
