// A guest of the search thread that fails, when it is told to, where nobody waits for it.
import type { Guest } from '../../src/store/index.ts';

export const startGuest = async (_: unknown, data: unknown): Promise<Guest> => ({
  answer: (method) => {
    if (method === 'start') return data;
    setImmediate(() => {
      throw new Error('the guest failed');
    });
    return undefined;
  },
  close: async () => undefined,
});
