// Which new passwords are accepted.
import { utf8 } from '../../base/index.ts';
import { Refusal, type ValueOf } from '../../registry/index.ts';
import { passwordStrength } from './strength.ts';

type Policy = Pick<
  ValueOf<'Authentication'>,
  'passwordMinLength' | 'passwordMaxLength' | 'passwordMinStrength'
>;

const LEVELS: readonly Policy['passwordMinStrength'][] = ['zero', 'one', 'two', 'three', 'four'];

/** Throws `Refusal` naming the property unless the policy accepts the password. */
export function checkPassword(
  password: string,
  policy: Policy,
  context: { readonly property: string; readonly personal: readonly string[] },
): void {
  const refuse = (description: string): never => {
    throw new Refusal('invalidProperties', { description, properties: [context.property] });
  };
  const { passwordMinLength: least, passwordMaxLength: most } = policy;
  if (Array.from(password).length < least) refuse(`Password must be at least ${least} characters long.`);
  if (utf8(password).length > most) refuse(`Password must be at most ${most} bytes long.`);
  const { score, advice } = passwordStrength(password, context.personal);
  if (score < LEVELS.indexOf(policy.passwordMinStrength)) refuse(`Password is too weak. ${advice}`);
}
