// A guest of the search thread that fails where nobody waits for it.
import type { Guest } from '../../src/store/index.ts';

export const startGuest = async (): Promise<Guest> => {
  setImmediate(() => {
    throw new Error('the guest failed');
  });
  return { answer: () => undefined, close: async () => undefined };
};
