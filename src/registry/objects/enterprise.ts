// Kept for other clients: every feature is available without a licence.
import { nested, singleton, struct, uri } from '../schema/index.ts';
import { SecretKeyOptional } from './parts/secret-values.ts';

export const Enterprise = singleton({
  name: 'Enterprise',
  description: 'Kept for other clients: every feature is available without a licence',
  shape: struct('Enterprise', 'Licence', {
    apiKey: nested(SecretKeyOptional, 'Key for renewing a licence; not used'),
    licenseKey: nested(SecretKeyOptional, 'The licence; not used'),
    logoUrl: uri('Picture shown on the sign-in page and the console').nullable(),
  }),
});
