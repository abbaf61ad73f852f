// Own password and second factor of the signed-in account.
import { nested, secret, secretUri, singleton, struct } from '../schema/index.ts';

const OtpAuth = struct('OtpAuth', 'A second factor made of one-time codes', {
  otpCode: secret('A current code; needed for changes while the factor is in use')
    .nullable()
    .omittedWhenNull(),
  otpUrl: secretUri('Address of the one-time passwords (otpauth://totp/...); null switches the factor off')
    .nullable()
    .omittedWhenNull(),
});

export const AccountPassword = singleton({
  name: 'AccountPassword',
  description: 'Own password and second factor of the signed-in account',
  shape: struct('AccountPassword', 'Password and second factor', {
    currentSecret: secret('The password in use now; needed for every change').nullable().omittedWhenNull(),
    otpAuth: nested(OtpAuth, 'The second factor'),
    secret: secret('A new password').nullable().omittedWhenNull(),
  }),
  source: 'password',
});
