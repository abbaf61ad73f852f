// Core/echo (RFC 8620 §4).
import type { JmapMethod } from './method.ts';
import { URN } from './method.ts';

export const coreMethods: readonly JmapMethod[] = [
  {
    name: 'Core/echo',
    capabilities: [URN.core],
    account: 'none',
    permission: 'jmapCoreEcho',
    handle: async (_call, args) => args,
  },
];
