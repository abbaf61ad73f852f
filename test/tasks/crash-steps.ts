// The steps of a task that outlives its process.
import { type Key, keys } from '../../src/store/index.ts';

export const STEPS = 40;
export const stepKey = (step: number): Key =>
  keys.otherKey(keys.Subspace.System, 'test/step', keys.u53Part(step));
