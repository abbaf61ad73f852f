// Passwords that the operator chooses. Who runs the server may take any password, so the policy for users only
// gives advice here.
import { hashSecret, passwordStrength } from '../access/index.ts';
import { Invalid, utf8 } from '../base/index.ts';
import type { Registry } from '../registry/index.ts';

export interface OperatorPassword {
  /** As it is stored. */
  readonly hash: string;
  /** What makes it easy to guess; undefined for a good one. */
  readonly advice: string | undefined;
}

/** @throws Invalid for an empty or overlong one */
export async function operatorPassword(
  registry: Registry,
  password: string,
  personal: readonly string[],
): Promise<OperatorPassword> {
  const { passwordHashAlgorithm, passwordMaxLength } = registry.singleton('Authentication');
  if (password === '') throw new Invalid('The password is empty');
  if (utf8(password).length > passwordMaxLength) {
    throw new Invalid(`The password is longer than ${passwordMaxLength} bytes`);
  }
  const { score, advice } = passwordStrength(password, personal);
  const hash = await hashSecret(password, passwordHashAlgorithm);
  return { hash, advice: score < GOOD ? advice : undefined };
}

/** On the scale of `passwordStrength`. */
const GOOD = 3;
