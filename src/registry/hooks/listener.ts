// Checks of listeners: one that offers TLS has to leave something to agree on.
import { type Change, type Hook, Refusal } from '../engine/types.ts';
import type { Plain } from '../schema/index.ts';

const TLS13_SUITES = 3;
const TLS12_SUITES = 6;

/** A listener that offers TLS has to leave something to agree on. */
export const listenerHook: Hook = {
  before({ value }: Change) {
    if (value?.['useTls'] !== true) return;
    const { tlsDisableProtocols: protocols, tlsDisableCipherSuites: suites } = value as Plain & {
      readonly tlsDisableProtocols: readonly string[];
      readonly tlsDisableCipherSuites: readonly string[];
    };
    if (protocols.length === 2) {
      throw new Refusal('invalidProperties', {
        description: 'At least one version of TLS has to stay enabled.',
        properties: ['tlsDisableProtocols'],
      });
    }
    const newer = suites.filter((suite) => suite.startsWith('tls13-')).length;
    const bare =
      (!protocols.includes('tls13') && newer === TLS13_SUITES) ||
      (!protocols.includes('tls12') && suites.length - newer === TLS12_SUITES);
    if (bare) {
      throw new Refusal('invalidProperties', {
        description: 'Each enabled version of TLS needs a cipher suite.',
        properties: ['tlsDisableCipherSuites'],
      });
    }
  },
};
