// The mail floor against the model: random sequences of operations, everything compared after each.
import { test } from 'node:test';
import fc from 'fast-check';
import { KINDS, Player, type Step } from './player.ts';
import { openWorld } from './world.ts';

const steps = (maxLength: number) =>
  fc.array(
    fc.record<Step>({
      kind: fc.constantFrom(...KINDS),
      a: fc.nat(255),
      b: fc.nat(255),
      c: fc.nat(255),
    }),
    { maxLength, minLength: maxLength / 2 },
  );

test('random operations leave what the model says', async () => {
  await fc.assert(
    fc.asyncProperty(steps(40), async (list) => {
      const world = openWorld();
      try {
        const player = new Player(world);
        await player.begin();
        for (const step of list) await player.play(step);
        await player.end();
      } finally {
        await world.close();
      }
    }),
    { numRuns: 60 },
  );
});
