// What an account proves its identity with: one password, and any number of app passwords and API keys.
import {
  ipNetwork,
  nested,
  secret,
  secretUri,
  set,
  string,
  struct,
  union,
  utcDateTime,
} from '../../schema/index.ts';
import { CredentialPermissions } from './permissions.ts';
import { createdAt } from './references.ts';

const credentialId = () => string('Number of the credential within its account').serverSet();
const expiresAt = () => utcDateTime('When it stops being valid').nullable();
const allowedIps = () => set(ipNetwork(), 'Networks it may be used from; empty for all');

/** Fields of app passwords and API keys, as part of an account and as objects of their own. */
export const secondaryFields = {
  allowedIps: allowedIps(),
  createdAt: createdAt(),
  description: string('What it is for'),
  expiresAt: expiresAt(),
  permissions: nested(CredentialPermissions, 'What it is restricted to'),
  secret: secret('The secret, shown once').serverSet(),
};

const PasswordCredential = struct('PasswordCredential', 'The password of an account', {
  allowedIps: allowedIps(),
  credentialId: credentialId(),
  expiresAt: expiresAt(),
  otpAuth: secretUri('Address of the one-time passwords that are asked for as well').nullable(),
  secret: secret('The password, or a complete hash of one'),
});

const SecondaryCredential = struct('SecondaryCredential', 'A password for one program', {
  ...secondaryFields,
  credentialId: credentialId(),
});

export const Credential = union('Credential', 'What an account proves its identity with', {
  Password: PasswordCredential,
  AppPassword: SecondaryCredential,
  ApiKey: SecondaryCredential,
});
