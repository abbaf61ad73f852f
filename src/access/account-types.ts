// Names for the parts of an Account object that this floor works on.
import type { ValueOf } from '../registry/index.ts';

export type Account = ValueOf<'Account'>;
export type User = Extract<Account, { '@type': 'User' }>;
export type Credential = User['credentials'][number];
export type Password = Extract<Credential, { '@type': 'Password' }>;
/** App passwords and API keys. */
export type Secondary = Exclude<Credential, Password>;
