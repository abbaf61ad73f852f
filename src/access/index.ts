export type { PermissionName } from '../registry/index.ts';
export { Access, type AccessOptions } from './access.ts';
export { type Administrator, administrators } from './administrators.ts';
export type {
  BearerSignIn,
  BearerVerifier,
  PasswordSignIn,
  SignIn,
  SignInClient,
  SignInFailure,
} from './authenticate.ts';
export {
  type Bootstrapped,
  type BootstrapOptions,
  DEFAULT_LISTENERS,
  type ListenerDefaults,
} from './bootstrap.ts';
export { TokenCaller } from './caller.ts';
export { Directory, type ListMember, type LocalRecipient, type Recipient } from './directory.ts';
export * from './effective.ts';
export * from './explain.ts';
export { type AccessFinding, auditAccess } from './explain-audit.ts';
export * from './operation.ts';
export { hashSecret, passwordStrength } from './passwords/index.ts';
export * from './permissions.ts';
export * from './simulate.ts';
export * from './token.ts';
export { type CredentialTicket, type CredentialUse, operatorToken } from './tokens.ts';
