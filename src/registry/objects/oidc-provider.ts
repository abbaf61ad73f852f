// Sign-in for programs: life times and keys of tokens.
import { boolean, choice, duration, nested, singleton, struct, unsigned } from '../schema/index.ts';
import { SecretKey, SecretText } from './parts/secret-values.ts';

export const OidcProvider = singleton({
  name: 'OidcProvider',
  description: 'Sign-in for programs: life times and keys of tokens',
  shape: struct('OidcProvider', 'OAuth and OpenID Connect', {
    accessTokenExpiry: duration('How long an access token is valid').default(3_600_000),
    anonymousClientRegistration: boolean('Let programs register themselves without sign-in').default(true),
    authCodeExpiry: duration('How long an authorization code is valid').default(600_000),
    authCodeMaxAttempts: unsigned('Wrong attempts after which a code is void', { min: 1, max: 1000 }).default(
      3,
    ),
    encryptionKey: nested(SecretKey, 'Key that protects tokens; changing it ends all sessions'),
    idTokenExpiry: duration('How long an ID token is valid').default(900_000),
    refreshTokenExpiry: duration('How long a refresh token is valid').default(2_592_000_000),
    refreshTokenRenewal: duration(
      'A refresh token with less life left than this is replaced when used',
    ).default(345_600_000),
    requireClientRegistration: boolean('Refuse programs that are not registered'),
    signatureAlgorithm: choice(
      'JwtSignatureAlgorithm',
      'How ID tokens are signed; programs of others need a public-key one',
    ).default('hs256'),
    signatureKey: nested(SecretText, 'Key that signs ID tokens: a secret, or a private key as PEM'),
    userCodeExpiry: duration('How long the code of a device is valid').default(1_800_000),
  }),
  awaits: 'the OAuth provider',
});
