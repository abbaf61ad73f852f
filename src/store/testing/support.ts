// Small helpers of the conformance suite.
import { writeU53 } from '../../base/index.ts';

export { now } from '../../base/index.ts';

export function u53Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  writeU53(bytes, 0, value);
  return bytes;
}

/** Waits until a condition holds; fails after five seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('a condition never held');
}
