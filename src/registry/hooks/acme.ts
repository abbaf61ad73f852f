// `description` of ACME providers: the authority and the account there, in one line.
import type { Hook } from '../engine/types.ts';

/** Hook `acme` of AcmeProvider. */
export const acmeHook: Hook = {
  computed(records) {
    const described = records.map(({ value }) => {
      const account = String(value['accountUri']).split('/').at(-1);
      return { description: [value['directory'], account].filter((part) => part !== '').join(' ') };
    });
    return Promise.resolve(described);
  },
};
